import HearthCore
import HearthRegistry
import HearthRegistrySQLite
import HearthServing
import HearthTestSupport
import Testing

/// C15: when a server writes its leases.
@Suite struct LeaseScheduleTests {
    private let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

    private func after(_ seconds: Double) -> MonotonicTime {
        start.advanced(byNanoseconds: Int64(seconds * 1e9))
    }

    @Test func `C15 an idle server writes once in 30 seconds, and what is new within one`() throws {
        let (one, two) = (try TestModel.id(1), try TestModel.id(2))
        var schedule = LeaseSchedule()
        #expect(!schedule.isDue([], at: start), "nothing is held")
        #expect(schedule.isDue([one], at: start))
        schedule.attempted([one], at: start, succeeded: true)
        #expect(!schedule.isDue([one], at: after(29.9)))
        #expect(schedule.isDue([one], at: after(30)))
        #expect(!schedule.isDue([one, two], at: after(0.9)))
        #expect(schedule.isDue([one, two], at: after(1)))
        schedule.attempted([one, two], at: after(1), succeeded: true)
        #expect(!schedule.isDue([one], at: after(2)), "what is let go of may wait")
        #expect(schedule.isDue([], at: after(31)), "and is told in its turn")
        schedule.attempted([], at: after(31), succeeded: true)
        #expect(!schedule.isDue([], at: after(1000)))
    }

    @Test func `an attempt that failed is made again after a second`() throws {
        let one = try TestModel.id(1)
        var schedule = LeaseSchedule()
        schedule.attempted([one], at: start, succeeded: false)
        #expect(!schedule.isDue([one], at: after(0.5)))
        #expect(schedule.isDue([one], at: after(1)))
        #expect(!schedule.isHolding)
    }

    @Test func `C15 what is in memory is leased, without a change of the registry`() throws {
        let bench = try ManagerBench()
        let keeper = try RegistryKeeper(
            manager: bench.manager, store: bench.spy, file: nil, holder: "machine:1", logger: bench.log.logger)
        try bench.publish(1)
        try bench.register(2)
        try bench.manager.reconcile()
        _ = try bench.ask(version: 2)
        let (head, now) = (try bench.registry.headVersion(), Timestamp.now())
        keeper.turn(at: start, clock: now)
        #expect(try bench.registry.leases(at: now) == [TestModel.id(1), TestModel.id(2)])
        let later = Timestamp(microseconds: now.microseconds + 120_000_000)
        #expect(try bench.registry.leases(at: later).isEmpty, "they end after two minutes")
        #expect(try bench.registry.headVersion() == head)
        let hint = try bench.registry.changeHint()
        for seconds in 1..<30 { keeper.turn(at: after(Double(seconds)), clock: now) }
        #expect(try bench.registry.changeHint() == hint, "nothing was written")
        keeper.turn(at: after(30), clock: later)
        #expect(try bench.registry.leases(at: later).count == 2)
    }
}
