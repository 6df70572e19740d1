import Foundation
import HearthConfiguration
import HearthCore
import HearthTraining
import Testing

struct ScheduleRunnerTests {
    @Test func `R151: jobs run when they are due, once, one after the other`() throws {
        let fixture = try ScheduleFixture()
        let jobs = [try ScheduleFixture.job("late", "30 3 * * mon"), try ScheduleFixture.job("early")]
        var pass = try fixture.pass(jobs)
        #expect(pass.next == ScheduleFixture.at("2025-01-06T03:00:00Z"))
        #expect(fixture.takeTrained() == [])
        fixture.move(to: "2025-01-06T03:30:00Z")
        pass = try fixture.pass(jobs)
        #expect(pass.trained == 2)
        #expect(pass.next == ScheduleFixture.at("2025-01-13T03:00:00Z"))
        #expect(fixture.takeTrained() == ["early", "late"])
        #expect(try fixture.pass(jobs).trained == 0)
        #expect(fixture.takeTrained() == [])
        let known = try #require(try fixture.folder.state().jobs["early"])
        #expect(known.outcome == .trained)
        #expect(known.modelID == "version_of_early")
        #expect(known.lastDue == ScheduleFixture.at("2025-01-06T03:00:00Z"))
        #expect(known.started == ScheduleFixture.at("2025-01-06T03:30:00Z"))
        #expect(known.attempts == 0)
    }

    @Test func `after weeks without a program a job runs once, one that does not catch up not at all`() throws {
        let fixture = try ScheduleFixture()
        let jobs = [
            try ScheduleFixture.job("makes-up"), try ScheduleFixture.job("skips", "0 4 * * *") { $0.catchesUp = false },
        ]
        _ = try fixture.pass(jobs)
        _ = fixture.takeEvents()
        fixture.move(to: "2025-02-01T12:00:00Z")
        for _ in 0..<3 { _ = try fixture.pass(jobs) }
        #expect(fixture.takeTrained() == ["makes-up"])
        #expect(fixture.takeEvents() == ["late makes-up", "trained makes-up", "skipped skips"])
        fixture.move(to: "2025-02-02T04:00:30Z")
        _ = try fixture.pass(jobs)
        #expect(fixture.takeTrained() == ["skips"])
    }

    @Test func `a job that fails is told and waits for its next time; the others run`() throws {
        let fixture = try ScheduleFixture()
        let jobs = [try ScheduleFixture.job("bad", "0 2 * * mon"), try ScheduleFixture.job("good")]
        let runner = fixture.runner(jobs) { job throws(TrainingError) in
            if job.name == "bad" { throw TrainingError(.unusableData, "too few bars", hint: "give more") }
        }
        _ = try runner.runDue(isStopped: { false })
        fixture.move(to: "2025-01-06T03:00:00Z")
        #expect(try runner.runDue(isStopped: { false }).failed == 1)
        #expect(fixture.takeTrained() == ["bad", "good"])
        let known = try #require(try fixture.folder.state().jobs["bad"])
        #expect(known.outcome == .failed)
        #expect(known.message == "too few bars; give more")
        #expect(known.modelID == nil)
        #expect(try runner.runDue(isStopped: { false }).failed == 0)
        fixture.move(to: "2025-01-13T02:00:00Z")
        #expect(try runner.runDue(isStopped: { false }).failed == 1)
    }

    @Test func `a stop in a job leaves it for the next start, and the rest as well`() throws {
        let fixture = try ScheduleFixture()
        let jobs = [try ScheduleFixture.job("first"), try ScheduleFixture.job("second", "30 3 * * mon")]
        _ = try fixture.pass(jobs)
        fixture.move(to: "2025-01-06T03:30:00Z")
        let stop = StopFlag()
        let runner = fixture.runner(jobs) { _ throws(TrainingError) in
            stop.stop()
            throw TrainingError(.stopped, "stopped while fitting; nothing was published")
        }
        let pass = try runner.runDue(isStopped: { stop.isStopped })
        #expect(pass.trained == 0 && pass.failed == 0)
        #expect(fixture.takeTrained() == ["first"])
        #expect(try fixture.folder.state().jobs["first"]?.outcome == .stopped)
        _ = fixture.takeEvents()
        #expect(try fixture.pass(jobs).trained == 2)
        #expect(fixture.takeEvents() == ["started first", "trained first", "started second", "trained second"])
    }

    @Test func `a program that dies in a job tries it three times, then waits for the next time`() throws {
        let fixture = try ScheduleFixture()
        let jobs = [try ScheduleFixture.job()]
        _ = try fixture.pass(jobs)
        fixture.move(to: "2025-01-06T03:00:00Z")
        for attempt in 1...3 {
            // What the state is like when the process was killed in the middle.
            #expect(try fixture.pass(jobs).trained == 1)
            try fixture.folder.update { state in
                state.jobs["weekly"]?.outcome = .running
                state.jobs["weekly"]?.attempts = attempt
                state.jobs["weekly"]?.finished = nil
            }
        }
        _ = fixture.takeEvents()
        #expect(try fixture.pass(jobs).trained == 0)
        #expect(fixture.takeEvents() == ["gave up weekly"])
        #expect(try fixture.pass(jobs).trained == 0)
        fixture.move(to: "2025-01-13T03:00:00Z")
        #expect(try fixture.pass(jobs).trained == 1)
    }

    @Test func `a model is trained by one program at a time; the second passes the job over and says so`() throws {
        let fixture = try ScheduleFixture()
        let jobs = [try ScheduleFixture.job(), try ScheduleFixture.job("other") { $0.symbol = "ETH/USDT" }]
        _ = try fixture.pass(jobs)
        fixture.move(to: "2025-01-06T03:00:00Z")
        let model = try jobs[0].modelName()
        guard let lock = try fixture.folder.lock(model: model) else {
            Issue.record("the model is free, but its lock is not to be had")
            return
        }
        _ = fixture.takeEvents()
        let pass = try fixture.pass(jobs)
        #expect(pass.busy == 1 && pass.trained == 1)
        #expect(fixture.takeEvents() == ["busy weekly", "started other", "trained other"])
        _ = consume lock
        #expect(try fixture.pass(jobs).trained == 1)
        #expect(fixture.takeEvents() == ["started weekly", "trained weekly"])
    }

    @Test func `what another program has done meanwhile is not done again`() throws {
        let fixture = try ScheduleFixture()
        let job = try ScheduleFixture.job()
        _ = try fixture.pass([job])
        fixture.move(to: "2025-01-06T03:00:00Z")
        let before = try ScheduleFixture.job("before", "0 2 * * mon")
        try fixture.folder.update { $0.jobs["before"] = .init(firstSeen: ScheduleFixture.start) }
        // While the first job runs, another program does the second.
        let runner = fixture.runner([before, job]) { running throws(TrainingError) in
            guard running.name == "before" else { return }
            try fixture.folder.update { state in
                state.jobs["weekly"]?.lastDue = ScheduleFixture.at("2025-01-06T03:00:00Z")
                state.jobs["weekly"]?.outcome = .trained
            }
        }
        #expect(try runner.runDue(isStopped: { false }).trained == 1)
        #expect(fixture.takeTrained() == ["before"])
    }

    @Test func `a job that is asked for by name runs whether it is due or not`() throws {
        let fixture = try ScheduleFixture()
        let jobs = [try ScheduleFixture.job(), try ScheduleFixture.job("other")]
        #expect(try fixture.runner(jobs).runDue(now: "weekly", isStopped: { false }).trained == 1)
        #expect(fixture.takeTrained() == ["weekly"])
        #expect(try fixture.folder.state().jobs["other"] == nil)
        // Its next time is the one after now.
        fixture.move(to: "2025-01-06T03:00:00Z")
        #expect(try fixture.pass(jobs).trained == 1)
    }

    @Test func `the state survives as it is, and what is none is refused with the mend`() throws {
        let fixture = try ScheduleFixture()
        _ = try fixture.pass([try ScheduleFixture.job()])
        try fixture.folder.update { state in
            state.jobs["weekly"]?.verdicts = [ScheduleVerdict(gate: "sharpe", outcome: "failed", detail: "\"0,1\" ü")]
            state.jobs["weekly"]?.message = "line\nbreak"
        }
        let state = try fixture.folder.state()
        #expect(state.jobs["weekly"]?.verdicts.first?.hasFailed == true)
        #expect(state.jobs["weekly"]?.message == "line\nbreak")
        try fixture.folder.update { _ in }
        #expect(try fixture.folder.state() == state)
        let file = URL(filePath: "\(fixture.path)/state.json")
        let time = Int64.min
        for text in [
            "", "{", "[]", "{\"version\": 2, \"jobs\": {}}", "{\"version\": 1}",
            "{\"version\":1,\"jobs\":{\"a\":{\"first_seen_microseconds\":\(time),\"attempts\":0,"
                + "\"verdicts\":[],\"is_promoted\":false}}}",
        ] {
            try Data(text.utf8).write(to: file)
            let error = #expect(throws: TrainingError.self) { try fixture.folder.state() }
            #expect(error?.hint == "move it away: each job then waits for its next time")
        }
    }
}
