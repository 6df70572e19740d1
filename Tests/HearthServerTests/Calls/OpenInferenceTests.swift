import HearthClient
import HearthCore
import HearthModel
import HearthServer
import HearthTestSupport
import HearthWire
import Testing

/// `ModelInfer` and `ModelStreamInfer` of the Open Inference Protocol, over the lanes that have them.
@Suite struct OpenInferenceTests {
    private static func infer(_ client: LaneClient, _ request: [UInt8]) throws -> InferAnswer {
        let reply = client.call(.modelInfer, request)
        #expect(reply.code == .ok || reply.code == nil, "\(reply.message)")
        return try #require(InferAnswer(reply.payload))
    }

    /// A forest whose columns have names.
    private static func namedForest(_ names: [String]) -> ModelDefinition {
        var definition = SampleModels.isolationForest(seed: 7, columns: names.count)
        definition.signature.columnNames = names
        return definition
    }

    /// Class 1 where the first of two columns is above the second.
    private static func classifier(_ classes: ClassLabels) -> ModelDefinition {
        ModelDefinition(
            signature: InputSignature(columnCount: 2),
            estimator: .linear(
                LinearModel(
                    coefficients: [[1, -1]], intercepts: [0], link: .sigmoid, task: .classification(classes: classes))))
    }

    @Test(arguments: TestLane.allCases)
    func `a matrix is answered with the bits of the kernel, with raw contents and who answered`(lane: TestLane) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let row = ServedForest.row
        let answer = try Self.infer(client, InferRequests.matrix(id: "call-7", shape: [2, 4], row + row))
        #expect(answer.modelName == ServedForest.model)
        #expect(answer.modelVersion == forest.modelID.text)
        #expect(answer.id == "call-7")
        #expect(answer.source == "file")
        #expect(answer.generation == 1)
        #expect(answer.outputs.map(\.name) == ["score_samples", "decision_function", "predict"])
        #expect(answer.outputs.map(\.datatype) == ["FP64", "FP64", "INT64"])
        #expect(answer.outputs.map(\.shape) == [[2], [2], [2]])
        #expect(answer.rawCount == 3)
        #expect(answer.outputs[0].numbers(Double.self) == [forest.score, forest.score])
        let sign: Int64 = answer.outputs[1].numbers(Double.self)[0] < 0 ? -1 : 1
        #expect(answer.outputs[2].numbers(Int64.self) == [sign, sign])
    }

    @Test(arguments: TestLane.allCases)
    func `one row, other datatypes and typed contents give the same answer`(lane: TestLane) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let row = ServedForest.row
        let oneRow = try Self.infer(client, InferRequests.matrix(shape: [4], row))
        #expect(oneRow.outputs[0].numbers(Double.self) == [forest.score])
        #expect(oneRow.outputs[0].shape == [1])
        let floats = try Self.infer(
            client,
            InferRequests.matrix(datatype: "FP32", shape: [1, 4], row.map(Float.init), outputs: ["score_samples"]))
        #expect(floats.outputs.map(\.name) == ["score_samples"])
        let widened = try server.client().predict(model: ServedForest.model, rows: row.map { Double(Float($0)) })
        #expect(floats.outputs[0].numbers(Double.self) == widened.outputs[0].values)
        let typed = try Self.infer(
            client, InferRequests.typed(shape: [1, 4], row, outputs: ["decision_function", "score_samples"]))
        #expect(typed.rawCount == 0)
        #expect(typed.outputs.map(\.name) == ["decision_function", "score_samples"])
        #expect(typed.outputs[1].numbers(Double.self) == [forest.score])
    }

    @Test(arguments: TestLane.allCases)
    func `one input per column is put in the model's order`(lane: TestLane) throws {
        let shelf = try ModelShelf()
        let definition = Self.namedForest(["a", "b", "c"])
        try shelf.publish(definition, series: ServedForest.series, promotes: true)
        let server = try TestServer(shelf: shelf)
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let expected = try ModelShelf.expected(definition, rows: [0.1, -1, 2, 1.5, 0, -2])
        let answer = try Self.infer(
            client, InferRequests.named(shape: [2], [("c", [2.0, -2]), ("a", [0.1, 1.5]), ("b", [-1, 0])]))
        #expect(answer.outputs[0].numbers(Double.self) == Array(expected[..<2]))
        let wrong = client.call(.modelInfer, InferRequests.named(shape: [1], [("a", [0.1]), ("b", [0]), ("x", [0])]))
        #expect(wrong.code == .invalidArgument)
        #expect(
            wrong.message
                == "input 'x' is no column; model '\(ServedForest.model)' takes one input of shape [rows, 3] or [3], "
                + "with at least one row, or one input of shape [rows] for each of its 3 columns (a, b, c)")
    }

    @Test func `classes are answered in their own type`() throws {
        let shelf = try ModelShelf()
        let kinds: [(series: String, classes: ClassLabels)] = [
            ("texts", .strings(["normal", "h\u{0131}rs\u{0131}z"])), ("integers", .integers([-7, 300])),
            ("booleans", .booleans([false, true])),
        ]
        for kind in kinds { try shelf.publish(Self.classifier(kind.classes), series: kind.series, promotes: true) }
        let server = try TestServer(shelf: shelf)
        let client = try LaneClient(.fast, socketPath: server.socketPath)
        func answer(_ series: String) throws -> InferAnswer {
            try Self.infer(
                client, InferRequests.matrix(model: "isolation_forest.\(series)", shape: [2, 2], [1.0, 0, 0, 1]))
        }
        let texts = try answer("texts")
        #expect(texts.outputs.map(\.datatype) == ["BYTES", "FP64", "FP64"])
        #expect(texts.outputs.map(\.shape) == [[2], [2, 2], [2]])
        let (thief, normal) = (Array("h\u{0131}rs\u{0131}z".utf8), Array("normal".utf8))
        #expect(texts.outputs[0].elements == [8, 0, 0, 0] + thief + [6, 0, 0, 0] + normal)
        let integers = try answer("integers")
        #expect(integers.outputs[0].datatype == "INT64")
        #expect(integers.outputs[0].numbers(Int64.self) == [300, -7])
        let booleans = try answer("booleans")
        #expect(booleans.outputs[0].datatype == "BOOL")
        #expect(booleans.outputs[0].elements == [1, 0])
    }

    @Test(arguments: TestLane.allCases)
    func `a version that is not in production is loaded when it is asked for`(lane: TestLane) throws {
        let forest = try ServedForest()
        let other = SampleModels.isolationForest(seed: 2)
        let otherID = try forest.shelf.publish(other, series: ServedForest.series)
        let server = try forest.server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let answer = try Self.infer(
            client, InferRequests.matrix(version: otherID.text, id: "7", shape: [1, 4], ServedForest.row))
        #expect(answer.modelVersion == otherID.text)
        #expect(answer.id == "7")
        #expect(answer.generation == 0)
        #expect(answer.outputs[0].numbers(Double.self) == [try ModelShelf.expected(other, rows: ServedForest.row)[0]])
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
        let all = try Self.infer(client, InferRequests.matrix(id: "batch", shape: [rowCount, 8], rows))
        #expect(all.id == "batch")
        #expect(all.outputs[0].numbers(Double.self) == Array(expected[..<rowCount]))
        #expect(all.outputs[2].numbers(Int64.self) == expected[(2 * rowCount)...].map { Int64($0) })
        let filtered = try Self.infer(
            client, InferRequests.typed(shape: [rowCount, 8], rows, outputs: ["score_samples"]))
        #expect(filtered.rawCount == 0)
        #expect(filtered.outputs.map(\.name) == ["score_samples"])
        #expect(filtered.outputs[0].numbers(Double.self) == Array(expected[..<rowCount]))
        #expect(try server.counter("batches") == 2)
    }

    // MARK: - Refusals

    @Test(arguments: TestLane.allCases)
    func `what cannot be answered is refused with the reason`(lane: TestLane) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let row = ServedForest.row
        let unknown = client.call(.modelInfer, InferRequests.matrix(model: "isolation_forest.none", shape: [4], row))
        #expect(unknown.code == .notFound)
        let unnamed = client.call(.modelInfer, InferRequests.matrix(model: "", shape: [4], row))
        #expect(unnamed.code == .invalidArgument)
        #expect(unnamed.message == "no model named: set model_name, or model_version to a model_id")
        let narrow = client.call(.modelInfer, InferRequests.matrix(shape: [1, 3], Array(row.prefix(3))))
        #expect(narrow.code == .invalidArgument)
        #expect(
            narrow.message
                == "input 'input' has shape [1, 3]; model '\(ServedForest.model)' takes one input of shape [rows, 4] "
                + "or [4], with at least one row")
        let output = client.call(.modelInfer, InferRequests.matrix(shape: [4], row, outputs: ["odds"]))
        #expect(output.code == .invalidArgument)
        #expect(
            output.message
                == "model '\(ServedForest.model)' has no output 'odds'; it has score_samples, "
                + "decision_function, predict"
        )
        let four = [String](repeating: "predict", count: 4)
        let many = client.call(.modelInfer, InferRequests.matrix(shape: [4], row, outputs: four))
        #expect(
            many.message
                == "4 outputs are asked for; model '\(ServedForest.model)' has 3 (score_samples, decision_function, "
                + "predict): name each of them once")
        let garbage = client.call(.modelInfer, [0x0A, 200, 1])
        #expect(garbage.code == .invalidArgument)
        let missing = client.call(.modelInfer, InferRequests.matrix(shape: [4], [0, .nan, 0, 0] as [Double]))
        #expect(missing.code == .invalidArgument)
        #expect(missing.message.hasPrefix("model '\(ServedForest.model)': row 0"))
        // The connection goes on.
        #expect(try Self.infer(client, InferRequests.matrix(shape: [4], row)).outputs[0].numbers() == [forest.score])
    }

    @Test func `more rows than a reply may hold are refused before they are scored`() throws {
        let server = try ServedForest().server()
        let client = try LaneClient(.fast, socketPath: server.socketPath)
        let rowCount = 200_000
        let bytes = [UInt8](repeating: 1, count: rowCount * 4)
        let reply = client.call(.modelInfer, InferRequests.matrix(datatype: "UINT8", shape: [rowCount, 4], bytes))
        #expect(reply.code == .resourceExhausted)
        #expect(reply.message.hasPrefix("200000 rows would make a reply over 4 MiB"))
    }

    // MARK: - Streams

    @Test func `a stream answers every request in order, and goes on after one that fails`() throws {
        let forest = try ServedForest()
        let other = SampleModels.isolationForest(seed: 2)
        let otherID = try forest.shelf.publish(other, series: ServedForest.series)
        let server = try forest.server()
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let row = ServedForest.row
        let requests = [
            InferRequests.matrix(id: "1", shape: [4], row),
            InferRequests.matrix(model: "isolation_forest.none", id: "2", shape: [4], row),
            InferRequests.matrix(version: otherID.text, id: "3", shape: [4], row),
            InferRequests.matrix(id: "4", shape: [3], Array(row.prefix(3))),
            InferRequests.typed(shape: [4], row),
            [0x0A, 200, 1],
            InferRequests.matrix(id: "7", shape: [4], row, outputs: ["odds"]),
            InferRequests.matrix(id: "8", shape: [4], row, outputs: ["score_samples"]),
        ]
        let stream = client.start(
            path: "/\(Route.modelStreamInfer.path)", body: requests.flatMap { GRPCTestClient.framed($0) })
        let reply = client.finish(stream)
        #expect(reply.code == .ok)
        let answers = reply.messages.compactMap(StreamAnswer.init)
        #expect(answers.count == requests.count)
        #expect(answers.map { $0.answer?.id } == ["1", nil, "3", nil, "", nil, nil, "8"])
        #expect(answers.map(\.error.isEmpty) == [true, false, true, false, true, false, false, true])
        for index in [0, 4, 7] {
            #expect(answers[index].answer?.outputs.first?.numbers(Double.self) == [forest.score])
        }
        #expect(answers[2].answer?.modelVersion == otherID.text)
        #expect(answers[1].error.hasPrefix("NOT_FOUND: "))
        #expect(answers[3].error.hasPrefix("INVALID_ARGUMENT: input 'input' has shape [3]"))
        #expect(answers[6].error.hasPrefix("INVALID_ARGUMENT: model '\(ServedForest.model)' has no output 'odds'"))
    }

    @Test func `a batch in a stream holds back the requests behind it`() throws {
        let shelf = try ModelShelf()
        try shelf.publish(
            SampleModels.isolationForest(seed: 3, trees: 100, columns: 8), series: ServedForest.series, promotes: true)
        let server = try TestServer(shelf: shelf)
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let rows = [Double](repeating: 0.5, count: 3000 * 8)
        var broken = rows
        broken[2345 * 8] = .nan
        let stream = client.start(
            path: "/\(Route.modelStreamInfer.path)",
            body: GRPCTestClient.framed(InferRequests.matrix(id: "1", shape: [3000, 8], rows)), isLast: false)
        client.send(stream, GRPCTestClient.framed(InferRequests.matrix(id: "2", shape: [3000, 8], broken)))
        client.send(stream, GRPCTestClient.framed(InferRequests.matrix(id: "3", shape: [8], Array(rows.prefix(8)))))
        client.receive { (client.replies[stream]?.messages.count ?? 0) >= 3 }
        client.send(stream, [], isLast: true)
        let reply = client.finish(stream)
        let answers = reply.messages.compactMap(StreamAnswer.init)
        #expect(reply.code == .ok)
        #expect(answers.map { $0.answer?.id } == ["1", nil, "3"])
        #expect(answers.map { $0.answer?.outputs[0].shape } == [[3000], nil, [1]])
        #expect(answers[1].error.hasPrefix("INVALID_ARGUMENT: model '\(ServedForest.model)': row 2345"))
    }

    @Test func `a stream is not offered on the fast lane`() throws {
        let server = try ServedForest().server()
        let client = try LaneClient(.fast, socketPath: server.socketPath)
        let reply = client.call(.modelStreamInfer, InferRequests.matrix(shape: [4], ServedForest.row))
        #expect(reply.code == .unimplemented)
    }
}
