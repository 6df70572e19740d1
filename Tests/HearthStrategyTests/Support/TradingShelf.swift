import Foundation
import HearthArtifacts
import HearthCore
import HearthMarket
import HearthModel
import HearthRegistry
import HearthRegistrySQLite
import HearthServing
import HearthStrategy
import HearthTestSupport

/// A model directory with trading models and the bars they trade on, in a temporary folder.
final class TradingShelf: Sendable {
    static let modelType = "isolation_forest"
    static let key = ModelKey(modelType: modelType, symbol: StrategySamples.symbol, timeframe: "15m")

    let folder: TemporaryFolder
    let directory: ModelDirectory
    let store: any RegistryStore
    let name: ModelName

    init() throws {
        folder = try TemporaryFolder()
        directory = try ModelDirectory(folder.file("models"), create: true)
        store = try SQLiteRegistryStore.open(modelDirectory: directory.path)
        name = try Self.key.defaultName()
    }

    /// Publishes a forest of `lags.count` features; another seed answers other scores.
    ///
    /// - Parameter card: what its parameters hold; nil for the card of the sample features.
    func publish(
        seed: UInt64, lags: [Int] = [1, 2], card: ModelCard? = nil, hasCard: Bool = true, promotes: Bool = false
    ) throws -> ModelID {
        let definition = SampleModels.isolationForest(seed: seed, columns: lags.count)
        var randomness = SystemRandomNumberGenerator()
        let modelID = try ModelID.make(
            parts: [StrategySamples.symbol, "15m", Self.modelType], at: .now(), randomness: &randomness)
        let parameters = hasCard ? try (try card ?? Self.card(lags: lags)).parameters() : [:]
        let text = try CompactJSON.text(parameters)
        let version = NewVersion(
            modelID: modelID, name: name,
            key: Manifest.Key(
                modelType: Self.modelType, metricType: nil, symbol: StrategySamples.symbol, timeframe: "15m"),
            createdAt: .now(), trainedWith: Manifest.Library(name: "hearth-tests", version: "1"),
            schema: Manifest.Schema(columns: [], columnCount: lags.count),
            files: VersionFiles(model: try ModelShelf.sections(of: definition), others: [], isCompressed: false))
        try directory.publish(
            version, verify: { _ = try ArtifactLoader.check($0, subject: modelID.text) },
            commit: { published in
                try store.register(
                    ModelVersion(
                        modelID: modelID, name: name, key: Self.key, status: .success, path: published.path,
                        sizeBytes: Int64(published.byteCount), manifestDigest: "\(published.manifestDigest)",
                        parametersJSON: text, trainingDate: .now(), createdAt: .now()), actor: "test")
            })
        if promotes { try promote(modelID) }
        return modelID
    }

    func promote(_ modelID: ModelID) throws {
        _ = try store.promote(modelID, of: name, expectedGeneration: nil, actor: "test", reason: "")
        try directory.announceChange()
    }

    /// The card of a forest over returns: its score is that of `score_samples`, about -0.69 for seed 1.
    static func card(lags: [Int] = [1, 2], lastTrained: Int64 = 0) throws -> ModelCard {
        var card = try StrategySamples.card(
            schema: StrategySamples.schema(lags: lags), lastTrained: lastTrained, ranges: -4...4)
        card.decision = try DecisionRule(output: "score_samples", column: 0, long: -0.684, short: -0.69)
        return card
    }

    /// Bars that move enough to reach different leaves.
    static func bars(_ count: Int) -> [Bar] { StrategySamples.bars(count, seed: 3, volatility: 0.4) }

    /// Writes bars as CSV and returns the path.
    func write(_ bars: some Sequence<Bar>, _ name: String = "bars.csv") throws -> String {
        let path = folder.file(name)
        try (Self.header + Self.lines(bars)).write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    static let header = "open_time,close_time,open,high,low,close,volume\n"

    static func lines(_ bars: some Sequence<Bar>) -> String {
        bars.map { bar in
            let values = [bar.open, bar.high, bar.low, bar.close, bar.volume].map { "\($0)" }
            return ([bar.openTime.iso8601, bar.closeTime.iso8601] + values).joined(separator: ",") + "\n"
        }.joined()
    }

    /// The production model of this shelf, in this process.
    func scorer(_ choice: ProductionModel? = nil) throws -> ServableScorer {
        try ServableScorer(choice ?? .auto(name: name.text), directory: directory, store: store)
    }

    /// An engine without limits but the deadline.
    func engine(_ limits: LiveLimits? = nil, after record: SignalRecord? = nil) throws -> StrategyEngine {
        try StrategySamples.engine(limits: limits ?? Self.limits, after: record)
    }

    static var limits: LiveLimits {
        var limits = LiveLimits.none
        limits.deadlineShare = 0.25
        return limits
    }
}
