import Glibc
import HearthClient
import HearthCore
import HearthRegistry
import HearthServer
import HearthTestSupport
import HearthWire
import Testing

/// Every call of the two services, over the socket, as clients make it.
@Suite struct CallTests {
    @Test func `R62: Predict answers by name, by version and by both, with the generation of what was asked`() throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = server.client()
        let byName = try client.predict(model: ServedForest.model, rows: ServedForest.row)
        let byVersion = try client.predict(model: "", rows: ServedForest.row, version: forest.modelID.text)
        let byBoth = try client.predict(
            model: ServedForest.model, rows: ServedForest.row, version: forest.modelID.text)
        for reply in [byName, byVersion, byBoth] {
            #expect(reply.outputs[0].values == [forest.score])
            #expect(reply.modelVersion == forest.modelID.text)
            #expect(reply.modelName == ServedForest.model)
            #expect(reply.source == .file)
        }
        #expect([byName.generation, byVersion.generation, byBoth.generation] == [1, 0, 0])
    }

    @Test func `a version of another model is not answered under a wrong name`() throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let error = #expect(throws: HearthError.self) {
            try server.client().predict(
                model: "isolation_forest.other", rows: ServedForest.row, version: forest.modelID.text)
        }
        #expect(error?.code == .invalidArgument)
        #expect(
            error?.message == "version '\(forest.modelID)' is of model '\(ServedForest.model)', "
                + "not of 'isolation_forest.other'")
    }

    @Test func `a version that is not in production is loaded when it is asked for`() throws {
        let forest = try ServedForest()
        let other = SampleModels.isolationForest(seed: 2)
        let otherID = try forest.shelf.publish(other, series: ServedForest.series)
        let server = try forest.server()
        let reply = try server.client().predict(model: "", rows: ServedForest.row, version: otherID.text)
        #expect(reply.outputs[0].values == [try ModelShelf.expected(other, rows: ServedForest.row)[0]])
        #expect(try server.client().predict(model: ServedForest.model, rows: ServedForest.row).generation == 1)
    }

    @Test func `outputs come in the order in which they are asked for, and only those`() throws {
        let server = try ServedForest().server()
        let client = server.client()
        let all = try client.predict(model: ServedForest.model, rows: ServedForest.row)
        let some = try client.predict(
            model: ServedForest.model, rows: ServedForest.row, outputs: ["predict", "score_samples"])
        #expect(some.outputs.map(\.name) == ["predict", "score_samples"])
        #expect(some.outputs[0].values == all.outputs[2].values)
        #expect(some.outputs[1].values == all.outputs[0].values)
    }

    @Test func `a batch over the compute pool answers with the bits of the kernel, filtered too`() throws {
        let shelf = try ModelShelf()
        let definition = SampleModels.isolationForest(seed: 3, trees: 100, columns: 8)
        try shelf.publish(definition, series: ServedForest.series, promotes: true)
        let server = try TestServer(shelf: shelf)
        var random = SplitMix64(seed: 5)
        let rowCount = 3000
        let rows = (0..<rowCount * 8).map { _ in Double.random(in: -3..<3, using: &random) }
        let expected = try ModelShelf.expected(definition, rows: rows)

        let reply = try server.client().predict(model: ServedForest.model, rows: rows)
        #expect(reply.rowCount == rowCount)
        #expect(reply.outputs.flatMap(\.values).map(\.bitPattern) == expected.map(\.bitPattern))
        let filtered = try server.client().predict(model: ServedForest.model, rows: rows, outputs: ["predict"])
        #expect(filtered.outputs.map(\.name) == ["predict"])
        #expect(filtered.outputs[0].values == Array(expected[(2 * rowCount)...]))
        #expect(try server.counter("batches") == 2)
    }

    @Test func `one row of a batch that the model refuses refuses the batch`() throws {
        let shelf = try ModelShelf()
        try shelf.publish(
            SampleModels.isolationForest(seed: 3, trees: 100, columns: 8), series: ServedForest.series,
            promotes: true)
        let server = try TestServer(shelf: shelf)
        var rows = [Double](repeating: 0.5, count: 3000 * 8)
        rows[2345 * 8 + 2] = .nan
        let error = #expect(throws: HearthError.self) {
            try server.client().predict(model: ServedForest.model, rows: rows)
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.hasPrefix("model '\(ServedForest.model)': row 2345") == true)
        let output = #expect(throws: HearthError.self) {
            try server.client().predict(model: ServedForest.model, rows: rows, outputs: ["odds"])
        }
        #expect(output?.message.hasPrefix("model '\(ServedForest.model)' has no output 'odds'") == true)
    }

    @Test(arguments: [1, 3], [10, 4000])
    func `Detect scores each point that has a whole window before it`(window: Int, pointCount: Int) throws {
        let shelf = try ModelShelf()
        let definition = SampleModels.isolationForest(
            seed: 4, trees: 60, columns: window, window: window)
        let modelID = try shelf.publish(definition, series: ServedForest.series, promotes: true)
        let server = try TestServer(shelf: shelf)
        var random = SplitMix64(seed: 6)
        let values = (0..<pointCount).map { _ in Double.random(in: -2..<2, using: &random) }
        let rowCount = pointCount - window + 1
        let rows = (0..<rowCount).flatMap { values[$0..<$0 + window] }
        let expected = try ModelShelf.expected(definition, rows: rows)

        let found = try server.client().detect(series: ServedForest.series, values: values)
        #expect(found.modelVersion == modelID.text)
        #expect(found.firstPoint == window - 1)
        #expect(found.scores == expected[..<rowCount].map { -$0 })
        #expect(found.anomalies == expected[(2 * rowCount)...].map { $0 < 0 })
        #expect(found.threshold == 0.5)
        #expect(found.source == .file)
    }

    @Test func `Detect says what is wrong with a series`() throws {
        let shelf = try ModelShelf()
        try shelf.publish(
            SampleModels.isolationForest(seed: 4, columns: 6, window: 3), series: ServedForest.series, promotes: true)
        let server = try TestServer(shelf: shelf)
        let client = server.client()
        let short = #expect(throws: HearthError.self) {
            try client.detect(series: ServedForest.series, values: [1, 2, 3, 4], columns: 2)
        }
        #expect(
            short?.message == "4 values found; model '\(ServedForest.model)' takes 2 per point and at least 3 points")
        let columns = #expect(throws: HearthError.self) {
            try client.detect(series: ServedForest.series, values: [1, 2, 3, 4, 5, 6], columns: 1)
        }
        #expect(columns?.message == "1 values per point found; model '\(ServedForest.model)' takes 2")
        let unknown = #expect(throws: HearthError.self) { try client.detect(series: "nobody", values: [1]) }
        #expect(unknown?.code == .notFound)
    }

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

    @Test func `R68: Promote serves the new version from the next call on, Rollback the old one again`() throws {
        let forest = try ServedForest()
        let other = SampleModels.isolationForest(seed: 2)
        let otherID = try forest.shelf.publish(other, series: ServedForest.series)
        let otherScore = try ModelShelf.expected(other, rows: ServedForest.row)[0]
        let server = try forest.server()
        let client = server.client()
        func score() throws -> Double {
            try client.predict(model: ServedForest.model, rows: ServedForest.row).outputs[0].values[0]
        }

        #expect(try score() == forest.score)
        let promoted = try client.promote(
            model: ServedForest.model, version: otherID.text, expectedGeneration: 1, reason: "better")
        #expect(promoted.modelVersion == otherID.text)
        #expect(promoted.previousModelVersion == forest.modelID.text)
        #expect(promoted.generation == 2)
        #expect(try score() == otherScore)
        let conflict = #expect(throws: HearthError.self) {
            try client.promote(model: ServedForest.model, version: forest.modelID.text, expectedGeneration: 1)
        }
        #expect(conflict?.code == .aborted)
        #expect(try score() == otherScore)
        let back = try client.rollback(model: ServedForest.model, expectedGeneration: 2)
        #expect(back.modelVersion == forest.modelID.text)
        #expect(back.generation == 3)
        #expect(try score() == forest.score)
    }

    @Test func `Reload serves what was promoted behind the server's back, and says what it serves`() throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let otherID = try forest.shelf.publish(SampleModels.isolationForest(seed: 2), series: ServedForest.series)
        try forest.shelf.promote(otherID, series: ServedForest.series)
        let result = try server.client().reload(model: ServedForest.model)
        #expect(result.models.first { $0.isProduction }?.modelVersion == otherID.text)
        #expect(result.headVersion == (try forest.shelf.store.headVersion()))
        let unknown = try server.client().reload(model: "isolation_forest.nobody")
        #expect(unknown.models.isEmpty)
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

    @Test func `R79: changes are for admins; who is none is told how to become one, and reads on`() throws {
        let forest = try ServedForest()
        let server = try TestServer(shelf: forest.shelf, admins: [geteuid() + 1])
        let client = server.client()
        let message =
            "is for admins: uid \(geteuid()) is none; start hearthd with --admin-uid \(geteuid()), or call as an admin"
        let reload = #expect(throws: HearthError.self) { try client.reload() }
        let promote = #expect(throws: HearthError.self) {
            try client.promote(model: ServedForest.model, version: forest.modelID.text)
        }
        let rollback = #expect(throws: HearthError.self) { try client.rollback(model: ServedForest.model) }
        for (name, error) in [("Reload", reload), ("Promote", promote), ("Rollback", rollback)] {
            #expect(error?.code == .permissionDenied)
            #expect(error?.message == "\(name) \(message)")
        }
        #expect(try server.counter("permissions_denied") == 3)
        #expect(try client.predict(model: ServedForest.model, rows: ServedForest.row).generation == 1)
        #expect(try client.list().versions.count == 1)
        #expect(try client.get(model: ServedForest.model).columnCount == 4)
    }
}
