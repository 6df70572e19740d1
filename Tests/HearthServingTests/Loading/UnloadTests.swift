import HearthCore
import HearthRegistry
import HearthServing
import Testing

@Suite struct UnloadTests {
    @Test func `an unloaded model leaves the memory with all its versions`() throws {
        let bench = try ManagerBench()
        try bench.publish(1)
        try bench.publish(2)
        try bench.register(3)
        try bench.publish(4, of: 2)
        try bench.manager.reconcile()
        _ = try bench.ask(version: 1).get()
        _ = try bench.ask(version: 3).get()

        try bench.manager.unload(TestModel.name())

        #expect(bench.cache.ids == [try TestModel.id(4).text])
        #expect(bench.cache.byteCount == 100)
        #expect(bench.closeEvents().suffix(3) == ["unloaded 1", "unloaded 2", "unloaded 3"])
    }

    @Test func `calls to an unloaded model are told how to load it again`() throws {
        let bench = try ManagerBench()
        let id = try bench.publish(1)
        try bench.register(3)
        try bench.manager.reconcile()

        try bench.manager.unload(TestModel.name())

        let failure = CallFailure(
            .unavailable,
            "model 'isolation_forest.series-1' was unloaded by an admin; load it again with "
                + "'hearth reload isolation_forest.series-1' or RepositoryModelLoad")
        #expect(try bench.ask(name: 1).failure == failure)
        #expect(try bench.ask(version: 1).failure == failure)
        #expect(try bench.ask(name: 1, version: 1).failure == failure)
        // A version that was never seen is read once to learn whose it is, and no more.
        #expect(try bench.ask(version: 3).failure == failure)
        #expect(try bench.ask(version: 3).failure == failure)
        #expect(bench.loader.count(id) == 1)
        #expect(bench.loader.count(try TestModel.id(3)) == 1)
        #expect(bench.cache.ids.isEmpty)
    }

    @Test func `neither reconciling nor a promotion brings an unloaded model back`() throws {
        let bench = try ManagerBench()
        try bench.publish(1)
        try bench.manager.reconcile()
        try bench.manager.unload(TestModel.name())

        try bench.manager.reconcile()
        #expect(try bench.served() == nil)
        try bench.publish(2)
        try bench.manager.reconcile()
        #expect(try bench.served() == nil)
        #expect(bench.loader.count(try TestModel.id(2)) == 0)
        #expect(try bench.manager.readiness(of: TestModel.name()) == .unloaded)
    }

    @Test(arguments: [false, true]) func `a reload brings it back, of that model or of all`(_ isWhole: Bool) throws {
        // Loaded on demand otherwise: a reload of what was unloaded loads it all the same.
        let bench = try ManagerBench(preloads: { _ in false })
        let id = try bench.publish(1)
        try bench.manager.reconcile()
        _ = try bench.ask(name: 1).get()
        try bench.manager.unload(TestModel.name())

        try bench.manager.reconcile(isForced: true, only: isWhole ? nil : TestModel.name())

        #expect(try bench.served() == "\(id) 1")
        #expect(try bench.ask(name: 1).get().generation == 1)
        #expect(bench.loader.count(id) == 2)
        #expect(bench.closeEvents() == ["promoted 1", "available 1", "unloaded 1", "available 1"])
    }

    @Test func `a reload of another model leaves it unloaded`() throws {
        let bench = try ManagerBench()
        try bench.publish(1)
        try bench.publish(4, of: 2)
        try bench.manager.reconcile()
        try bench.manager.unload(TestModel.name())

        try bench.manager.reconcile(isForced: true, only: TestModel.name(2))

        #expect(try bench.served() == nil)
        #expect(try bench.ask(name: 1).failure?.code == .unavailable)
    }

    @Test func `a reload that cannot read the registry leaves it unloaded`() throws {
        let bench = try ManagerBench()
        try bench.publish(1)
        try bench.manager.reconcile()
        try bench.manager.unload(TestModel.name())
        bench.spy.setAway(true)

        #expect(throws: RegistryError.self) { try bench.manager.reconcile(isForced: true) }
        #expect(try bench.ask(name: 1).failure?.code == .unavailable)
    }

    @Test func `a load that ends after the unloading does not bring it back`() throws {
        let bench = try ManagerBench(preloads: { _ in false })
        let id = try bench.publish(1)
        try bench.manager.reconcile()
        let release = bench.loader.hold(id)
        let answers = BlockingQueue<Result<CacheEntry, CallFailure>>()
        bench.manager.request(name: try TestModel.name().text, version: "") { _ = answers.put($0) }
        _ = bench.loader.begun.take()

        try bench.manager.unload(TestModel.name())
        release()

        // The call came before: it has its answer. The model does not stay for the next.
        #expect(try answers.take()?.get().servable.modelID == id)
        #expect(bench.cache.ids.isEmpty)
        #expect(try bench.ask(name: 1).failure?.code == .unavailable)
    }

    @Test func `unloading what is not in memory is told once and keeps it from being loaded`() throws {
        let bench = try ManagerBench(preloads: { _ in false })
        let id = try bench.publish(1)
        try bench.manager.reconcile()

        try bench.manager.unload(TestModel.name())
        try bench.manager.unload(TestModel.name())

        #expect(try bench.ask(name: 1).failure?.code == .unavailable)
        #expect(bench.loader.count(id) == 0)
        #expect(bench.closeEvents() == ["promoted 1", "unloaded 1"])
    }

    @Test func `a name that the server does not know is not unloaded`() throws {
        let bench = try ManagerBench()
        #expect(
            throws: CallFailure(
                .unavailable, "the registry could not be read yet, the server tries on; try again later")
        ) {
            try bench.manager.unload(TestModel.name())
        }
        try bench.manager.reconcile()
        let error = #expect(throws: CallFailure.self) { try bench.manager.unload(TestModel.name()) }
        #expect(error?.code == .notFound)
        #expect(!bench.manager.isUnloaded(try TestModel.name()))
    }
}
