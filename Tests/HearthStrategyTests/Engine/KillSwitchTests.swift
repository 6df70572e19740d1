import HearthArtifacts
import HearthCore
import HearthMarket
import HearthStrategy
import Testing

/// Every kill switch with its cause; those that need a real server are in `ServerRunTests`.
struct KillSwitchTests {
    private let bars = StrategySamples.bars(40)

    /// The records of all bars under `limits`, and the engine after them.
    private func run(
        _ limits: LiveLimits, _ model: StrategyModel? = nil, bars: [Bar]? = nil,
        _ prepare: (ScriptedScorer) -> Void = { _ in }, elapsed: () -> Duration = { .zero }
    ) throws -> (records: [SignalRecord], engine: StrategyEngine) {
        let scorer = ScriptedScorer(try model ?? StrategySamples.model())
        prepare(scorer)
        var engine = try StrategySamples.engine(limits: limits)
        let records = (bars ?? self.bars).compactMap { engine.take($0, by: scorer, elapsed: elapsed) }
        return (records, engine)
    }

    private func limits(_ change: (inout LiveLimits) -> Void) -> LiveLimits {
        var limits = LiveLimits.none
        change(&limits)
        return limits
    }

    @Test func `ML_ENABLED=false is flat and asks nobody (R92)`() throws {
        let scorer = ScriptedScorer(try StrategySamples.model())
        var engine = try StrategySamples.engine(limits: limits { $0.isEnabled = false })
        let records = bars.compactMap { engine.take($0, by: scorer) }
        #expect(records.allSatisfy { $0.state == "halted" && $0.reasons == ["ml_disabled"] && $0.decision == .flat })
        #expect(scorer.questions.isEmpty)
    }

    @Test func `a model that is too old is asked and not followed (C31)`() throws {
        // Trained up to the epoch; from the bar that closes more than 5 hours later on it is too old.
        let (records, _) = try run(limits { $0.modelAgeMax = .seconds(5 * 3600) })
        for record in records.dropFirst(2) {
            let isOld = record.closeTime.microseconds > 5 * 3600 * 1_000_000
            #expect(record.reasons == (isOld ? ["model_too_old"] : []))
            #expect(record.state == (isOld ? "degraded" : "live"))
            #expect(record.usedModelID == "model-a")
            if isOld { #expect(record.decision == .flat) }
        }
        #expect(records.last?.reasons == ["model_too_old"])
    }

    @Test func `features outside the trained range are flat until they come back`() throws {
        var wild = bars
        wild[20].close *= 5
        wild[20].high = wild[20].close
        let limited = limits {
            $0.rangeTolerance = 0.1
            $0.outOfRangeShareMax = 0
        }
        let (records, _) = try run(limited, bars: wild)
        #expect(records[19].state == "live")
        #expect(records[20].reasons == ["features_out_of_range"])
        #expect(records[20].decision == .flat)
        #expect(records[20].score != nil)
        #expect(records[39].state == "live")
    }

    @Test func `a bar that comes after its deadline is flat and no error`() throws {
        let limited = limits { $0.deadlineShare = 0.25 }
        // A quarter of 15 minutes is 225 seconds, the longest deadline 30.
        let late = try run(limited, elapsed: { .seconds(31) })
        #expect(late.records.allSatisfy { $0.reasons == ["bar_late"] && $0.usedModelID == nil })
        let inTime = try run(limited, elapsed: { .seconds(29) })
        #expect(inTime.records.last?.state == "live")
    }

    @Test func `an answer that comes after the deadline is logged and not followed`() throws {
        var elapsed = Duration.zero
        let scorer = ScriptedScorer(try StrategySamples.model())
        scorer.answer = { _, row throws(ScoringFailure) in
            elapsed = .seconds(40)
            return row[0]
        }
        var engine = try StrategySamples.engine(limits: limits { $0.deadlineShare = 0.25 })
        for bar in bars.prefix(2) { _ = engine.take(bar, by: scorer, elapsed: { elapsed }) }
        let recordTaken = engine.take(bars[2], by: scorer, elapsed: { elapsed })
        let record = try #require(recordTaken)
        #expect(record.reasons == ["deadline_missed"])
        #expect(record.usedModelID == "model-a")
        #expect(record.decision == .flat)
    }

    @Test func `errors in a row halt, one good answer between them starts the count anew`() throws {
        let limited = limits { $0.errorsInRowMax = 3 }
        var calls = 0
        let (records, engine) = try run(limited) { scorer in
            scorer.answer = { _, row throws(ScoringFailure) in
                calls += 1
                // Fails at calls 1, 2, not at 3, then always.
                guard calls == 3 else { throw ScoringFailure(.scoringFailed, "the server is away") }
                return row[0]
            }
        }
        #expect(
            records[2...8].map(\.state) == ["degraded", "degraded", "live", "degraded", "degraded", "halted", "halted"])
        #expect(records[7].reasons == ["errors_in_row", "scoring_failed"])
        #expect(records[8].reasons == ["errors_in_row"])
        #expect(calls == 6)
        #expect(engine.machine.isLatched)
    }

    @Test func `a drawdown beyond the limit halts until a person resumes, and is measured anew from there`() throws {
        let scorer = ScriptedScorer(try StrategySamples.model())
        scorer.answer = { _, _ throws(ScoringFailure) in 1 }
        var engine = try StrategySamples.engine(limits: limits { $0.drawdownMax = 0.1 })
        var falling = bars
        for index in falling.indices {
            let open = 100 * (1 - 0.01 * Double(index))
            falling[index].open = open
            falling[index].high = open
            falling[index].close = open - 1
            falling[index].low = open - 1
        }
        var records: [SignalRecord] = []
        for bar in falling.prefix(20) {
            if let record = engine.take(bar, by: scorer) { records.append(record) }
        }
        let halted = try #require(records.firstIndex(where: { $0.state == "halted" }))
        #expect(records[halted].reasons == ["drawdown_limit"])
        #expect(1 - records[halted].equity / records[halted].peakEquity > 0.1)
        #expect(1 - records[halted - 1].equity / records[halted - 1].peakEquity <= 0.1)
        #expect(records[(halted + 1)...].allSatisfy { $0.state == "halted" && $0.position == .flat })
        engine.resume()
        let resumedTaken = engine.take(falling[20], by: scorer)
        let resumed = try #require(resumedTaken)
        #expect(resumed.state == "live")
        #expect(resumed.decision == .long)
        #expect(resumed.peakEquity == resumed.equity)
    }

    @Test func `an operator's halt is flat at the next open and ends only by resuming`() throws {
        let scorer = ScriptedScorer(try StrategySamples.model())
        scorer.answer = { _, _ throws(ScoringFailure) in 1 }
        var engine = try StrategySamples.engine(limits: .none)
        for bar in bars.prefix(10) { _ = engine.take(bar, by: scorer) }
        engine.halt()
        #expect(engine.transition == .init(from: .live, to: .halted))
        let haltedTaken = engine.take(bars[10], by: scorer)
        let halted = try #require(haltedTaken)
        #expect(halted.position == .flat)
        #expect(halted.reasons == ["operator_halt"])
        engine.resume()
        let resumedTaken = engine.take(bars[11], by: scorer)
        let resumed = try #require(resumedTaken)
        #expect(resumed.state == "live")
    }

    @Test func `a halted log keeps a new engine halted`() throws {
        let scorer = ScriptedScorer(try StrategySamples.model())
        var engine = try StrategySamples.engine(limits: .none)
        for bar in bars.prefix(10) { _ = engine.take(bar, by: scorer) }
        engine.halt()
        let lastTaken = engine.take(bars[10], by: scorer)
        let last = try #require(lastTaken)
        var next = try StrategySamples.engine(limits: .none, after: last)
        let taken = next.take(bars[11], by: scorer)
        #expect(taken?.state == "halted")
    }

    @Test func `no model in production is flat and recovers by itself`() throws {
        let scorer = ScriptedScorer(try StrategySamples.model())
        let production = scorer.production
        scorer.production = .failure(ScoringFailure(.noModel, "no production version"))
        var engine = try StrategySamples.engine(limits: limits { $0.errorsInRowMax = 2 })
        let records = bars.prefix(10).compactMap { engine.take($0, by: scorer) }
        #expect(records.allSatisfy { $0.state == "degraded" && $0.reasons == ["no_model"] })
        scorer.production = production
        let recovered = engine.take(bars[10], by: scorer)
        #expect(recovered?.state == "live")
    }

    @Test func `features that this library cannot compute are a schema mismatch`() throws {
        var schema = StrategySamples.schema()
        schema.libraryVersion = "999"
        let (records, engine) = try run(.none, StrategySamples.model(card: StrategySamples.card(schema: schema)))
        #expect(records.allSatisfy { $0.reasons == ["schema_mismatch"] && $0.decision == .flat })
        #expect(engine.problem?.contains("library version '999'") == true)
    }

    @Test func `a served model with other columns than its card is a schema mismatch`() throws {
        let parameters = try StrategySamples.card().parameters()
        let text = try CompactJSON.text(parameters)
        #expect {
            try StrategyModel(
                modelID: "m", generation: 0, parametersJSON: text, isArchived: false, columns: ["a", "b"],
                columnCount: 2)
        } throws: {
            $0 as? ScoringFailure
                == ScoringFailure(
                    .schemaMismatch, "'m' takes the columns a, b, its card has the features return_1, return_2")
        }
        #expect {
            try StrategyModel(
                modelID: "m", generation: 0, parametersJSON: text, isArchived: false, columns: [], columnCount: 3)
        } throws: {
            ($0 as? ScoringFailure)?.reason == .schemaMismatch
        }
    }

    @Test func `a model without a card cannot trade`() throws {
        #expect {
            try StrategyModel(
                modelID: "m", generation: 0, parametersJSON: "{}", isArchived: false, columns: [], columnCount: 0)
        } throws: {
            ($0 as? ScoringFailure)?.reason == .modelUnusable
        }
    }

    @Test func `a score that is no number is flat`() throws {
        let (records, _) = try run(.none) { $0.answer = { _, _ throws(ScoringFailure) in .nan } }
        #expect(records.dropFirst(2).allSatisfy { $0.reasons == ["score_not_finite"] && $0.decision == .flat })
    }
}
