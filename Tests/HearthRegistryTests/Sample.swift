import HearthCore
import HearthRegistry

/// Small legal records, and ids by number.
enum Sample {
    static let key = ModelKey(modelType: "isolation_forest", metricType: "stok_seviye")
    static let tradingKey = ModelKey(modelType: "gradient_boosting", symbol: "BTC/USDT", timeframe: "15m")

    static func name(_ text: String = "isolation_forest.stok_seviye") throws -> ModelName {
        try ModelName(text)
    }

    static func id(_ number: Int) throws -> ModelID {
        try ModelID("isolation_forest_stok_seviye_20251112_120000_\(number)")
    }

    /// Version `number`, made `number` seconds after a fixed moment.
    static func version(
        _ number: Int, name: ModelName? = nil, key: ModelKey = key, status: VersionStatus = .success
    ) throws -> ModelVersion {
        let time = Timestamp(microseconds: 1_762_948_800_000_000 + Int64(number) * 1_000_000)
        let id = try Self.id(number)
        return ModelVersion(
            modelID: id, name: try name ?? Self.name(), key: key, status: status,
            path: status == .failed ? nil : id.text, sizeBytes: 1000, trainingDate: time, createdAt: time,
            error: status == .failed ? "out of memory" : nil)
    }

    /// Every field set, none to its default.
    static func fullVersion(_ number: Int) throws -> ModelVersion {
        let id = try ModelID("BTC-USDT_15m_gradient_boosting_20251112_120000_123_k7qd\(number)")
        return ModelVersion(
            modelID: id, name: try ModelName("gradient_boosting.BTC-USDT.15m"), key: tradingKey, status: .candidate,
            path: "gradient/\(id)", sizeBytes: 9_876_543_210, manifestDigest: String(repeating: "0a", count: 32),
            parametersJSON: #"{"n_estimators": 100}"#, metricsJSON: #"{"sharpe": 1.5}"#, accuracy: 0.1 + 0.2,
            precision: 0, recall: 1, trainingDate: Timestamp(microseconds: 1_762_948_800_123_456),
            createdAt: Timestamp(microseconds: 1_762_948_900_654_321),
            promotedAt: Timestamp(microseconds: -1), promotedBy: "ayşe", pinned: true)
    }
}

/// The error that `body` throws; nil when it does not.
func failure<Value>(_ body: () throws(RegistryError) -> Value) -> RegistryError? {
    do throws(RegistryError) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}
