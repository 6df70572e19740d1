import Foundation
import HearthArtifacts
import HearthCore
import HearthMetrics
import HearthModel
import HearthRegistry
import HearthServing
import HearthTestSupport
import Testing

/// Cache, manager and loader over real files.
@Suite struct ServingFromFilesTests {
    private let shelf: ModelShelf
    private let log = LogRecord()
    private let cache = ModelCache(byteBudget: 64 << 20)
    private let pool: LoaderPool
    private let manager: ModelManager
    private let events = BlockingQueue<ModelEvent>()

    init() throws {
        shelf = try ModelShelf()
        pool = try LoaderPool(threadCount: 2)
        let loader = ArtifactLoader(directory: shelf.directory, logger: log.logger)
        manager = ModelManager(
            store: shelf.store, cache: cache, pool: pool, counters: ServerCounters(), logger: log.logger,
            preloads: { _ in true }, loader: { version throws(CallFailure) in try loader.load(version) },
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
}
