import HearthCore
import HearthModel
import HearthServer
import HearthTestSupport
import HearthWire
import Testing

/// What the Open Inference Protocol tells of the server and of models.
@Suite struct ModelCallTests {
    private func metadata(
        _ client: LaneClient, _ name: String = ServedForest.model, _ version: String = ""
    ) throws -> OpenInference.ModelMetadataResponse {
        let reply = client.control(.modelMetadata, OpenInference.ModelRequest(name: name, version: version))
        return try #require(reply.control(), "\(reply.message)")
    }

    private func statistics(
        _ client: LaneClient, _ name: String = "", _ version: String = ""
    ) throws -> [OpenInference.ModelStatistics] {
        let reply = client.control(.modelStatistics, OpenInference.ModelRequest(name: name, version: version))
        let response: OpenInference.ModelStatisticsResponse = try #require(reply.control(), "\(reply.message)")
        return response.models
    }

    @Test(arguments: TestLane.allCases)
    func `the server says what it is and which extensions it has`(lane: TestLane) throws {
        let server = try ServedForest().server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let reply: OpenInference.ServerMetadataResponse = try #require(
            client.control(.serverMetadata, OpenInference.Empty()).control())
        #expect(reply.name == "hearth")
        #expect(reply.version == HearthServer.version)
        #expect(reply.extensions == ["model_configuration", "model_repository", "statistics"])
    }

    @Test(arguments: TestLane.allCases)
    func `a model says what it takes, what it gives and which versions there are`(lane: TestLane) throws {
        let forest = try ServedForest()
        let other = try forest.shelf.publish(SampleModels.isolationForest(seed: 2), series: ServedForest.series)
        let server = try forest.server()
        let client = try LaneClient(lane, socketPath: server.socketPath)

        let reply = try metadata(client)
        #expect(reply.name == ServedForest.model)
        #expect(reply.platform == "hearth_model")
        #expect(reply.versions == [forest.modelID.text, other.text])
        typealias Tensor = OpenInference.TensorMetadata
        #expect(reply.inputs == [Tensor(name: "input", datatype: .fp64, shape: [-1, 4])])
        #expect(
            reply.outputs == [
                Tensor(name: "score_samples", datatype: .fp64, shape: [-1]),
                Tensor(name: "decision_function", datatype: .fp64, shape: [-1]),
                Tensor(name: "predict", datatype: .int64, shape: [-1]),
            ])
        #expect(try metadata(client, ServedForest.model, other.text) == reply)
    }

    @Test func `a classifier gives labels and one probability per class`() throws {
        let model = LinearModel(
            coefficients: [[1], [2], [3]], intercepts: [0, 0, 0], link: .softmaxPairwise,
            task: .classification(classes: .strings(["down", "flat", "up"])))
        let definition = ModelDefinition(
            signature: InputSignature(columnCount: 1, columnNames: ["return"]), estimator: .linear(model))
        let shelf = try ModelShelf()
        let id = try shelf.publish(definition, series: "signal", promotes: true)
        let server = try TestServer(shelf: shelf)
        let client = try LaneClient(.grpc, socketPath: server.socketPath)

        let name = "isolation_forest.signal"
        let outputs = try metadata(client, name).outputs
        #expect(outputs.map(\.name) == ["predict", "predict_proba", "decision_function"])
        #expect(outputs.map(\.datatype) == [.bytes, .fp64, .fp64])
        #expect(outputs.map(\.shape) == [[-1], [-1, 3], [-1, 3]])
        let config: OpenInference.ModelConfigResponse = try #require(
            client.control(.modelConfig, OpenInference.ModelRequest(name: name)).control())
        #expect(config.outputs == outputs)
        #expect(config.inputs.map(\.shape) == [[-1, 1]])
        #expect(config.backend == "hearth")
        #expect(config.platform == "hearth_model")
        #expect(config.maxBatchSize == 0)
        let parameters = Dictionary(uniqueKeysWithValues: config.parameters.map { ($0.name, $0.value) })
        #expect(parameters == ["model_id": id.text, "window": "1", "columns": "return"])
    }

    @Test(arguments: [Route.modelMetadata, .modelConfig])
    func `models and versions that are not there are refused`(route: Route) throws {
        let forest = try ServedForest()
        let foreign = try forest.shelf.publish(SampleModels.isolationForest(seed: 3), series: "other", promotes: true)
        let server = try forest.server()
        let client = try LaneClient(.fast, socketPath: server.socketPath)
        func refusal(_ name: String, _ version: String = "") -> String {
            let reply = client.control(route, OpenInference.ModelRequest(name: name, version: version))
            return "\(reply.code?.name ?? "none"): \(reply.message)"
        }

        #expect(
            refusal("nothing")
                == "NOT_FOUND: no production version of 'nothing': promote one with 'hearth models promote', or see "
                + "'hearth models list'")
        #expect(
            refusal(ServedForest.model, "nothing")
                == "NOT_FOUND: no version 'nothing' in the registry; see 'hearth models list'")
        #expect(
            refusal(ServedForest.model, foreign.text)
                == "NOT_FOUND: version '\(foreign)' is of model 'isolation_forest.other', not of "
                + "'\(ServedForest.model)'")
        #expect(refusal("") == "INVALID_ARGUMENT: no model named: set name; 'hearth models list' tells them")
        #expect(refusal("no name").hasPrefix("INVALID_ARGUMENT: model name 'no name' is not allowed"))
        #expect(refusal(ServedForest.model, "../etc").hasPrefix("INVALID_ARGUMENT: model_id '../etc' is not allowed"))
    }

    @Test(arguments: TestLane.allCases)
    func `statistics count calls, rows, failures and time of each version`(lane: TestLane) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let before = Timestamp.now().microseconds / 1000
        #expect(client.predict().code == .ok)
        #expect(client.predict(rows: ServedForest.row + ServedForest.row).code == .ok)
        #expect(client.predict(rows: [1, .nan, 1, 1]).code == .invalidArgument)
        #expect(client.predict(rows: [1, 1, 1]).code == .invalidArgument)
        let after = Timestamp.now().microseconds / 1000 + 1

        let all = try statistics(client)
        let model = try #require(all.first)
        #expect(all.count == 1)
        #expect(model.name == ServedForest.model)
        #expect(model.version == forest.modelID.text)
        #expect(model.executionCount == 2)
        #expect(model.inferenceCount == 3)
        #expect(model.success.count == 2)
        #expect(model.success.nanoseconds > 0)
        #expect(model.computeInfer == model.success)
        #expect(model.fail.count == 2)
        #expect((UInt64(before - 1)...UInt64(after)).contains(model.lastInferenceMilliseconds))
        #expect(model.memory.map(\.type) == ["CPU"])
        #expect((model.memory.first?.byteSize ?? 0) > 0)
        #expect(try statistics(client, ServedForest.model) == all)
        #expect(try statistics(client, ServedForest.model, forest.modelID.text) == all)
        #expect(try statistics(client, "", forest.modelID.text) == all)
    }

    @Test func `a batch of many chunks is one call with all its rows`() throws {
        let server = try ServedForest().server()
        let client = try LaneClient(.fast, socketPath: server.socketPath)
        let rows = Array(repeating: ServedForest.row, count: 20_000).flatMap(\.self)
        #expect(client.predict(rows: rows).code == .ok)
        let model = try #require(try statistics(client).first)
        #expect([model.executionCount, model.inferenceCount, model.fail.count] == [1, 20_000, 0])
        #expect(model.success.nanoseconds > 0)
    }

    @Test func `a version that is not in memory has done nothing`() throws {
        let forest = try ServedForest()
        let server = try TestServer(shelf: forest.shelf, preloadsAll: false)
        let client = try LaneClient(.fast, socketPath: server.socketPath)
        #expect(try statistics(client).isEmpty)
        let idle = try statistics(client, ServedForest.model)
        #expect(idle.map(\.version) == [forest.modelID.text])
        #expect(idle.first?.executionCount == 0)
        #expect(idle.first?.lastInferenceMilliseconds == 0)
        func refusal(_ name: String, _ version: String) -> String {
            let reply = client.control(.modelStatistics, OpenInference.ModelRequest(name: name, version: version))
            return "\(reply.code?.name ?? "none"): \(reply.message)"
        }
        #expect(
            refusal(ServedForest.model, "nothing")
                == "NOT_FOUND: no version 'nothing' of '\(ServedForest.model)'; see 'hearth models list'")
        #expect(
            refusal("", "nothing")
                == "NOT_FOUND: version 'nothing' is not in memory; set name too, or leave both empty to ask for all")
        #expect(refusal("other", "").hasPrefix("NOT_FOUND: no production version of 'other'"))
    }
}
