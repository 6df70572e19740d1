import HearthArtifacts
import HearthCore
import HearthMarket
import HearthStrategy

/// Answers as a test says, and remembers what it was asked: for the engine's ways that no real server can be led into
/// bar by bar.
final class ScriptedScorer: Scorer {
    /// One question.
    struct Question: Equatable {
        var modelID: String
        var exactly: Bool
        var row: [Double]
    }

    /// In production, by name; a failure when there is none.
    var production: Result<StrategyModel, ScoringFailure>
    /// The score of a row by a model.
    var answer: (StrategyModel, [Double]) throws(ScoringFailure) -> Double = { _, row throws(ScoringFailure) in
        row[0]
    }
    private(set) var questions: [Question] = []

    init(_ model: StrategyModel) {
        production = .success(model)
    }

    func model(within timeout: Duration) throws(ScoringFailure) -> StrategyModel { try production.get() }

    func score(
        _ row: [Double], by model: StrategyModel, exactly: Bool, within timeout: Duration
    ) throws(ScoringFailure) -> ScoringOutcome {
        questions.append(Question(modelID: model.modelID, exactly: exactly, row: row))
        let next = try production.get()
        if !exactly, next.modelID != model.modelID { return .switched(next) }
        let generation = exactly ? model.generation : next.generation
        return .scored(ScoredRow(score: try answer(model, row), generation: generation, source: "file"))
    }
}

/// Models and bars for tests of the engine.
enum StrategySamples {
    static let symbol = "BTC-USDT"

    /// Returns over some lags: the features of the sample models.
    static func schema(lags: [Int] = [1, 2]) -> FeatureSchema {
        FeatureSchema(
            preset: "test",
            definitions: lags.map {
                FeatureDefinition(name: "return_\($0)", kind: "log_return", parameters: ["lag": Double($0)])
            })
    }

    static func card(
        schema: FeatureSchema = schema(), symbol: String = symbol, timeframe: String = "15m",
        lastTrained: Int64 = 0, ranges: ClosedRange<Double> = -1...1
    ) throws -> ModelCard {
        ModelCard(
            symbol: symbol, timeframe: try Timeframe(timeframe), schema: schema,
            decision: try DecisionRule(output: "predict_proba", column: 1, long: 0.001, short: -0.001), label: .null,
            firstTrained: Timestamp(microseconds: 0), lastTrained: Timestamp(microseconds: lastTrained),
            ranges: schema.definitions.map { _ in ranges })
    }

    static func model(_ id: String = "model-a", generation: UInt64 = 1, card: ModelCard? = nil) throws -> StrategyModel
    {
        let parameters = try (try card ?? Self.card()).parameters()
        return try StrategyModel(
            modelID: id, generation: generation, parametersJSON: try CompactJSON.text(parameters), isArchived: false,
            columns: [], columnCount: 0)
    }

    /// Bars of 15 minutes from 1970 on, walking up and down from a seed.
    static func bars(_ count: Int, seed: UInt64 = 7, volatility: Double = 0.01) -> [Bar] {
        var random = SplitMix64(seed: seed)
        var price = 100.0
        let step: Int64 = 900_000_000
        return (0..<count).map { index in
            let open = price
            price *= 1 + Double.random(in: -volatility...volatility, using: &random)
            let start = Int64(index) * step
            return Bar(
                openTime: Timestamp(microseconds: start), closeTime: Timestamp(microseconds: start + step), open: open,
                high: max(open, price), low: min(open, price), close: price, volume: 1)
        }
    }

    static func engine(
        limits: LiveLimits = LiveLimits(), after record: SignalRecord? = nil
    ) throws -> StrategyEngine {
        StrategyEngine(
            symbol: symbol, timeframe: try Timeframe("15m"), limits: limits,
            costs: try TradeCosts(feeBasisPoints: 5, slippageBasisPoints: 2), after: record)
    }
}
