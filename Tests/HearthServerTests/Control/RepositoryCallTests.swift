import Glibc
import HearthCore
import HearthTestSupport
import HearthWire
import Testing

/// The Open Inference Protocol's repository: index, load and unload.
@Suite struct RepositoryCallTests {
    private typealias Index = OpenInference.RepositoryIndexResponse

    private func index(
        _ client: LaneClient, ready: Bool = false, repository: String = ""
    ) throws -> [Index.Model] {
        let request = OpenInference.RepositoryIndexRequest(repositoryName: repository, ready: ready)
        return try #require(client.control(.repositoryIndex, request).control(Index.self)).models
    }

    private func rows(_ models: [Index.Model]) -> [[String]] {
        models.map { [$0.name, $0.version, $0.state, $0.reason] }
    }

    private func request(_ name: String = ServedForest.model) -> OpenInference.RepositoryModelRequest {
        OpenInference.RepositoryModelRequest(modelName: name)
    }

    @Test(arguments: TestLane.allCases)
    func `the index has every registered model, and says why one does not answer`(lane: TestLane) throws {
        let forest = try ServedForest()
        let damaged = try forest.shelf.publish(
            SampleModels.isolationForest(seed: 2), series: "damaged", promotes: true)
        try forest.shelf.damage(damaged)
        try forest.shelf.publish(SampleModels.isolationForest(seed: 3), series: "unpromoted")
        let server = try forest.server()
        let client = try LaneClient(lane, socketPath: server.socketPath)

        let models = try index(client)
        #expect(
            rows(models).map { Array($0.prefix(3)) } == [
                ["isolation_forest.damaged", damaged.text, "UNAVAILABLE"],
                [ServedForest.model, forest.modelID.text, "READY"],
                ["isolation_forest.unpromoted", "", "UNAVAILABLE"],
            ])
        #expect(models[0].reason.contains("it was set aside in"))
        #expect(models[1].reason.isEmpty)
        #expect(models[2].reason == "no version is in production: promote one with 'hearth models promote'")
        #expect(try rows(index(client, ready: true)) == [[ServedForest.model, forest.modelID.text, "READY", ""]])
        #expect(try index(client, repository: "hearth") == models)
    }

    @Test(arguments: TestLane.allCases)
    func `the index has versions that are in memory beside production, and those loaded on demand`(
        lane: TestLane
    ) throws {
        let forest = try ServedForest()
        let other = try forest.shelf.publish(SampleModels.isolationForest(seed: 2), series: ServedForest.series)
        let server = try TestServer(shelf: forest.shelf, preloadsAll: false)
        let client = try LaneClient(lane, socketPath: server.socketPath)

        #expect(
            try rows(index(client)) == [
                [ServedForest.model, forest.modelID.text, "READY", "is loaded when it is asked for"]
            ])
        #expect(client.predict(version: other.text).code == .ok)
        #expect(
            try rows(index(client)) == [
                [ServedForest.model, forest.modelID.text, "READY", "is loaded when it is asked for"],
                [ServedForest.model, other.text, "READY", ""],
            ])
    }

    @Test func `while the registry is away the index and metadata tell what memory knows`() throws {
        let forest = try ServedForest()
        let other = try forest.shelf.publish(SampleModels.isolationForest(seed: 2), series: ServedForest.series)
        try forest.shelf.publish(SampleModels.isolationForest(seed: 3), series: "unpromoted")
        let store = GatedStore(forest.shelf.store)
        let server = try TestServer(shelf: forest.shelf, store: store)
        let client = try LaneClient(.fast, socketPath: server.socketPath)
        #expect(client.predict(version: other.text).code == .ok)
        store.leave()

        #expect(
            try rows(index(client)) == [
                [ServedForest.model, forest.modelID.text, "READY", ""], [ServedForest.model, other.text, "READY", ""],
            ])
        let metadata = client.control(.modelMetadata, OpenInference.ModelRequest(name: ServedForest.model))
        #expect(
            metadata.control(OpenInference.ModelMetadataResponse.self)?.versions == [forest.modelID.text, other.text])
        let list = client.control(.list, ListRequest())
        #expect(list.code == .unavailable)
    }

    @Test(arguments: TestLane.allCases)
    func `an unloaded model is refused until it is loaded again`(lane: TestLane) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        #expect(client.predict().code == .ok)

        #expect(client.control(.repositoryModelUnload, request()).code == .ok)

        let message =
            "model '\(ServedForest.model)' was unloaded by an admin; load it again with "
            + "'hearth reload \(ServedForest.model)' or RepositoryModelLoad"
        for refused in [client.predict(), client.predict(version: forest.modelID.text)] {
            #expect(refused == LaneReply(code: .unavailable, message: message, payload: []))
        }
        let metadata = client.control(.modelMetadata, OpenInference.ModelRequest(name: ServedForest.model))
        #expect(metadata == LaneReply(code: .unavailable, message: message, payload: []))
        #expect(
            try rows(index(client)) == [[ServedForest.model, forest.modelID.text, "UNAVAILABLE", message]])
        #expect(try index(client, ready: true).isEmpty)
        let health = [0x0A, UInt8(ServedForest.model.utf8.count)] + Array(ServedForest.model.utf8)
        #expect(client.call(.healthCheck, health).payload == [0x08, 0x02])

        #expect(client.control(.repositoryModelLoad, request()).code == .ok)
        #expect(client.predict().prediction?.outputs.first?.values == [forest.score])
        #expect(try index(client, ready: true).count == 1)
    }

    @Test func `a Reload of everything loads what was unloaded`() throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try LaneClient(.fast, socketPath: server.socketPath)
        #expect(client.control(.repositoryModelUnload, request()).code == .ok)
        #expect(client.control(.reload, ReloadRequest()).code == .ok)
        #expect(client.predict().code == .ok)
    }

    @Test func `Watch tells of an unloading and of the load after it`() throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let watcher = try LaneClient(.fast, socketPath: server.socketPath)
        let client = try LaneClient(.fast, socketPath: server.socketPath)
        let stream = watcher.start(.watch, [])
        func kind() throws -> String? {
            let message = try #require(watcher.next(stream))
            return unsafe message.withUnsafeBytes { unsafe WatchEvent.unpack(ByteView($0), in: Arena())?.kind }
        }
        #expect(try kind() == "available")
        #expect(client.control(.repositoryModelUnload, request()).code == .ok)
        #expect(try kind() == "unloaded")
        #expect(client.control(.repositoryModelLoad, request()).code == .ok)
        #expect(try kind() == "available")
    }

    @Test(arguments: [
        ("config", OpenInference.RepositoryModelRequest.Parameter.Value.string("{}")),
        ("file:1/model.onnx", .bytes(count: 3)),
    ]) func `a load with a configuration or a file is refused`(
        name: String, value: OpenInference.RepositoryModelRequest.Parameter.Value
    ) throws {
        let server = try ServedForest().server()
        let client = try LaneClient(.grpc, socketPath: server.socketPath)
        var load = request()
        load.parameters = [OpenInference.RepositoryModelRequest.Parameter(name: name, value: value)]
        let reply = client.control(.repositoryModelLoad, load)
        #expect(reply.code == .invalidArgument)
        #expect(
            reply.message == "parameter '\(name)' found, none expected: models are published by hearth-trainer, "
                + "a load takes what the registry has")
        let unload = client.control(.repositoryModelUnload, load)
        #expect(unload.code == .invalidArgument)
        #expect(unload.message == "parameter '\(name)' found, only 'unload_dependents' expected")
    }

    @Test func `an unload with its dependents is an unload, as clients send it`() throws {
        let server = try ServedForest().server()
        let client = try LaneClient(.grpc, socketPath: server.socketPath)
        var unload = request()
        unload.parameters = [
            OpenInference.RepositoryModelRequest.Parameter(name: "unload_dependents", value: .bool(true))
        ]
        #expect(client.control(.repositoryModelUnload, unload).code == .ok)
        #expect(client.predict().code == .unavailable)
    }

    @Test(arguments: [Route.repositoryModelLoad, .repositoryModelUnload])
    func `models that are not there and repositories of other names are refused`(route: Route) throws {
        let server = try ServedForest().server()
        let client = try LaneClient(.fast, socketPath: server.socketPath)
        let absent = client.control(route, request("isolation_forest.other"))
        #expect(absent.code == .notFound)
        #expect(
            absent.message == "no production version of 'isolation_forest.other': promote one with "
                + "'hearth models promote', or see 'hearth models list'")
        let unnamed = client.control(route, request(""))
        #expect(unnamed.code == .invalidArgument)
        #expect(unnamed.message == "no model named: set model_name; 'hearth models list' tells them")
        #expect(client.control(route, request("no name")).code == .invalidArgument)
        var foreign = request()
        foreign.repositoryName = "s3"
        let refused = client.control(route, foreign)
        #expect(refused.code == .invalidArgument)
        #expect(refused.message == "repository 's3' found; the one here is 'hearth', or leave it empty")
        let index = client.control(
            .repositoryIndex, OpenInference.RepositoryIndexRequest(repositoryName: "s3"))
        #expect(index.message == refused.message)
    }

    @Test(arguments: TestLane.allCases)
    func `loading and unloading are for admins`(lane: TestLane) throws {
        let forest = try ServedForest()
        let server = try TestServer(shelf: forest.shelf, admins: [geteuid() + 1])
        let client = try LaneClient(lane, socketPath: server.socketPath)
        for route in [Route.repositoryModelLoad, .repositoryModelUnload] {
            #expect(client.control(route, request()).code == .permissionDenied)
        }
        #expect(client.predict().code == .ok)
    }
}
