import HearthConfiguration
import HearthCore
import HearthTraining
import Testing

struct SchedulePlanTests {
    private static func action(
        _ known: ScheduleState.Job?, at now: String, change: (inout ScheduleJob) -> Void = { _ in }
    ) throws -> SchedulePlan.Action {
        var state = ScheduleState()
        state.jobs["weekly"] = known
        let job = try ScheduleFixture.job(change: change)
        let plan = SchedulePlan(jobs: [job], state: state, now: ScheduleFixture.at(now))
        return try #require(plan.steps.first).action
    }

    private static func known(
        _ lastDue: String?, _ outcome: ScheduleState.Outcome?, attempts: Int = 0
    ) -> ScheduleState.Job {
        var job = ScheduleState.Job(firstSeen: ScheduleFixture.start)
        job.lastDue = lastDue.map(ScheduleFixture.at)
        job.outcome = outcome
        job.attempts = attempts
        return job
    }

    @Test func `a new job waits for its next time, whatever was due before`() throws {
        #expect(try Self.action(nil, at: "2025-01-01T12:00:00Z") == .remember)
        #expect(try Self.action(Self.known(nil, nil), at: "2025-01-06T02:59:59Z") == .wait)
    }

    // R150
    @Test func `a weekly job is due when its time has come, and once`() throws {
        let due = ScheduleFixture.at("2025-01-06T03:00:00Z")
        #expect(try Self.action(Self.known(nil, nil), at: "2025-01-06T03:00:00Z") == .run(due: due, isLate: false))
        #expect(try Self.action(Self.known(nil, nil), at: "2025-01-06T04:00:00Z") == .run(due: due, isLate: false))
        #expect(try Self.action(Self.known("2025-01-06T03:00:00Z", .trained), at: "2025-01-06T03:00:01Z") == .wait)
        #expect(try Self.action(Self.known("2025-01-06T03:00:00Z", .failed), at: "2025-01-13T02:59:00Z") == .wait)
    }

    @Test func `weeks in which nothing ran are made up for by one run, for the latest time`() throws {
        let due = ScheduleFixture.at("2025-03-03T03:00:00Z")
        let known = Self.known("2025-01-06T03:00:00Z", .trained)
        #expect(try Self.action(known, at: "2025-03-07T12:00:00Z") == .run(due: due, isLate: true))
        #expect(try Self.action(known, at: "2025-03-07T12:00:00Z") { $0.catchesUp = false } == .skip(due: due))
    }

    @Test func `a run that did not come to its end is done again, three times at most`() throws {
        let due = ScheduleFixture.at("2025-01-06T03:00:00Z")
        for (outcome, attempts) in [(ScheduleState.Outcome.running, 1), (.running, 2), (.stopped, 0), (.stopped, 9)] {
            let known = Self.known("2025-01-06T03:00:00Z", outcome, attempts: attempts)
            #expect(try Self.action(known, at: "2025-01-06T03:10:00Z") == .run(due: due, isLate: false))
        }
        let known = Self.known("2025-01-06T03:00:00Z", .running, attempts: 3)
        #expect(try Self.action(known, at: "2025-01-06T03:10:00Z") == .giveUp(due: due))
    }

    @Test func `a clock that was set back makes nothing due`() throws {
        #expect(try Self.action(Self.known("2025-01-06T03:00:00Z", .trained), at: "2024-06-01T00:00:00Z") == .wait)
    }

    @Test func `what is due the longest comes first, then the order of the file`() throws {
        let jobs = [
            try ScheduleFixture.job("c", "0 5 * * *"), try ScheduleFixture.job("a", "0 3 * * *"),
            try ScheduleFixture.job("idle", "0 0 1 1 *"), try ScheduleFixture.job("b", "0 5 * * *"),
        ]
        var state = ScheduleState()
        for job in jobs { state.jobs[job.name ?? ""] = .init(firstSeen: ScheduleFixture.start) }
        let plan = SchedulePlan(jobs: jobs, state: state, now: ScheduleFixture.at("2025-01-02T06:00:00Z"))
        #expect(plan.steps.map(\.name) == ["a", "c", "b", "idle"])
        #expect(plan.nextDue == ScheduleFixture.at("2025-01-03T03:00:00Z"))
    }

    @Test func `every outcome at every age gives one action`() throws {
        let outcomes: [ScheduleState.Outcome?] = [nil, .running, .trained, .failed, .stopped, .skipped]
        for outcome in outcomes {
            for lastDue in [nil, "2025-01-06T03:00:00Z"] {
                for attempts in 0...4 {
                    for now in ["2025-01-05T00:00:00Z", "2025-01-06T03:30:00Z", "2025-01-20T03:30:00Z"] {
                        for catchesUp in [true, false] {
                            let known = Self.known(lastDue, outcome, attempts: attempts)
                            let action = try Self.action(known, at: now) { $0.catchesUp = catchesUp }
                            #expect(action != .remember)
                            // Nothing is run for a time that has not come.
                            let isOpen = outcome == .running || outcome == .stopped
                            if let due = action.due, !isOpen { #expect(due <= ScheduleFixture.at(now)) }
                        }
                    }
                }
            }
        }
    }
}
