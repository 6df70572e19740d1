import HearthCore
import HearthMarket
import HearthStrategy
import Testing

/// The live engine over bars of the past (R145).
struct StrategyBacktestTests {
    private let costs: TradeCosts

    init() throws {
        costs = try TradeCosts(feeBasisPoints: 5, slippageBasisPoints: 2)
    }

    private func run(
        _ bars: [Bar], _ measured: Range<Int>, limits: LiveLimits = .none, card: ModelCard? = nil
    ) throws -> StrategyBacktest {
        try StrategyBacktest.run(
            bars: bars, measured: measured, scorer: ScriptedScorer(try StrategySamples.model(card: card)),
            limits: limits, costs: costs)
    }

    @Test func `its signals are the engine's own, byte for byte`() throws {
        let bars = StrategySamples.bars(300)
        let result = try run(bars, 0..<300, limits: LiveLimits())
        var engine = try StrategySamples.engine()
        let scorer = ScriptedScorer(try StrategySamples.model())
        let live = bars.compactMap { engine.take($0, by: scorer) }
        #expect(result.log == live.flatMap(\.line))
    }

    @Test func `its equity curve is the paper account's of every signal`() throws {
        let result = try run(StrategySamples.bars(300), 40..<300)
        #expect(result.signals.map(\.equity) == result.backtest.strategy.equity)
        #expect(result.signals.dropFirst().map(\.position) == result.backtest.strategy.steps.map(\.position))
        #expect(result.backtest.measures.tradeCount > 10)
    }

    @Test func `bars before the measured ones only warm the features up, those after are not seen`() throws {
        let bars = StrategySamples.bars(120)
        let result = try run(bars, 50..<100)
        #expect(result.signals.count == 50)
        #expect(result.signals[0].sequence == 0)
        #expect(result.signals[0].closeTime == bars[50].closeTime)
        #expect(result.signals[0].state == "live")
        #expect(result.signals[0].position == .flat && result.signals[0].equity == 1)
        let whole = try run(bars, 0..<120)
        #expect(result.signals.map(\.score) == whole.signals[50..<100].map(\.score))
        #expect(result.signals.map(\.decision) == whole.signals[50..<100].map(\.decision))
    }

    @Test func `what held the engine back is counted`() throws {
        let bars = StrategySamples.bars(100)
        let result = try run(bars, 0..<100)
        #expect(result.heldBack.barCount == 2)
        #expect(result.heldBack.reasons.map(\.reason) == ["features_warming"])
        var limits = LiveLimits.none
        limits.modelAgeMax = .seconds(900 * 60)
        let aged = try run(bars, 10..<100, limits: limits)
        #expect(aged.heldBack.reasons.map(\.reason) == ["model_too_old"])
        #expect(aged.heldBack.barCount == 40)
        #expect(aged.backtest.strategy.steps.suffix(30).allSatisfy { $0.position == .flat })
    }

    @Test func `bars no later than the last that was learned from are counted`() throws {
        let bars = StrategySamples.bars(100)
        let card = try StrategySamples.card(lastTrained: bars[59].closeTime.microseconds)
        #expect(try run(bars, 50..<100, card: card).trainedBarCount == 10)
        #expect(try run(bars, 60..<100, card: card).trainedBarCount == 0)
    }

    @Test func `a model that cannot be had and bars out of order are refused`() throws {
        let scorer = ScriptedScorer(try StrategySamples.model())
        scorer.production = .failure(ScoringFailure(.noModel, "nothing there"))
        let error = #expect(throws: StrategyError.self) {
            try StrategyBacktest.run(
                bars: StrategySamples.bars(10), measured: 0..<10, scorer: scorer, limits: .none, costs: costs)
        }
        #expect(error?.description == "nothing there")
        let bars = StrategySamples.bars(10)
        let turned = #expect(throws: StrategyError.self) { try run(bars + bars, 0..<20) }
        #expect(turned?.message == "20 bars gave 10 signals")
    }
}
