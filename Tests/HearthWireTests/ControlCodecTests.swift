import HearthCore
import HearthTestSupport
import HearthWire
import Testing

/// Every message of the control plane goes out and comes back the same.
struct ControlCodecTests {
    private static func roundTrip<Message: ControlMessage & Equatable>(_ message: Message) {
        let bytes = message.pack(in: Arena(capacity: 64)) { $0.array }
        let read = bytes.withView { Message.unpack($0, in: Arena(capacity: 64)) }
        #expect(read == message)
        // No cut of it crashes; most are refused.
        for length in 0..<bytes.count {
            _ = Array(bytes.prefix(length)).withView { Message.unpack($0, in: Arena(capacity: 64)) }
        }
    }

    static var served: ServedModelMessage {
        var served = ServedModelMessage()
        served.modelName = "isolation_forest.stok_seviye"
        served.modelVersion = "isolation_forest_stok_seviye_20251112_120000_123_k7qd"
        served.generation = .max
        served.state = "AVAILABLE"
        served.isProduction = true
        served.mappedBytes = 1 << 40
        served.calls = 12
        served.error = "keine Ähnlichkeit 漢"
        served.loadMilliseconds = 1.5
        return served
    }

    static var version: ModelVersionMessage {
        var version = ModelVersionMessage()
        version.modelName = "gradient_boosting.BTC-USDT.15m"
        version.modelVersion = "BTC-USDT_15m_gradient_boosting_20251112_120000_123_k7qd"
        version.status = "production"
        version.modelType = "gradient_boosting"
        version.symbol = "BTC-USDT"
        version.timeframe = "15m"
        version.metricType = "x"
        version.path = "a/b"
        version.sizeBytes = 10_000_000
        version.createdAt = "2025-11-12T12:00:00Z"
        version.metricsJSON = #"{"roc_auc": 0.99}"#
        version.parametersJSON = "{}"
        version.isProduction = true
        version.generation = 3
        version.error = "e"
        return version
    }

    @Test func `requests come back the same`() {
        Self.roundTrip(ReloadRequest())
        Self.roundTrip(ReloadRequest(modelName: "a"))
        Self.roundTrip(ListRequest(modelName: "a", limit: .max))
        Self.roundTrip(GetRequest(modelName: "a", modelVersion: "b"))
        Self.roundTrip(PromoteRequest(modelName: "a", modelVersion: "b", expectedGeneration: .max, reason: "größer"))
        Self.roundTrip(RollbackRequest(modelName: "a", expectedGeneration: 1, reason: "r"))
        Self.roundTrip(StatsRequest())
        Self.roundTrip(WatchRequest(modelName: "a"))
    }

    @Test func `answers come back the same`() {
        var reload = ReloadResponse()
        reload.headVersion = -1
        reload.models = [Self.served, ServedModelMessage()]
        Self.roundTrip(reload)
        var list = ListResponse()
        list.versions = (0..<20).map { _ in Self.version }
        list.served = [Self.served]
        Self.roundTrip(list)
        var get = GetResponse()
        Self.roundTrip(get)
        get.version = Self.version
        get.served = Self.served
        get.columns = ["a", "", "ç"]
        get.columnCount = 3
        get.outputs = ["score"]
        get.threshold = -0.5
        Self.roundTrip(get)
        var pointer = PointerResponse()
        pointer.modelName = "a"
        pointer.modelVersion = "b"
        pointer.previousModelVersion = "c"
        pointer.generation = 9
        pointer.headVersion = .max
        pointer.changedAtMicroseconds = .min
        Self.roundTrip(pointer)
        var stats = StatsResponse()
        stats.version = "0.1.0"
        stats.uptimeSeconds = 1e9
        stats.waitPolicy = "spin:50"
        stats.workers = 2
        stats.cacheBytes = 1
        stats.cacheByteBudget = 2
        stats.headVersion = 3
        stats.counters = [.init(name: "calls", value: .max), .init(name: "", value: 0)]
        stats.models = [Self.served]
        Self.roundTrip(stats)
        var event = WatchEvent()
        event.modelName = "a"
        event.kind = "swapped"
        event.generation = 2
        event.error = "x"
        event.atMicroseconds = 1_763_000_000_000_000
        Self.roundTrip(event)
    }

    @Test func `random bytes never crash a reader of control messages`() {
        var random = SeededRandom(12)
        for _ in 0..<5000 {
            let bytes = random.bytes(Int.random(in: 0...60, using: &random))
            bytes.withView { view in
                _ = ListResponse.unpack(view, in: Arena(capacity: 64))
                _ = StatsResponse.unpack(view, in: Arena(capacity: 64))
                _ = GetResponse.unpack(view, in: Arena(capacity: 64))
            }
        }
    }
}
