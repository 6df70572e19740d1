import HearthCore
import HearthMarket
import HearthStrategy
import Testing

struct StrategyEngineTests {
    private func run(
        _ engine: inout StrategyEngine, _ bars: some Sequence<Bar>, _ scorer: any Scorer
    ) -> [SignalRecord] {
        bars.compactMap { engine.take($0, by: scorer) }
    }

    @Test func `the same bars and answers give the same records`() throws {
        let bars = StrategySamples.bars(200)
        var (one, other) = (try StrategySamples.engine(), try StrategySamples.engine())
        let first = run(&one, bars, ScriptedScorer(try StrategySamples.model()))
        let second = run(&other, bars, ScriptedScorer(try StrategySamples.model()))
        #expect(first == second)
        #expect(first.map(\.line) == second.map(\.line))
        #expect(Set(first.map(\.decision)) == Set(Position.allCases))
    }

    @Test func `it warms first, then lives, and says which model answered (R158)`() throws {
        var engine = try StrategySamples.engine()
        let records = run(&engine, StrategySamples.bars(5), ScriptedScorer(try StrategySamples.model()))
        #expect(records.map(\.state) == ["warming", "warming", "live", "live", "live"])
        #expect(records[0].reasons == ["features_warming"])
        #expect(records[1].usedModelID == nil)
        #expect(records[1].decision == .flat)
        #expect(records[2].usedModelID == "model-a")
        #expect(records[2].generation == 1)
        #expect(records[2].schemaHash == (try StrategySamples.schema().hash()))
        #expect(records[2].source == "file")
        #expect(records.map(\.sequence) == [0, 1, 2, 3, 4])
    }

    @Test func `what is decided at a close is held from the next open on`() throws {
        var engine = try StrategySamples.engine()
        let bars = StrategySamples.bars(60)
        let records = run(&engine, bars, ScriptedScorer(try StrategySamples.model()))
        var account = EquityAccount(costs: engine.costs)
        var wanted = Position.flat
        for (bar, record) in zip(bars, records) {
            _ = try account.pass(bar, wanted: wanted)
            #expect(record.position == wanted)
            #expect(record.equity == account.equity)
            wanted = record.decision
        }
        #expect(engine.broker.fillCount > 0)
    }

    @Test func `a bar that came already gives no second record`() throws {
        var engine = try StrategySamples.engine()
        let bars = StrategySamples.bars(10)
        let scorer = ScriptedScorer(try StrategySamples.model())
        let records = run(&engine, bars + bars + bars.suffix(3), scorer)
        #expect(records.count == 10)
    }

    @Test func `another production model takes over between bars, asked by its id`() throws {
        var engine = try StrategySamples.engine()
        let bars = StrategySamples.bars(10)
        let scorer = ScriptedScorer(try StrategySamples.model("model-a", generation: 1))
        _ = run(&engine, bars.prefix(5), scorer)
        scorer.production = .success(try StrategySamples.model("model-b", generation: 2))
        let asked = scorer.questions.count
        let recordTaken = engine.take(bars[5], by: scorer)
        let record = try #require(recordTaken)
        #expect(record.usedModelID == "model-b")
        #expect(record.generation == 2)
        #expect(scorer.questions[asked...].map(\.modelID) == ["model-a", "model-b"])
        #expect(scorer.questions[asked...].map(\.exactly) == [false, true])
        let nextTaken = engine.take(bars[6], by: scorer)
        let next = try #require(nextTaken)
        #expect(next.usedModelID == "model-b")
        #expect(scorer.questions.last?.exactly == false)
    }

    @Test func `a model with other features decides from its own, warmed by the bars that were kept`() throws {
        let bars = StrategySamples.bars(40)
        let other = try StrategySamples.model(
            "model-b", generation: 2, card: StrategySamples.card(schema: StrategySamples.schema(lags: [7, 3, 1])))
        var engine = try StrategySamples.engine()
        let scorer = ScriptedScorer(try StrategySamples.model())
        _ = run(&engine, bars.prefix(20), scorer)
        scorer.production = .success(other)
        let switched = run(&engine, bars.dropFirst(20), scorer)
        var fresh = try StrategySamples.engine()
        let alone = run(&fresh, bars, ScriptedScorer(other)).dropFirst(20)
        #expect(switched.map(\.featuresHash) == alone.map(\.featuresHash))
        #expect(switched.map(\.score) == alone.map(\.score))
        #expect(switched.map(\.schemaHash) == alone.map(\.schemaHash))
        #expect(switched.allSatisfy { $0.state == "live" })
    }

    @Test func `a model that needs more bars than were seen warms first`() throws {
        let bars = StrategySamples.bars(30)
        let slow = try StrategySamples.model(
            "slow", generation: 2, card: StrategySamples.card(schema: StrategySamples.schema(lags: [20])))
        var engine = try StrategySamples.engine()
        let scorer = ScriptedScorer(try StrategySamples.model())
        _ = run(&engine, bars.prefix(10), scorer)
        scorer.production = .success(slow)
        let records = run(&engine, bars.dropFirst(10), scorer)
        #expect(records.prefix(10).allSatisfy { $0.state == "warming" && $0.decision == .flat })
        #expect(records.dropFirst(10).allSatisfy { $0.state == "live" && $0.usedModelID == "slow" })
    }

    @Test func `an engine that begins after a record writes what an unbroken one writes`() throws {
        let bars = StrategySamples.bars(120)
        let scorer = ScriptedScorer(try StrategySamples.model())
        var whole = try StrategySamples.engine()
        let expected = run(&whole, bars, scorer)
        for cut in [1, 2, 3, 50, 119] {
            var first = try StrategySamples.engine()
            let before = run(&first, bars.prefix(cut), scorer)
            var second = try StrategySamples.engine(after: before.last)
            #expect(before + run(&second, bars, scorer) == expected, "cut after \(cut) bars")
        }
    }

    @Test func `a model of another market decides nothing`() throws {
        var engine = try StrategySamples.engine()
        let foreign = try StrategySamples.model(card: StrategySamples.card(symbol: "ETH-USDT"))
        let records = run(&engine, StrategySamples.bars(5), ScriptedScorer(foreign))
        #expect(records.allSatisfy { $0.state == "degraded" && $0.reasons == ["model_unusable"] })
        #expect(
            engine.problem
                == "'model-a' was trained on ETH-USDT 15m, this engine runs on BTC-USDT 15m")
    }
}
