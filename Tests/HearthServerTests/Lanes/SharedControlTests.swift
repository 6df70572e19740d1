import Dispatch
import Glibc
import HearthCore
import HearthRegistry
import HearthServer
import HearthTestSupport
import HearthWire
import Synchronization
import Testing

/// What both lanes must answer alike, call by call: what is served, who may change it, and how it ends.
@Suite struct SharedControlTests {
    @Test(arguments: TestLane.allCases)
    func `R147, R149: Promote serves the new version from the next call on, Rollback the old one again`(
        lane: TestLane
    ) throws {
        let forest = try ServedForest()
        let other = SampleModels.isolationForest(seed: 2)
        let otherID = try forest.shelf.publish(other, series: ServedForest.series)
        let otherScore = try ModelShelf.expected(other, rows: ServedForest.row)[0]
        let server = try forest.server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        func promote(_ id: String, generation: UInt64) -> LaneReply {
            client.control(
                .promote,
                PromoteRequest(
                    modelName: ServedForest.model, modelVersion: id, expectedGeneration: generation, reason: "better"))
        }

        #expect(client.predict().score == forest.score)
        let promoted: PointerResponse = try #require(promote(otherID.text, generation: 1).control())
        #expect(promoted.modelVersion == otherID.text)
        #expect(promoted.previousModelVersion == forest.modelID.text)
        #expect(promoted.generation == 2)
        #expect(client.predict().score == otherScore)
        let conflict = promote(forest.modelID.text, generation: 1)
        #expect(conflict.code == .aborted)
        #expect(client.predict().score == otherScore)
        let back: PointerResponse = try #require(
            client.control(
                .rollback, RollbackRequest(modelName: ServedForest.model, expectedGeneration: 2)
            ).control())
        #expect(back.modelVersion == forest.modelID.text)
        #expect(back.generation == 3)
        #expect(client.predict().score == forest.score)
    }

    @Test(arguments: TestLane.allCases)
    func `Reload serves what was promoted behind the server's back, and says what it serves`(lane: TestLane) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let otherID = try forest.shelf.publish(SampleModels.isolationForest(seed: 2), series: ServedForest.series)
        try forest.shelf.promote(otherID, series: ServedForest.series)
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let result: ReloadResponse = try #require(
            client.control(.reload, ReloadRequest(modelName: ServedForest.model)).control())
        #expect(result.models.first { $0.isProduction }?.modelVersion == otherID.text)
        #expect(result.headVersion == (try forest.shelf.store.headVersion()))
        let unknown: ReloadResponse = try #require(
            client.control(.reload, ReloadRequest(modelName: "isolation_forest.nobody")).control())
        #expect(unknown.models.isEmpty)
    }

    @Test(arguments: TestLane.allCases)
    func `changes are for admins; who is none is told how to become one, and reads on`(lane: TestLane) throws {
        let forest = try ServedForest()
        let server = try TestServer(shelf: forest.shelf, admins: [geteuid() + 1])
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let replies = [
            ("Reload", client.control(.reload, ReloadRequest())),
            (
                "Promote",
                client.control(
                    .promote, PromoteRequest(modelName: ServedForest.model, modelVersion: forest.modelID.text))
            ),
            ("Rollback", client.control(.rollback, RollbackRequest(modelName: ServedForest.model))),
        ]
        for (name, reply) in replies {
            #expect(
                reply
                    == .refused(
                        .permissionDenied,
                        "\(name) is for admins: uid \(geteuid()) is none; start hearthd with --admin-uid \(geteuid()), "
                            + "or call as an admin"))
        }
        #expect(try server.counter("permissions_denied") == 3)
        #expect(client.predict().prediction?.generation == 1)
        let list: ListResponse? = client.control(.list, ListRequest()).control()
        #expect(list?.versions.count == 1)
        let details: GetResponse? = client.control(.get, GetRequest(modelName: ServedForest.model)).control()
        #expect(details?.columnCount == 4)
    }

    // MARK: - Watch

    @Test(arguments: TestLane.allCases)
    func `Watch tells what is served now, then every change, of the model that was named`(lane: TestLane) throws {
        let forest = try ServedForest()
        try forest.shelf.publish(SampleModels.isolationForest(seed: 9), series: "other", promotes: true)
        let server = try forest.server()
        let watcher = try LaneClient(lane, socketPath: server.socketPath)
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let stream = watcher.start(.watch, WatchRequest(modelName: ServedForest.model))
        let first = watcher.nextEvent(stream)
        #expect(first?.kind == "available")
        #expect(first?.modelVersion == forest.modelID.text)
        let otherID = try forest.shelf.publish(SampleModels.isolationForest(seed: 2), series: ServedForest.series)
        let promoted: PointerResponse = try #require(
            client.control(.promote, PromoteRequest(modelName: ServedForest.model, modelVersion: otherID.text))
                .control())
        let second = watcher.nextEvent(stream)
        #expect(second?.kind == "swapped")
        #expect(second?.modelVersion == otherID.text)
        #expect(second?.previousModelVersion == forest.modelID.text)
        #expect(second?.generation == promoted.generation)
        // Calls beside the watch are answered on the same connection.
        #expect(watcher.predict().prediction?.modelVersion == otherID.text)
    }

    @Test(arguments: TestLane.allCases)
    func `sixteen watches are the most for one connection`(lane: TestLane) throws {
        let server = try ServedForest().server()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let streams = (0..<16).map { _ in client.start(.watch, WatchRequest()) }
        for stream in streams { #expect(client.nextEvent(stream)?.kind == "available") }
        #expect(
            client.control(.watch, WatchRequest())
                == .refused(.resourceExhausted, "16 watches are the most for one connection"))
        #expect(client.predict().code == .ok)
    }

    // MARK: - The end

    @Test(arguments: TestLane.allCases)
    func `a server that stops answers the calls that wait, ends watches, then closes`(lane: TestLane) throws {
        let forest = try ServedForest()
        let store = GatedStore(forest.shelf.store)
        store.close()
        let server = Mutex<TestServer?>(try TestServer(shelf: forest.shelf, preloadsAll: false, store: store))
        let client = try LaneClient(lane, socketPath: try #require(server.withLock { $0?.socketPath }))
        let watch = client.start(.watch, WatchRequest(modelName: "isolation_forest.nobody"))
        let calls = (0..<3).map { _ in client.startPredict() }
        store.arrived.wait()
        let stopper = try SystemThread(name: "stopper") {
            // The last reference: its end stops the server.
            _ = server.withLock { $0.take() }
        }
        #expect(client.finish(watch) == .refused(.unavailable, "the server is stopping"))
        store.open()
        for call in calls { #expect(client.finish(call).score == forest.score) }
        #expect(client.isClosedByServer())
        stopper.join()
    }
}
