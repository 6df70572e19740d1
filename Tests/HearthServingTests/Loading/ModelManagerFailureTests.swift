import HearthCore
import HearthMetrics
import HearthRegistry
import HearthRegistrySQLite
import HearthServing
import Testing

@Suite struct ModelManagerFailureTests {
    private static let away = CallFailure(.unavailable, "the disk is away")

    @Test func `a failed load leaves the old model serving and says so once`() throws {
        let bench = try ManagerBench()
        let first = try bench.publish(1)
        try bench.manager.reconcile()
        let second = try bench.publish(2)
        bench.loader.fail(second, Self.away)

        for _ in 0..<3 { #expect(try bench.manager.reconcile().failures == [second: Self.away]) }

        #expect(try bench.served() == "\(first) 1")
        #expect(bench.loader.count(second) == 1)
        let state = bench.manager.loadState(of: second)
        #expect(state.name == "FAILED")
        #expect(state.error == "the disk is away")
        #expect(bench.manager.loadState(of: first).name == "AVAILABLE")
        #expect(bench.counters.loadFailures.value == 1)
        #expect(bench.log.lines.filter { $0.hasPrefix("error model not loaded") }.count == 1)
        #expect(bench.closeEvents() == ["available 1", "failed 2"])
    }

    @Test func `R76: it is retried after 1, 2, 4 s and then every 30 s, and served when it succeeds`() throws {
        let bench = try ManagerBench()
        try bench.publish(1)
        try bench.manager.reconcile()
        let second = try bench.publish(2)
        bench.loader.fail(second, Self.away)
        try bench.manager.reconcile()
        var count = 1
        for delay: Int64 in [1000, 2000, 4000, 30_000, 30_000] {
            bench.clock.advance(milliseconds: delay - 1)
            #expect(!bench.manager.isRetryDue)
            try bench.manager.reconcile()
            #expect(bench.loader.count(second) == count)
            bench.clock.advance(milliseconds: 1)
            #expect(bench.manager.isRetryDue)
            try bench.manager.reconcile()
            count += 1
            #expect(bench.loader.count(second) == count)
        }
        bench.loader.fail(second, nil)
        bench.clock.advance(milliseconds: 30_000)
        try bench.manager.reconcile()

        #expect(try bench.served() == "\(second) 2")
        #expect(!bench.manager.isRetryDue)
        #expect(bench.manager.loadState(of: second).name == "AVAILABLE")
        #expect(bench.closeEvents() == ["available 1", "failed 2", "swapped 2"])
        let retries = bench.log.lines.filter { $0.hasPrefix("info load tried again") }
        #expect(retries.count == 3)
        for (line, words) in zip(retries, [("1", "1"), ("2", "2"), ("3", "4")]) {
            #expect(line.contains(#""attempt": \#(words.0)"#) && line.contains(#""seconds": \#(words.1)"#), "\(line)")
            #expect(line.contains(#""attempts": 3"#), "\(line)")
        }
        #expect(bench.log.lines.filter { $0.hasPrefix("error all retries failed") }.count == 1)
    }

    @Test func `a forced reconciliation tries again at once`() throws {
        let bench = try ManagerBench()
        let id = try bench.publish(1)
        bench.loader.fail(id, Self.away)
        try bench.manager.reconcile()
        bench.loader.fail(id, nil)
        try bench.manager.reconcile()
        #expect(try bench.served() == nil)

        #expect(try bench.manager.reconcile(isForced: true).failures.isEmpty)
        #expect(try bench.served() == "\(id) 1")
    }

    @Test func `the first load of a preloaded model is retried too, a request is told at once`() throws {
        let bench = try ManagerBench()
        let id = try bench.publish(1)
        bench.loader.fail(id, Self.away)
        try bench.manager.reconcile()
        #expect(try bench.ask(name: 1).failure == Self.away)
        #expect(bench.loader.count(id) == 1)
        bench.loader.fail(id, nil)
        bench.clock.advance(milliseconds: 1000)
        #expect(bench.manager.isRetryDue)
        try bench.manager.reconcile()

        #expect(try bench.served() == "\(id) 1")
    }

    @Test func `C4: damage is not retried until somebody insists`() throws {
        let bench = try ManagerBench()
        let id = try bench.publish(1)
        bench.loader.fail(id, CallFailure(.dataLoss, "the file is damaged"))
        try bench.manager.reconcile()
        bench.clock.advance(milliseconds: 3_600_000)
        #expect(!bench.manager.isRetryDue)
        #expect(try bench.manager.reconcile().failures[id]?.code == .dataLoss)
        #expect(bench.loader.count(id) == 1)

        bench.loader.fail(id, nil)
        try bench.manager.reconcile(isForced: true)
        #expect(try bench.served() == "\(id) 1")
    }

    @Test func `a pointer that moves during a slow load is followed, and the slow one never serves`() throws {
        let bench = try ManagerBench()
        let first = try bench.publish(1)
        try bench.manager.reconcile()
        let slow = try bench.publish(2)
        let release = bench.loader.hold(slow)
        try bench.manager.follow()
        try bench.manager.follow()
        #expect(bench.loader.begun.take() == first)
        #expect(bench.loader.begun.take() == slow)
        #expect(bench.manager.waiterCount == 1)
        let third = try bench.publish(3)
        try bench.manager.follow()
        #expect(bench.event(.swapped)?.modelID == third)
        #expect(try bench.served() == "\(third) 3")

        release()
        // A call that waits for the slow load has its answer after the load's own waiters.
        #expect(try bench.ask(version: 2).get().servable.modelID == slow)
        #expect(try bench.served() == "\(third) 3")
    }

    @Test func `a call that came before a swap is answered by the version it came for`() throws {
        let bench = try ManagerBench(preloads: { _ in false })
        let slow = try bench.publish(1)
        try bench.manager.reconcile()
        let release = bench.loader.hold(slow)
        let answers = BlockingQueue<Result<CacheEntry, CallFailure>>()
        bench.manager.request(name: "isolation_forest.series-1", version: "") { _ = answers.put($0) }
        let second = try bench.publish(2)
        try bench.manager.reconcile()
        #expect(try bench.ask(name: 1).get().servable.modelID == second)
        release()
        let entry = try answers.take()?.get()

        #expect(entry?.servable.modelID == slow)
        #expect(entry?.generation == 1)
        #expect(try bench.served() == "\(second) 2")
    }

    @Test func `a slow load does not keep other models from being followed`() throws {
        let bench = try ManagerBench()
        let slow = try bench.publish(1, of: 1)
        let release = bench.loader.hold(slow)
        try bench.manager.follow()
        let other = try bench.publish(2, of: 2)
        try bench.manager.follow()

        #expect(bench.event(.available)?.modelID == other)
        release()
        #expect(bench.event(.available)?.modelID == slow)
    }

    @Test func `a withdrawn model answers no more, also when its load ends late`() throws {
        let bench = try ManagerBench()
        let id = try bench.publish(1)
        try bench.manager.reconcile()
        // A registry that does not know the name takes the place of the old one.
        try bench.replaceRegistry { _ in }
        try bench.manager.reconcile()

        #expect(try bench.served() == nil)
        #expect(try bench.ask(name: 1).failure?.code == .notFound)
        #expect(bench.event(.unloaded)?.modelID == id)
    }

    @Test func `a registry that was put back to an earlier generation is followed`() throws {
        let bench = try ManagerBench()
        for number in 1...5 { try bench.publish(number) }
        try bench.manager.reconcile()
        try bench.replaceRegistry { registry in
            try bench.register(1, in: registry)
            _ = try registry.promote(
                TestModel.id(1), of: TestModel.name(), expectedGeneration: nil, actor: "test", reason: "")
        }
        try bench.manager.reconcile()

        #expect(try bench.served() == "\(TestModel.id(1)) 1")
        #expect(bench.log.lines.contains { $0.contains("went back to an earlier generation") })
    }

    @Test func `a registry that cannot be read leaves everything serving`() throws {
        let bench = try ManagerBench()
        let id = try bench.publish(1)
        try bench.manager.reconcile()
        bench.spy.setAway(true)

        #expect(throws: (any Error).self) { try bench.manager.reconcile() }
        #expect(try bench.served() == "\(id) 1")
        try bench.register(2)
        #expect(
            try bench.ask(version: 2).failure
                == CallFailure(.unavailable, "the registry cannot be read: the registry is away"))
    }

    @Test func `reloading one model leaves the news of the others for the next reconciliation`() throws {
        let bench = try ManagerBench()
        let first = try bench.publish(1, of: 1)
        let second = try bench.publish(2, of: 2)

        try bench.manager.reconcile(isForced: true, only: TestModel.name(1))
        #expect(bench.cache.ids == [first.text])
        #expect(bench.manager.headVersion == -1)
        try bench.manager.reconcile()

        #expect(bench.cache.ids == [first.text, second.text])
    }

    @Test func `an evicted model is not fetched back before somebody asks for it`() throws {
        let bench = try ManagerBench(byteBudget: 250)
        let first = try bench.publish(1, of: 1)
        try bench.manager.reconcile()
        for number in 2...3 {
            bench.cache.tick()
            try bench.publish(number, of: number)
            try bench.manager.reconcile()
        }
        #expect(bench.event(.unloaded)?.modelID == first)
        try bench.manager.reconcile()
        #expect(bench.loader.count(first) == 1)
        #expect(bench.manager.loadState(of: first).name == "START")

        #expect(try bench.ask(name: 1).get().generation == 1)
        #expect(bench.loader.count(first) == 2)
    }
}
