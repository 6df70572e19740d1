import HearthCore
import HearthMetrics
import HearthTestSupport
import HearthWire
import Logging
import Testing

@testable import HearthServer
@testable import HearthServing

/// `grpc.health.v1` and the live and ready calls of the Open Inference Protocol.
@Suite struct HealthCallTests {
    private func check(_ client: LaneClient, _ service: String) -> LaneReply {
        client.call(.healthCheck, service.isEmpty ? [] : [0x0A, UInt8(service.utf8.count)] + Array(service.utf8))
    }

    private func isReady(_ client: LaneClient, _ name: String, _ version: String = "") -> Bool? {
        client.control(.modelReady, OpenInference.ModelRequest(name: name, version: version))
            .control(OpenInference.FlagResponse.self)?.flag
    }

    @Test(arguments: TestLane.allCases)
    func `Check says SERVING of the server, of every service and of a model in production`(lane: TestLane) throws {
        let server = try ServedForest().server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let services = Set(Route.allCases.map { "\($0.service)" })
        for service in ["", ServedForest.model] + services {
            #expect(check(client, service) == LaneReply(code: .ok, message: "", payload: [0x08, 0x01]), "\(service)")
        }
    }

    @Test(arguments: TestLane.allCases, ["hearth.v1", "isolation_forest.other", "no name"])
    func `Check ends with NOT_FOUND for what nobody knows`(lane: TestLane, service: String) throws {
        let server = try ServedForest().server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let reply = check(client, service)
        #expect(reply.code == .notFound)
        #expect(
            reply.message == "no service and no model in production is named '\(service)'; leave it empty to ask after "
                + "the server, or see 'hearth models list'")
    }

    @Test(arguments: TestLane.allCases)
    func `a payload that is no request is refused by its name`(lane: TestLane) throws {
        let server = try ServedForest().server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let messages = [Route.healthCheck, .serverLive, .modelReady, .modelMetadata, .repositoryIndex, .reload].map {
            let reply = client.call($0, [0x0A, 0x05])
            #expect(reply.code == .invalidArgument)
            return reply.message
        }
        #expect(
            messages == [
                "the payload is no grpc.health.v1.HealthCheckRequest", "the payload is no inference.ServerLiveRequest",
                "the payload is no inference.ModelReadyRequest", "the payload is no inference.ModelMetadataRequest",
                "the payload is no inference.RepositoryIndexRequest", "the payload is no hearth.v1.ReloadRequest",
            ])
    }

    @Test(arguments: TestLane.allCases)
    func `the server is live and ready`(lane: TestLane) throws {
        let server = try ServedForest().server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        for route in [Route.serverLive, .serverReady] {
            let reply = client.control(route, OpenInference.Empty())
            #expect(reply.code == .ok)
            #expect(reply.control(OpenInference.FlagResponse.self)?.flag == true)
        }
    }

    @Test(arguments: TestLane.allCases)
    func `a model is ready by name, and by every version that can be loaded`(lane: TestLane) throws {
        let forest = try ServedForest()
        let other = try forest.shelf.publish(SampleModels.isolationForest(seed: 2), series: ServedForest.series)
        let foreign = try forest.shelf.publish(SampleModels.isolationForest(seed: 3), series: "other", promotes: true)
        let server = try forest.server()
        let client = try LaneClient(lane, socketPath: server.socketPath)

        #expect(isReady(client, ServedForest.model) == true)
        #expect(isReady(client, ServedForest.model, forest.modelID.text) == true)
        // Only the registry knows it; it is loaded when it is asked for.
        #expect(isReady(client, ServedForest.model, other.text) == true)
        #expect(isReady(client, ServedForest.model, foreign.text) == false)
        #expect(isReady(client, ServedForest.model, "nothing") == false)
        #expect(isReady(client, "nothing") == false)
        #expect(isReady(client, "no name") == false)
        let unnamed = client.control(.modelReady, OpenInference.ModelRequest())
        #expect(unnamed.code == .invalidArgument)
        #expect(unnamed.message == "no model named: set name; 'hearth models list' tells them")
    }

    @Test(arguments: TestLane.allCases)
    func `a model whose production version is damaged is not ready, the server is`(lane: TestLane) throws {
        let forest = try ServedForest()
        try forest.shelf.damage(forest.modelID)
        let server = try forest.server()
        let client = try LaneClient(lane, socketPath: server.socketPath)

        #expect(check(client, ServedForest.model).payload == [0x08, 0x02])
        #expect(check(client, "").payload == [0x08, 0x01])
        #expect(isReady(client, ServedForest.model) == false)
        #expect(isReady(client, ServedForest.model, forest.modelID.text) == false)
    }

    @Test func `nothing is ready before the registry was read, and once the server stops`() throws {
        let shelf = try ServedForest().shelf
        let pool = try LoaderPool(threadCount: 1)
        defer { pool.stop() }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let loader = ArtifactLoader(directory: shelf.directory, logger: logger)
        let manager = ModelManager(
            store: shelf.store, cache: ModelCache(byteBudget: 64 << 20), pool: pool, counters: ServerCounters(),
            logger: logger, preloads: { _ in true },
            loader: { version throws(CallFailure) in try loader.load(version) }, publish: { _ in })
        let readiness = ReadinessAnswers(manager: manager)
        let names = ["", "hearth.v1.Inference", ServedForest.model, "nothing"]
        func statuses() -> [HealthStatus] { names.map { readiness.servingStatus(of: $0) } }
        func flag(_ route: Route) throws -> Bool? {
            let reply = try readiness.answer(route, .empty, in: Arena())?.get()
            return unsafe reply?.withUnsafeBytes {
                unsafe OpenInference.FlagResponse.unpack(ByteView($0), in: Arena())?.flag
            }
        }

        #expect(statuses() == [.notServing, .notServing, .serviceUnknown, .serviceUnknown])
        #expect(try flag(.serverReady) == false)
        try manager.reconcile()
        #expect(statuses() == [.serving, .serving, .serving, .serviceUnknown])
        #expect(try flag(.serverReady) == true)
        readiness.beginStopping()
        #expect(statuses() == [.notServing, .notServing, .notServing, .serviceUnknown])
        #expect(try flag(.serverReady) == false)
        // Whoever gets an answer knows that the server lives.
        #expect(try flag(.serverLive) == true)
    }
}
