import Foundation
import HearthArtifacts
import HearthCore
import HearthMetrics
import HearthModel
import HearthRegistry
import HearthServing
import HearthTestSupport
import Synchronization
import Testing

/// Cache, manager and loader over real files.
@Suite struct ServingFromFilesTests {
    private let shelf: ModelShelf
    private let log = LogRecord()
    private let cache = ModelCache(byteBudget: 64 << 20)
    private let pool: LoaderPool
    private let manager: ModelManager
    private let events = BlockingQueue<ModelEvent>()
    /// Loads from the disk.
    private let reads = SharedCounter()

    init() throws {
        shelf = try ModelShelf()
        pool = try LoaderPool(threadCount: 2)
        let loader = ArtifactLoader(directory: shelf.directory, logger: log.logger)
        manager = ModelManager(
            store: shelf.store, cache: cache, pool: pool, counters: ServerCounters(), logger: log.logger,
            preloads: { _ in true },
            loader: { [reads] version throws(CallFailure) in
                reads.add()
                return try loader.load(version)
            },
            publish: { [events] in _ = events.put($0) })
    }

    private func served() throws -> ModelID? {
        cache.production(of: try ModelName("isolation_forest.s"))?.servable.modelID
    }

    @Test func `R82: a damaged new version leaves the old one serving, is quarantined and not tried again`() throws {
        let old = try shelf.publish(SampleModels.isolationForest(seed: 1), series: "s", promotes: true)
        try manager.reconcile()
        let new = try shelf.publish(SampleModels.isolationForest(seed: 2), series: "s")
        let path = "\(shelf.directory.path)/\(new)/model.hearth"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count / 2] ^= 1
        try FileManager.default.removeItem(atPath: path)
        try bytes.write(to: URL(fileURLWithPath: path))
        try shelf.promote(new, series: "s")

        for _ in 0..<3 {
            let failure = try manager.reconcile().failures[new]
            #expect(failure?.code == .dataLoss)
            #expect(failure?.message.contains("set aside") == true)
        }

        #expect(try served() == old)
        #expect(manager.loadState(of: new).name == "FAILED")
        pool.stop()
        events.close()
        var kinds: [ModelEvent.Kind] = []
        while let event = events.take() { kinds.append(event.kind) }
        #expect(kinds == [.available, .failed])
    }

    @Test(arguments: [10, 100])
    func `R89: threads that ask for a model at once read its file once and get the same model`(_ count: Int) throws {
        let definition = SampleModels.isolationForest(seed: 1, trees: 100, columns: 8, depth: 8)
        let id = try shelf.publish(definition, series: "s")
        let answers = BlockingQueue<Result<CacheEntry, CallFailure>>()
        try onThreads(count) { _ in
            manager.request(name: "", version: id.text) { _ = answers.put($0) }
        }
        let servables = try (0..<count).map { _ in try #require(answers.take()).get().servable }
        #expect(reads.count == 1)
        #expect(servables.allSatisfy { $0 === servables[0] })
        #expect(servables[0].modelID == id)
    }
}

/// Counts from any thread.
private final class SharedCounter: Sendable {
    private let value = Atomic<Int>(0)

    func add() { value.add(1, ordering: .relaxed) }

    var count: Int { value.load(ordering: .relaxed) }
}
