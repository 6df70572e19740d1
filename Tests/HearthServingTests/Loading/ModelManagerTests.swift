import HearthCore
import HearthMetrics
import HearthRegistry
import HearthRegistrySQLite
import HearthServing
import Synchronization
import Testing

@Suite struct ModelManagerTests {
    @Test func `R29, R30: a model is loaded when it is first asked for, and found from then on`() throws {
        let bench = try ManagerBench(preloads: { _ in false })
        let id = try bench.publish(1)
        try bench.manager.reconcile()
        #expect(bench.loader.count(id) == 0)

        let first = try bench.ask(name: 1).get()
        let second = try bench.ask(name: 1).get()

        #expect(first.servable === second.servable)
        #expect(first.generation == 1)
        #expect(bench.loader.count(id) == 1)
        #expect(try bench.served() == "\(id) 1")
        #expect(bench.event(.available)?.modelID == id)
    }

    @Test func `R89: a hundred threads that ask for one unloaded model make one load`() throws {
        let bench = try ManagerBench(preloads: { _ in false })
        let id = try bench.publish(1)
        try bench.manager.reconcile()
        let release = bench.loader.hold(id)
        let answers = Mutex<[Result<CacheEntry, CallFailure>]>([])
        let group = CompletionGroup()
        for _ in 0..<100 { group.enter() }
        try onThreads(100) { _ in
            bench.manager.request(name: "isolation_forest.series-1", version: "") { answer in
                answers.withLock { $0.append(answer) }
                group.leave()
            }
        }
        #expect(bench.manager.waiterCount == 100)
        release()
        group.wait()

        #expect(bench.loader.count(id) == 1)
        #expect(answers.withLock { $0.compactMap { try? $0.get().servable.modelID }.count } == 100)
        #expect(Set(answers.withLock { $0.compactMap { try? ObjectIdentifier($0.get().servable) } }).count == 1)
        #expect(bench.manager.waiterCount == 0)
    }

    @Test func `R89: who comes just as a load ends does not begin another`() throws {
        let bench = try ManagerBench(byteBudget: 1 << 20, preloads: { _ in false })
        for number in 1...60 {
            let id = try bench.register(number)
            let group = CompletionGroup()
            for _ in 0..<64 { group.enter() }
            try onThreads(8) { _ in
                for _ in 0..<8 {
                    bench.manager.request(name: "", version: id.text) { _ in group.leave() }
                }
            }
            group.wait()
            #expect(bench.loader.count(id) == 1)
        }
    }

    @Test func `nobody is forgotten when versions are evicted while they are asked for`() throws {
        // Room for two of six versions: every load evicts one that somebody else may be asking for.
        let bench = try ManagerBench(byteBudget: 200, preloads: { _ in false })
        let ids = try (1...6).map { try bench.register($0) }
        let answered = Atomic<Int>(0)
        let failures = Mutex<[CallFailure]>([])
        try onThreads(6) { index in
            for turn in 0..<300 {
                let answers = BlockingQueue<CallFailure?>()
                bench.manager.request(name: "", version: ids[(turn * (index + 1)) % 6].text) {
                    _ = answers.put($0.failure)
                }
                if let failure = answers.take() ?? nil { failures.withLock { $0.append(failure) } }
                answered.wrappingAdd(1, ordering: .relaxed)
            }
        }

        #expect(answered.load(ordering: .relaxed) == 1800)
        #expect(failures.withLock { $0 } == [])
        #expect(bench.manager.waiterCount == 0)
        #expect(bench.cache.byteCount <= 200)
    }

    @Test func `names that are to be preloaded are, the others wait to be asked for`() throws {
        let pinned = try TestModel.name(2)
        let bench = try ManagerBench(pins: [pinned], preloads: { $0 == pinned })
        let lazy = try bench.publish(1, of: 1)
        let eager = try bench.publish(2, of: 2)

        try bench.manager.reconcile()

        #expect(bench.loader.count(lazy) == 0)
        #expect(bench.loader.count(eager) == 1)
        #expect(bench.cache.contents.map(\.isPinned) == [true])
        #expect(bench.manager.headVersion == 4)
    }

    @Test func `a promotion swaps, keeps the rollback target warm and says so`() throws {
        let bench = try ManagerBench()
        let first = try bench.publish(1)
        try bench.manager.reconcile()
        let second = try bench.publish(2)
        try bench.manager.reconcile()

        let swapped = bench.event(.swapped)
        #expect(swapped?.modelID == second)
        #expect(swapped?.previousModelID == first)
        #expect(swapped?.generation == 2)
        #expect(bench.cache.ids == [first.text, second.text])
        #expect(bench.counters.swaps.value == 1)

        _ = try bench.registry.rollback(TestModel.name(), expectedGeneration: nil, actor: "test", reason: "")
        try bench.manager.reconcile()
        #expect(try bench.served() == "\(first) 3")
        #expect(bench.loader.count(first) == 1)

        let third = try bench.publish(3)
        try bench.manager.reconcile()
        #expect(bench.cache.ids == [first.text, third.text])
        #expect(bench.event(.unloaded)?.modelID == second)
    }

    @Test func `nothing is loaded or told twice when nothing has changed`() throws {
        let bench = try ManagerBench()
        let id = try bench.publish(1)
        for _ in 0..<5 { try bench.manager.reconcile() }
        try bench.manager.reconcile(isForced: true)

        #expect(bench.loader.count(id) == 1)
        #expect(bench.closeEvents() == ["available 1"])
    }

    @Test func `names that the registry does not have are refused without touching it`() throws {
        let bench = try ManagerBench()
        try bench.manager.reconcile()
        let before = bench.spy.reads.load(ordering: .relaxed) + bench.spy.snapshots.load(ordering: .relaxed)

        #expect(
            try bench.ask(name: 7).failure
                == CallFailure(
                    .notFound,
                    "no production version of 'isolation_forest.series-7': promote one with 'hearth models promote', "
                        + "or see 'hearth models list'"))
        #expect(bench.ask(name: "../etc/passwd", version: "").failure?.code == .invalidArgument)
        #expect(bench.ask(name: "", version: "../etc/passwd").failure?.code == .invalidArgument)
        #expect(bench.spy.reads.load(ordering: .relaxed) + bench.spy.snapshots.load(ordering: .relaxed) == before)
    }

    @Test func `before the registry was read once, a name is not known to be absent`() throws {
        let bench = try ManagerBench()

        #expect(
            try bench.ask(name: 1).failure
                == CallFailure(
                    .unavailable, "the registry could not be read yet, the server tries on; try again later"))
    }

    @Test func `a version is not of another name, and is not loaded again to find that out`() throws {
        let bench = try ManagerBench()
        let id = try bench.register(1)
        for _ in 0..<3 {
            #expect(
                bench.ask(name: "isolation_forest.series-2", version: id.text).failure
                    == CallFailure(
                        .invalidArgument,
                        "version '\(id)' is of model 'isolation_forest.series-1', not of 'isolation_forest.series-2'"))
        }
        #expect(bench.loader.count(id) == 1)
    }

    @Test func `an unknown version is refused, and not looked up again for a second`() throws {
        let bench = try ManagerBench()
        for _ in 0..<5 {
            #expect(
                try bench.ask(version: 9).failure
                    == CallFailure(
                        .notFound, "no version '\(TestModel.id(9))' in the registry; see 'hearth models list'"))
        }
        #expect(bench.spy.reads.load(ordering: .relaxed) == 1)
        try bench.register(9)
        bench.clock.advance(milliseconds: 1000)
        #expect(try bench.ask(version: 9).failure == nil)
    }

    @Test func `a failed training has nothing to serve`() throws {
        let bench = try ManagerBench()
        let id = try bench.register(1, status: .failed)

        #expect(
            try bench.ask(version: 1).failure
                == CallFailure(.failedPrecondition, "version '\(id)' has no artifact: its status is failed"))
    }

    @Test func `a model beyond the budget is refused with both sizes and evicts nothing`() throws {
        let bench = try ManagerBench(byteBudget: 4096)
        let first = try bench.publish(1)
        try bench.manager.reconcile()
        let large = try bench.publish(2)
        bench.loader.setByteCount(large, 8192)

        let failures = try bench.manager.reconcile().failures

        #expect(
            failures[large]
                == CallFailure(
                    .resourceExhausted,
                    "version '\(large)' needs 8 KiB, the cache has 4 KiB; start hearthd with a larger --cache-bytes"))
        #expect(try bench.served() == "\(first) 1")
    }

    @Test func `a model that does not fit beside the pinned ones is refused`() throws {
        let bench = try ManagerBench(byteBudget: 4096, pins: [try TestModel.name(1)])
        let pinned = try bench.publish(1, of: 1)
        bench.loader.setByteCount(pinned, 3072)
        let other = try bench.publish(2, of: 2)
        bench.loader.setByteCount(other, 2048)
        try bench.manager.reconcile(only: TestModel.name(1))

        let failures = try bench.manager.reconcile().failures

        #expect(
            failures[other]?.message
                == "version '\(other)' needs 2 KiB, the cache has 4 KiB, of which other pinned models take 3 KiB; "
                + "start hearthd with a larger --cache-bytes")
        #expect(bench.cache.ids == [pinned.text])
    }

    @Test func `more waiting calls than allowed are refused, reconciling is not`() throws {
        let bench = try ManagerBench(preloads: { _ in false })
        let id = try bench.register(1)
        let release = bench.loader.hold(id)
        let answers = BlockingQueue<CallFailure?>()
        for _ in 0...ModelManager.waiterCountMax {
            bench.manager.request(name: "", version: id.text) { _ = answers.put($0.failure) }
        }
        let refused = answers.take() ?? nil
        #expect(
            refused
                == CallFailure(
                    .resourceExhausted, "4096 calls wait for models to load, more are not taken; try again later"))
        let second = try bench.publish(2)
        try bench.manager.reconcile(isForced: true)
        #expect(try bench.ask(name: 1).failure?.code == .resourceExhausted)
        #expect(bench.loader.count(second) == 0)

        release()
        for _ in 0..<ModelManager.waiterCountMax { #expect(answers.take() == .some(nil)) }
        #expect(try bench.ask(name: 1).failure == nil)
        #expect(bench.loader.count(id) == 1)
    }

    @Test func `a stopped server refuses what is not loaded`() throws {
        let bench = try ManagerBench()
        try bench.register(1)
        bench.pool.stop()

        #expect(
            try bench.ask(version: 1).failure
                == CallFailure(.unavailable, "the server is stopping or has too many models to load"))
        #expect(bench.manager.waiterCount == 0)
    }

    @Test func `unknown versions without number do not fill the memory`() throws {
        let bench = try ManagerBench()
        for number in 0..<(ModelManager.rememberedCountMax + 5) {
            _ = bench.ask(name: "", version: "never-\(number)")
        }
        #expect(bench.manager.loadState(of: try ModelID("never-0")).name == "START")
        #expect(
            bench.manager.loadState(of: try ModelID("never-\(ModelManager.rememberedCountMax + 4)")).name == "FAILED")
    }
}
