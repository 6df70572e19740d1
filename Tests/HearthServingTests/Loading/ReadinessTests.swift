import HearthCore
import HearthServing
import Testing

@Suite struct ReadinessTests {
    private let broken = CallFailure(.unavailable, "the disk is away")

    @Test func `a model is ready in memory, while it loads, and on demand`() throws {
        let bench = try ManagerBench(preloads: { _ in false })
        let id = try bench.publish(1)
        let name = try TestModel.name()
        #expect(bench.manager.readiness(of: name) == .unknown)
        #expect(!bench.manager.isLevel)
        try bench.manager.reconcile()
        #expect(bench.manager.isLevel)
        #expect(bench.manager.readiness(of: name) == .onDemand)

        let release = bench.loader.hold(id)
        let answers = BlockingQueue<Result<CacheEntry, CallFailure>>()
        bench.manager.request(name: name.text, version: "") { _ = answers.put($0) }
        #expect(bench.manager.readiness(of: name) == .loading)
        release()
        _ = answers.take()
        #expect(bench.manager.readiness(of: name) == .inMemory)
    }

    @Test func `a model whose load failed is not ready, also while the next load is under way`() throws {
        let bench = try ManagerBench(preloads: { _ in false })
        let id = try bench.publish(1)
        let name = try TestModel.name()
        try bench.manager.reconcile()
        bench.loader.fail(id, broken)
        #expect(try bench.ask(name: 1).failure == broken)
        #expect(bench.manager.readiness(of: name) == .failed(broken))
        #expect(!bench.manager.readiness(of: name).isReady)

        bench.loader.fail(id, nil)
        let release = bench.loader.hold(id)
        bench.clock.advance(milliseconds: 60_000)
        let answers = BlockingQueue<Result<CacheEntry, CallFailure>>()
        bench.manager.request(name: name.text, version: "") { _ = answers.put($0) }
        #expect(bench.manager.readiness(of: name) == .failed(broken))
        release()
        _ = answers.take()
        #expect(bench.manager.readiness(of: name) == .inMemory)
    }

    @Test func `a model whose new version failed is ready as long as the old one answers`() throws {
        let bench = try ManagerBench()
        try bench.publish(1)
        try bench.manager.reconcile()
        bench.loader.fail(try bench.publish(2), broken)
        try bench.manager.reconcile()

        #expect(bench.manager.readiness(of: try TestModel.name()) == .inMemory)
        #expect(bench.manager.readiness(of: try TestModel.id(2), of: try TestModel.name()) == .failed(broken))
    }

    @Test func `a model that is loaded on demand is told of when it is promoted and when it is withdrawn`() throws {
        let bench = try ManagerBench(preloads: { _ in false })
        try bench.publish(1)
        try bench.manager.reconcile()
        try bench.manager.reconcile()
        try bench.publish(2)
        try bench.manager.reconcile()
        try bench.replaceRegistry { _ in }
        try bench.manager.reconcile()

        #expect(bench.manager.readiness(of: try TestModel.name()) == .unknown)
        #expect(bench.closeEvents() == ["promoted 1", "promoted 2", "withdrawn 2"])
    }

    @Test func `a version is ready for its own name alone`() throws {
        let bench = try ManagerBench()
        try bench.publish(1)
        try bench.publish(2)
        try bench.publish(4, of: 2)
        try bench.register(3)
        try bench.manager.reconcile()
        func readiness(_ version: Int, of name: Int) throws -> ModelManager.Readiness {
            bench.manager.readiness(of: try TestModel.id(version), of: try TestModel.name(name))
        }

        #expect(try readiness(2, of: 1) == .inMemory)
        #expect(try readiness(2, of: 2) == .unknown)
        // The rollback target is known, other versions only to the registry.
        #expect(try readiness(1, of: 1) == .onDemand)
        #expect(try readiness(3, of: 1) == .unknown)
        try bench.manager.unload(TestModel.name(1))
        #expect(try readiness(2, of: 1) == .unloaded)
        #expect(try readiness(4, of: 2) == .inMemory)
    }
}
