import Foundation
import HearthArtifacts
import HearthCore
import HearthRegistry
import HearthServing
import HearthTestSupport
import Testing

/// R74: what a server keeps to start without its registry.
@Suite struct LastKnownGoodTests {
    private let folder: TemporaryFolder
    private let file: KnownGoodFile

    init() throws {
        folder = try TemporaryFolder()
        file = KnownGoodFile(folder: folder.path, registry: "here")
    }

    private func keeper(_ bench: ManagerBench) throws -> RegistryKeeper {
        try RegistryKeeper(
            manager: bench.manager, store: bench.spy, file: file, holder: "test", logger: bench.log.logger)
    }

    private func turn(_ keeper: RegistryKeeper) { keeper.turn(at: .now(), clock: .now()) }

    @Test func `R74 the set is written when it changes, and only then`() throws {
        let bench = try ManagerBench()
        let keeper = try keeper(bench)
        turn(keeper)
        #expect(try file.read() == nil, "the registry was not read yet")
        try bench.publish(1)
        try bench.manager.reconcile()
        turn(keeper)
        let first = try #require(try file.read())
        #expect(try first.models.map(\.pointer.modelID) == [TestModel.id(1)])
        #expect(try first.models.map(\.version.path) == [TestModel.id(1).text])
        turn(keeper)
        #expect(try file.read() == first, "not written again")
        try bench.publish(2)
        try bench.manager.reconcile()
        turn(keeper)
        let second = try #require(try file.read())
        #expect(try second.models.map(\.pointer.modelID) == [TestModel.id(2)])
        #expect(try second.models.map(\.pointer.previousModelID) == [TestModel.id(1)])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [KnownGoodFile.name])
    }

    @Test func `R74 a version that cannot be loaded does not take the place of one that answers`() throws {
        let bench = try ManagerBench()
        let keeper = try keeper(bench)
        try bench.publish(1)
        try bench.manager.reconcile()
        bench.loader.fail(try TestModel.id(2), CallFailure(.dataLoss, "damaged"))
        try bench.publish(2)
        try bench.manager.reconcile()
        turn(keeper)
        #expect(try file.read()?.models.map(\.pointer.modelID) == [TestModel.id(1)])
        #expect(try file.read()?.models.map(\.pointer.generation) == [1])
    }

    @Test func `R74 a manager that cannot read the registry serves the set, and the registry once it is back`() throws {
        let known = try ManagerBench()
        let keeper = try keeper(known)
        try known.publish(1)
        try known.manager.reconcile()
        turn(keeper)

        let bench = try ManagerBench()
        bench.spy.setAway(true)
        #expect(throws: RegistryError.self) { try bench.manager.reconcile() }
        let set = try #require(try file.read())
        #expect(bench.manager.adopt(set).isEmpty)
        #expect(try bench.served() == "\(TestModel.id(1)) 1")
        #expect(bench.manager.isFromLastKnownGood && bench.manager.canServe && !bench.manager.isLevel)
        #expect(try bench.ask(name: 7).failure?.code == .unavailable, "not known to be absent")
        #expect(try bench.manager.lastKnownGood(registry: "here", at: .now()) == nil, "not written over itself")

        try bench.publish(2)
        bench.spy.setAway(false)
        try bench.manager.reconcile()
        #expect(try bench.served() == "\(TestModel.id(2)) 1")
        #expect(!bench.manager.isFromLastKnownGood)
        #expect(try bench.ask(name: 7).failure?.code == .notFound)
    }

    @Test func `R74 a model that was in production is loaded from its file while the registry is away`() throws {
        let bench = try ManagerBench()
        try bench.publish(1)
        try bench.manager.reconcile()
        try bench.manager.unload(TestModel.name())
        bench.spy.setAway(true)
        _ = bench.cache.admit(nil)
        #expect(try bench.served() == nil)
        #expect(throws: CallFailure.self) { _ = try bench.manager.load(TestModel.id(9)) }
        #expect(try bench.manager.load(TestModel.id(1)).modelID == TestModel.id(1))
    }

    @Test func `a damaged file is refused, whatever byte is wrong`() throws {
        let bench = try ManagerBench()
        try bench.publish(1)
        try bench.manager.reconcile()
        turn(try keeper(bench))
        let good = try Data(contentsOf: URL(fileURLWithPath: file.path))
        for index in good.indices {
            var bytes = good
            bytes[index] ^= 0x01
            try bytes.write(to: URL(fileURLWithPath: file.path))
            #expect(throws: ArtifactError.self) { try file.read() }
        }
        for count in stride(from: 0, to: good.count, by: 7) {
            try good.prefix(count).write(to: URL(fileURLWithPath: file.path))
            #expect(throws: ArtifactError.self) { try file.read() }
        }
        try good.write(to: URL(fileURLWithPath: file.path))
        #expect(try file.read() != nil)
        #expect(try KnownGoodFile(folder: folder.path, registry: "elsewhere").read() == nil, "another registry's")
    }

    @Test func `a file that is no file, or far too large, is refused`() throws {
        try FileManager.default.createDirectory(atPath: file.path, withIntermediateDirectories: false)
        #expect(throws: ArtifactError.self) { try file.read() }
        try FileManager.default.removeItem(atPath: file.path)
        _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        try FileHandle(forWritingTo: URL(fileURLWithPath: file.path)).truncate(atOffset: 1 << 40)
        #expect(throws: ArtifactError.self) { try file.read() }
    }
}
