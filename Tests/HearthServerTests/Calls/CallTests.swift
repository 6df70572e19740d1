import HearthClient
import HearthCore
import HearthServer
import HearthTestSupport
import Testing

/// What the Swift client makes of replies; what the server answers is tested over both lanes in `Lanes/`.
@Suite struct CallTests {
    @Test func `List and Get tell of versions, what is served, and what a model takes and gives`() throws {
        let forest = try ServedForest()
        let otherID = try forest.shelf.publish(SampleModels.isolationForest(seed: 2), series: ServedForest.series)
        let server = try forest.server()
        let client = server.client()
        let list = try client.list(model: ServedForest.model)
        #expect(Set(list.versions.map(\.modelVersion)) == [forest.modelID.text, otherID.text])
        #expect(list.versions.filter(\.isProduction).map(\.modelVersion) == [forest.modelID.text])
        #expect(list.served.map(\.modelVersion) == [forest.modelID.text])
        #expect(list.served[0].state == "AVAILABLE")
        #expect(try client.list(limit: 1).versions.count == 1)

        let details = try client.get(model: ServedForest.model, version: otherID.text)
        #expect(details.version?.modelVersion == otherID.text)
        #expect(details.version?.isProduction == false)
        #expect(details.columnCount == 4)
        #expect(details.outputs == ["score_samples", "decision_function", "predict"])
        #expect(details.threshold == 0.5)
        #expect(try client.get(model: ServedForest.model).version?.modelVersion == forest.modelID.text)
    }

    @Test func `Stats counts calls, rows and failures`() throws {
        let server = try ServedForest().server()
        let client = server.client()
        for _ in 0..<5 { _ = try client.predict(model: ServedForest.model, rows: ServedForest.row + ServedForest.row) }
        _ = try? client.predict(model: ServedForest.model, rows: [1])
        let stats = try client.stats()
        let counters = Dictionary(uniqueKeysWithValues: stats.counters.map { ($0.name, $0.value) })
        #expect(counters["calls"] == 5)
        #expect(counters["rows"] == 10)
        #expect(counters["failures"] == 1)
        #expect(counters["loads"] == 1)
        #expect(counters["connections_broken"] == 0)
        #expect(stats.workers == 2)
        #expect(stats.waitPolicy == "adaptive")
        #expect(stats.version == HearthServer.version)
        #expect(stats.models.map(\.calls) == [5])
        #expect(stats.cacheBytes > 0 && stats.cacheBytes <= stats.cacheByteBudget)
    }

    @Test func `Watch tells what is served now, then every change, of the model that was named`() async throws {
        let forest = try ServedForest()
        try forest.shelf.publish(SampleModels.isolationForest(seed: 9), series: "other", promotes: true)
        let server = try forest.server()
        let client = server.client()
        var events = client.watch(model: ServedForest.model).makeAsyncIterator()
        let first = try await events.next()
        #expect(first?.kind == "available")
        #expect(first?.modelVersion == forest.modelID.text)
        let otherID = try forest.shelf.publish(SampleModels.isolationForest(seed: 2), series: ServedForest.series)
        let promoted = try await client.promote(model: ServedForest.model, version: otherID.text)
        let second = try await events.next()
        #expect(second?.kind == "swapped")
        #expect(second?.modelVersion == otherID.text)
        #expect(second?.previousModelVersion == forest.modelID.text)
        #expect(second?.generation == promoted.generation)
    }
}
