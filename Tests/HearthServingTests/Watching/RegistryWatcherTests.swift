import Glibc
import HearthArtifacts
import HearthCore
import HearthRegistry
import HearthRegistrySQLite
import HearthServing
import HearthTestSupport
import Logging
import Synchronization
import Testing

/// Promotions come from another store, so over another connection, as from another process.
@Suite(.timeLimit(.minutes(2))) struct RegistryWatcherTests {
    private static let never: Int32 = 600_000
    private static let late: Int64 = 600_000

    private func watch(
        _ bench: ManagerBench, folder: String, poll: Int32 = never, reconcile: Int64 = late
    ) throws -> RegistryWatcher {
        let watcher = try RegistryWatcher(
            directory: folder, manager: bench.manager, store: bench.spy, logger: bench.log.logger,
            intervals: RegistryWatcher.Intervals(pollMilliseconds: poll, reconcileMilliseconds: reconcile))
        try watcher.start()
        return watcher
    }

    /// Milliseconds from the promotion's commit to the first answer.
    private func promoteAndWait(_ bench: ManagerBench, _ number: Int, then: () throws -> Void = {}) throws -> Double {
        try bench.register(number)
        let before = MonotonicTime.now()
        try bench.promote(number)
        try then()
        while let event = bench.events.take() {
            if event.kind == .available || event.kind == .swapped, event.modelID == (try TestModel.id(number)) { break }
        }
        return Double(MonotonicTime.now() - before) / 1e6
    }

    @Test func `a promotion is served at once where the model directory tells of it`() throws {
        let bench = try ManagerBench()
        let directory = try ModelDirectory(bench.folder.path)
        try bench.manager.reconcile()
        // Neither polls nor reconciles within the time of the test.
        let watcher = try watch(bench, folder: directory.path)
        defer { watcher.stop() }

        for number in 1...5 {
            let milliseconds = try promoteAndWait(bench, number) { try directory.announceChange() }
            #expect(milliseconds < 5000)
        }
        #expect(bench.cache.production(of: try TestModel.name())?.generation == 5)
    }

    @Test func `a promotion is served by the poll of the hint alone`() throws {
        let bench = try ManagerBench()
        let elsewhere = try TemporaryFolder()
        try bench.manager.reconcile()
        let watcher = try watch(bench, folder: elsewhere.path, poll: 25)
        defer { watcher.stop() }

        for number in 1...5 { #expect(try promoteAndWait(bench, number) < 5000) }
        #expect(bench.cache.production(of: try TestModel.name())?.generation == 5)
    }

    @Test func `a promotion is served by the two-second comparison alone`() throws {
        let bench = try ManagerBench(hidesHint: true)
        let elsewhere = try TemporaryFolder()
        try bench.manager.reconcile()
        let watcher = try watch(bench, folder: elsewhere.path, poll: 25, reconcile: 2000)
        defer { watcher.stop() }

        #expect(try promoteAndWait(bench, 1) < 10_000)
    }

    @Test func `the intervals are 25 ms and 2 s unless told otherwise`() {
        let intervals = RegistryWatcher.Intervals()

        #expect(intervals.pollMilliseconds == 25)
        #expect(intervals.reconcileMilliseconds == 2000)
    }

    @Test func `a failed load is tried again when it is due, with no other event`() throws {
        let bench = try ManagerBench()
        let elsewhere = try TemporaryFolder()
        let id = try bench.publish(1)
        bench.loader.fail(id, CallFailure(.unavailable, "the disk is away"))
        try bench.manager.reconcile()
        let watcher = try watch(bench, folder: elsewhere.path, poll: 5)
        defer { watcher.stop() }
        bench.loader.fail(id, nil)
        #expect(bench.event(.failed)?.modelID == id)
        bench.clock.advance(milliseconds: 1000)

        #expect(bench.event(.available)?.modelID == id)
    }

    @Test func `a registry that is away keeps everything serving, and is followed when it is back`() throws {
        let bench = try ManagerBench()
        let elsewhere = try TemporaryFolder()
        let first = try bench.publish(1)
        try bench.manager.reconcile()
        let watcher = try watch(bench, folder: elsewhere.path, poll: 5)
        let path = "\(bench.folder.path)/\(SQLiteRegistryStore.fileName)"
        unsafe #expect(rename(path, path + ".away") == 0)
        for _ in 0..<10 { _ = bench.spy.asked.take() }
        #expect(try bench.served() == "\(first) 1")
        #expect(bench.log.lines.filter { $0.contains("registry cannot be read") }.count == 1)

        unsafe #expect(rename(path + ".away", path) == 0)
        let milliseconds = try promoteAndWait(bench, 2)
        watcher.stop()
        #expect(milliseconds < 5000)
        #expect(bench.log.lines.filter { $0.contains("registry is back") }.count == 1)
    }

    @Test func `an error between hint and head does not lose the change`() throws {
        let bench = try ManagerBench()
        let elsewhere = try TemporaryFolder()
        try bench.manager.reconcile()
        let watcher = try watch(bench, folder: elsewhere.path, poll: 5)
        defer { watcher.stop() }
        bench.spy.setAway(true)
        for _ in 0..<5 { _ = bench.spy.asked.take() }
        let id = try bench.publish(1)
        for _ in 0..<5 { _ = bench.spy.asked.take() }
        #expect(try bench.served() == nil)
        bench.spy.setAway(false)

        #expect(bench.event(.available)?.modelID == id)
    }

    @Test func `an idle server asks little of the registry`() throws {
        let bench = try ManagerBench()
        try bench.publish(1)
        try bench.manager.reconcile()
        let before = bench.spy.snapshots.load(ordering: .relaxed)
        let watcher = try watch(bench, folder: bench.folder.path, poll: 25, reconcile: 2000)
        let began = MonotonicTime.now()
        for _ in 0..<100 { _ = bench.spy.asked.take() }
        watcher.stop()
        let seconds = Double(MonotonicTime.now() - began) / 1e9

        // A notification of an earlier write may add a few.
        #expect(Double(bench.spy.hints.load(ordering: .relaxed)) <= seconds * 40 + 10)
        #expect(bench.spy.snapshots.load(ordering: .relaxed) - before <= Int(seconds / 2) + 1)
        #expect(bench.spy.heads.load(ordering: .relaxed) <= Int(seconds / 2) + 10)
    }

    @Test func `a folder that is not there cannot be watched`() throws {
        let bench = try ManagerBench()

        #expect(throws: SystemError.self) { try watch(bench, folder: "\(bench.folder.path)/nothing") }
    }

    @Test func `a watcher that was stopped asks nothing more`() throws {
        let bench = try ManagerBench()
        let watcher = try watch(bench, folder: bench.folder.path, poll: 5)
        _ = bench.spy.asked.take()
        watcher.stop()
        let count = bench.spy.hints.load(ordering: .relaxed)
        watcher.stop()

        #expect(bench.spy.hints.load(ordering: .relaxed) == count)
    }
}
