import HearthCore
import HearthServer
import HearthTestSupport
import HearthWire
import Testing

/// What both lanes must answer alike, call by call: inference.
@Suite struct SharedCallTests {
    @Test(arguments: TestLane.allCases)
    func `R156: Predict answers by name, by version and by both, with the generation of what was asked`(
        lane: TestLane
    ) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let version = forest.modelID.text
        let replies = [
            client.predict(), client.predict(model: "", version: version), client.predict(version: version),
        ].compactMap(\.prediction)
        #expect(replies.map(\.generation) == [1, 0, 0])
        for reply in replies {
            #expect(reply.outputs.first?.values == [forest.score])
            #expect(reply.modelVersion == version)
            #expect(reply.modelName == ServedForest.model)
            #expect(reply.source == .file)
        }
    }

    @Test(arguments: TestLane.allCases)
    func `a version of another model is not answered under a wrong name`(lane: TestLane) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let reply = client.predict(model: "isolation_forest.other", version: forest.modelID.text)
        #expect(
            reply
                == .refused(
                    .invalidArgument,
                    "version '\(forest.modelID)' is of model '\(ServedForest.model)', not of 'isolation_forest.other'"))
    }

    @Test(arguments: TestLane.allCases)
    func `R157: a version that is not in production is loaded when it is asked for`(lane: TestLane) throws {
        let forest = try ServedForest()
        let other = SampleModels.isolationForest(seed: 2)
        let otherID = try forest.shelf.publish(other, series: ServedForest.series)
        let server = try forest.server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let reply = client.predict(model: "", version: otherID.text)
        #expect(reply.score == (try ModelShelf.expected(other, rows: ServedForest.row)[0]))
        #expect(client.predict().prediction?.generation == 1)
    }

    @Test(arguments: TestLane.allCases)
    func `outputs come in the order in which they are asked for, and only those`(lane: TestLane) throws {
        let server = try ServedForest().server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let all = try #require(client.predict().prediction).outputs
        let some = try #require(client.predict(outputs: ["predict", "score_samples"]).prediction).outputs
        #expect(all.map(\.name) == ["score_samples", "decision_function", "predict"])
        #expect(some.map(\.name) == ["predict", "score_samples"])
        #expect(some.map(\.values) == [all[2].values, all[0].values])
    }

    @Test(arguments: TestLane.allCases)
    func `a batch over the compute pool answers with the bits of the kernel, filtered too`(lane: TestLane) throws {
        let shelf = try ModelShelf()
        let definition = SampleModels.isolationForest(seed: 3, trees: 100, columns: 8)
        try shelf.publish(definition, series: ServedForest.series, promotes: true)
        let server = try TestServer(shelf: shelf)
        let client = try LaneClient(lane, socketPath: server.socketPath)
        var random = SplitMix64(seed: 5)
        let rowCount = 3000
        let rows = (0..<rowCount * 8).map { _ in Double.random(in: -3..<3, using: &random) }
        let expected = try ModelShelf.expected(definition, rows: rows)

        let reply = try #require(client.predict(rows: rows).prediction)
        #expect(reply.rowCount == rowCount)
        #expect(reply.outputs.flatMap(\.values).map(\.bitPattern) == expected.map(\.bitPattern))
        let filtered = try #require(client.predict(rows: rows, outputs: ["predict"]).prediction)
        #expect(filtered.outputs.map(\.name) == ["predict"])
        #expect(filtered.outputs[0].values == Array(expected[(2 * rowCount)...]))
        #expect(try server.counter("batches") == 2)
    }

    @Test(arguments: TestLane.allCases)
    func `one row of a batch that the model refuses refuses the batch`(lane: TestLane) throws {
        let shelf = try ModelShelf()
        try shelf.publish(
            SampleModels.isolationForest(seed: 3, trees: 100, columns: 8), series: ServedForest.series,
            promotes: true)
        let server = try TestServer(shelf: shelf)
        let client = try LaneClient(lane, socketPath: server.socketPath)
        var rows = [Double](repeating: 0.5, count: 3000 * 8)
        rows[2345 * 8 + 2] = .nan
        let refusal = client.predict(rows: rows)
        #expect(refusal.code == .invalidArgument)
        #expect(refusal.message.hasPrefix("model '\(ServedForest.model)': row 2345"), "\(refusal.message)")
        let output = client.predict(rows: rows, outputs: ["odds"])
        #expect(
            output
                == .refused(
                    .invalidArgument,
                    "model '\(ServedForest.model)' has no output 'odds'; it has score_samples, decision_function, "
                        + "predict"))
    }

    struct Series: Sendable, CustomTestStringConvertible {
        var window: Int
        var pointCount: Int

        var testDescription: String { "window \(window), \(pointCount) points" }

        static let all = [1, 3].flatMap { window in [10, 4000].map { Series(window: window, pointCount: $0) } }
    }

    @Test(arguments: TestLane.allCases, Series.all)
    func `R38, R84, C7: Detect scores each point that has a whole window before it`(
        lane: TestLane, series: Series
    ) throws {
        let shelf = try ModelShelf()
        let window = series.window
        let definition = SampleModels.isolationForest(seed: 4, trees: 60, columns: window, window: window)
        let modelID = try shelf.publish(definition, series: ServedForest.series, promotes: true)
        let server = try TestServer(shelf: shelf)
        var random = SplitMix64(seed: 6)
        let values = (0..<series.pointCount).map { _ in Double.random(in: -2..<2, using: &random) }
        let rowCount = series.pointCount - window + 1
        let rows = (0..<rowCount).flatMap { values[$0..<$0 + window] }
        let expected = try ModelShelf.expected(definition, rows: rows)

        let client = try LaneClient(lane, socketPath: server.socketPath)
        let found = try #require(client.detect(values: values).detection)
        #expect(found.modelVersion == modelID.text)
        #expect(found.firstPoint == window - 1)
        #expect(found.scores == expected[..<rowCount].map { -$0 })
        #expect(found.anomalies == expected[(2 * rowCount)...].map { $0 < 0 })
        #expect(found.threshold == 0.5)
        #expect(found.source == .file)
    }

    @Test(arguments: TestLane.allCases)
    func `Detect says what is wrong with a series`(lane: TestLane) throws {
        let shelf = try ModelShelf()
        try shelf.publish(
            SampleModels.isolationForest(seed: 4, columns: 6, window: 3), series: ServedForest.series, promotes: true)
        let server = try TestServer(shelf: shelf)
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let model = ServedForest.model
        #expect(
            client.detect(values: [1, 2, 3, 4], columns: 2)
                == .refused(
                    .invalidArgument, "4 values found; model '\(model)' takes 2 per point and at least 3 points"))
        #expect(
            client.detect(values: [1, 2, 3, 4, 5, 6], columns: 1)
                == .refused(.invalidArgument, "1 values per point found; model '\(model)' takes 2"))
        #expect(
            client.detect(series: "nobody", values: [1])
                == .refused(
                    .notFound,
                    "no production version of 'isolation_forest.nobody': promote one with 'hearth models promote', or "
                        + "see 'hearth models list'; 1 points are too few for a z-score instead, which needs 12: "
                        + "send more of the series' history"))
    }

    @Test(arguments: TestLane.allCases, [Double.nan, .infinity, -.infinity, 1e300])
    func `a value that the model refuses names its place`(lane: TestLane, value: Double) throws {
        let server = try ServedForest().server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let reply = client.predict(rows: ServedForest.row + [0, value, 0, 0])
        #expect(reply.code == .invalidArgument)
        #expect(reply.message.hasPrefix("model 'isolation_forest.stok_seviye': row 1"), "\(reply.message)")
    }

    @Test(arguments: TestLane.allCases)
    func `a reply that would be too large is refused before the work is done`(lane: TestLane) throws {
        let shelf = try ModelShelf()
        // One column in, three outputs out: the reply is larger than its request.
        try shelf.publish(
            SampleModels.isolationForest(seed: 1, columns: 1), series: ServedForest.series, promotes: true)
        let server = try TestServer(shelf: shelf)
        let client = try LaneClient(lane, socketPath: server.socketPath)
        #expect(
            client.predict(rows: [Double](repeating: 0, count: 400_000))
                == .refused(
                    .resourceExhausted,
                    "400000 rows would make a reply over 4 MiB; send at most 174762 rows in one call"))
    }

    @Test(arguments: TestLane.allCases)
    func `an error's text is cut between characters`(lane: TestLane) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let name = "x" + String(repeating: "ş", count: 5000)
        let reply = client.predict(model: name, version: forest.modelID.text)
        #expect(reply.code == .invalidArgument)
        #expect(reply.message.utf8.count <= 4096 && reply.message.utf8.count >= 4093)
        #expect(reply.message.contains("xşşş") && !reply.message.contains("\u{FFFD}"))
    }
}
