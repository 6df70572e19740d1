import HearthClient
import HearthCore
import HearthRegistry
import HearthServer
import HearthTestSupport
import Testing

/// Models are exchanged while they are in use: no call fails, and every answer is wholly of the version it names.
@Suite struct SwapTests {
    @Test func `R32: 200 swaps under load fail no call, and every score is that of the version it names`()
        throws
    {
        let forest = try ServedForest()
        let other = SampleModels.isolationForest(seed: 2)
        let otherID = try forest.shelf.publish(other, series: ServedForest.series)
        let scores = [
            forest.modelID.text: forest.score,
            otherID.text: try ModelShelf.expected(other, rows: ServedForest.row)[0],
        ]
        let server = try forest.server()
        let callers = try (0..<4).map { _ in try Caller(socketPath: server.socketPath, scores: scores) }
        let client = server.client()
        for swap in 0..<200 {
            let version = swap.isMultiple(of: 2) ? otherID : forest.modelID
            let change = try client.promote(model: ServedForest.model, version: version.text)
            #expect(change.generation == UInt64(swap + 2))
            let reply = try client.predict(model: ServedForest.model, rows: ServedForest.row)
            #expect(reply.modelVersion == version.text)
            #expect(reply.generation == change.generation)
        }
        for caller in callers {
            let outcome = caller.stop()
            #expect(outcome.failures.isEmpty, "\(outcome.failures)")
            #expect(outcome.versions.count == 2, "\(outcome.versions)")
        }
        #expect(try server.counter("swaps") == 200)
        #expect(try server.counter("loads") == 2)
    }

    @Test func `R111, R112, R113: of 100,000 detections over 40 promotions none falls back, and no load fails`() throws
    {
        let shelf = try ModelShelf()
        let ids = try (1...2).map {
            try shelf.publish(
                SampleModels.isolationForest(seed: UInt64($0), columns: 1), series: ServedForest.series,
                promotes: $0 == 1)
        }
        let server = try TestServer(shelf: shelf)
        let count = 25_000
        let callers = try (0..<4).map { _ in
            let client = server.client()
            return try SystemThread(name: "detector") {
                for _ in 0..<count {
                    _ = try? client.detect(series: ServedForest.series, values: [0.5, 9])
                }
            }
        }
        let client = server.client()
        for swap in 0..<40 {
            _ = try client.promote(model: ServedForest.model, version: ids[swap % 2 == 0 ? 1 : 0].text)
            _ = try client.reload(model: ServedForest.model)
        }
        for caller in callers { caller.join() }
        // Each is an upper bound of a share: 0 of 100,000 is less than 0.003 % with 95 % confidence.
        #expect(try server.counter("detections") == UInt64(4 * count))
        for name in ["failures", "detections_by_database", "detections_by_zscore", "detections_untrained"] {
            #expect(try server.counter(name) == 0, "\(name)")
        }
        #expect(try server.counter("loads") >= 2)
        #expect(try server.counter("load_failures") == 0)
    }

    @Test func `versions that were promoted one after the other do not stay in memory`() throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = server.client()
        for seed in UInt64(10)..<22 {
            let id = try forest.shelf.publish(
                SampleModels.isolationForest(seed: seed), series: ServedForest.series)
            _ = try client.get(model: ServedForest.model, version: id.text)
            _ = try client.promote(model: ServedForest.model, version: id.text)
        }
        // The one in production and the one to roll back to.
        #expect(try client.stats().models.count == 2)
    }

    @Test func `a promotion of what cannot be loaded is refused, and the old model answers on`() throws {
        let forest = try ServedForest()
        let brokenID = try forest.shelf.publish(SampleModels.isolationForest(seed: 2), series: ServedForest.series)
        try forest.shelf.damage(brokenID)
        let server = try forest.server()
        let caller = try Caller(socketPath: server.socketPath, scores: [forest.modelID.text: forest.score])
        let client = server.client()
        let error = #expect(throws: HearthError.self) {
            try client.promote(model: ServedForest.model, version: brokenID.text)
        }
        #expect(error?.code == .dataLoss)
        #expect(try forest.shelf.store.productionPointer(of: ModelName(ServedForest.model))?.modelID == forest.modelID)
        let outcome = caller.stop()
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")
    }

    @Test func `a promotion made elsewhere of what cannot be loaded keeps the old model and tells the watchers`()
        async throws
    {
        let forest = try ServedForest()
        let brokenID = try forest.shelf.publish(SampleModels.isolationForest(seed: 2), series: ServedForest.series)
        try forest.shelf.damage(brokenID)
        let server = try forest.server()
        let client = server.client()
        var events = client.watch().makeAsyncIterator()
        #expect(try await events.next()?.kind == "available")
        try forest.shelf.promote(brokenID, series: ServedForest.series)
        let failed = try await events.next()
        #expect(failed?.kind == "failed")
        #expect(failed?.modelVersion == brokenID.text)
        #expect(failed?.error.isEmpty == false)

        let reply = try await client.predict(model: ServedForest.model, rows: ServedForest.row)
        #expect(reply.modelVersion == forest.modelID.text)
        #expect(reply.outputs[0].values == [forest.score])
        let models = try await client.stats().models
        #expect(models.first { $0.modelVersion == brokenID.text }?.state == "FAILED")
        let error = await #expect(throws: HearthError.self) { try await client.reload() }
        #expect(error?.code == .failedPrecondition)
        #expect(error?.message.hasPrefix("'\(brokenID)' was not loaded, what answered before still does: ") == true)
        // And back, the same way.
        let back = try await client.rollback(model: ServedForest.model)
        #expect(back.modelVersion == forest.modelID.text)
        #expect(try await client.predict(model: ServedForest.model, rows: ServedForest.row).generation == 3)
    }

    @Test func `a rollback to what cannot be loaded is refused before it is made`() throws {
        let forest = try ServedForest()
        let second = SampleModels.isolationForest(seed: 2)
        let secondID = try forest.shelf.publish(second, series: ServedForest.series)
        try forest.shelf.promote(secondID, series: ServedForest.series)
        try forest.shelf.damage(forest.modelID)
        // Started after both promotions, it has only the production version in memory.
        let server = try forest.server()
        let error = #expect(throws: HearthError.self) { try server.client().rollback(model: ServedForest.model) }
        #expect(error?.code == .dataLoss)
        let reply = try server.client().predict(model: ServedForest.model, rows: ServedForest.row)
        #expect(reply.modelVersion == secondID.text)
        #expect(reply.generation == 2)
    }
}
