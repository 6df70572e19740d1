import Dispatch
import HearthCore
import HearthServer
import HearthTestSupport
import HearthWire
import Testing

/// The bounds of ``ServerLimits`` that hold for every lane, each with its status, and deadlines of calls that wait.
@Suite struct SharedLimitTests {
    private static func limits(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = ServerLimits()
        change(&limits)
        return limits
    }

    @Test(arguments: TestLane.allCases)
    func `a connection too many has its first call refused with the reason, then it is closed`(lane: TestLane) throws {
        let forest = try ServedForest()
        let server = try forest.server(Self.limits { $0.connectionCountMax = 2 })
        let clients = try (0..<2).map { _ in try LaneClient(lane, socketPath: server.socketPath) }
        for client in clients { #expect(client.predict().score == forest.score) }
        let third = try LaneClient(lane, socketPath: server.socketPath)
        #expect(
            third.predict()
                == .refused(
                    .resourceExhausted, "the server has its 2 connections; close some, or raise --max-connections"))
        #expect(third.isClosedByServer())
        #expect(clients[0].predict().score == forest.score)
    }

    @Test(arguments: TestLane.allCases)
    func `connections beyond those that are told so are closed at once`(lane: TestLane) throws {
        let forest = try ServedForest()
        let server = try forest.server(
            Self.limits {
                $0.connectionCountMax = 1
                $0.refusedConnectionCountMax = 1
            })
        let first = try LaneClient(lane, socketPath: server.socketPath)
        #expect(first.predict().score == forest.score)
        let second = try LaneClient(lane, socketPath: server.socketPath)
        let third = try LaneClient(lane, socketPath: server.socketPath)
        #expect(third.isClosedByServer())
        #expect(second.predict().code == .resourceExhausted)
        #expect(first.predict().score == forest.score)
    }

    @Test(arguments: TestLane.allCases)
    func `a place that was given back is given again`(lane: TestLane) throws {
        let forest = try ServedForest()
        let server = try forest.server(Self.limits { $0.connectionCountMax = 1 })
        for _ in 0..<20 {
            // Closing is seen by the server some time after the client has done it.
            var score: Double?
            while score == nil { score = try LaneClient(lane, socketPath: server.socketPath).predict().score }
            #expect(score == forest.score)
        }
    }

    @Test(arguments: TestLane.allCases)
    func `calls that wait are bounded in number for each connection`(lane: TestLane) throws {
        let forest = try ServedForest()
        let store = GatedStore(forest.shelf.store)
        let server = try TestServer(
            shelf: forest.shelf, limits: Self.limits { $0.inFlightCallCountMax = 3 }, preloadsAll: false, store: store)
        store.close()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let streams = (0..<4).map { _ in client.startPredict() }
        let byteCount = 3 * Frames.predictPayload(rows: ServedForest.row).count
        let refusal = client.finishNext()
        #expect(refusal?.stream == streams[3])
        #expect(
            refusal?.reply
                == .refused(
                    .resourceExhausted,
                    "3 calls with \(ByteCount(byteCount)) of this connection wait already; the most are 3 calls and "
                        + "32 MiB"))
        store.open()
        for stream in streams[..<3] { #expect(client.finish(stream).score == forest.score) }
        #expect(client.predict().score == forest.score)
    }

    @Test(arguments: TestLane.allCases)
    func `calls that wait are bounded in bytes for each connection`(lane: TestLane) throws {
        let forest = try ServedForest()
        let store = GatedStore(forest.shelf.store)
        let server = try TestServer(
            shelf: forest.shelf, limits: Self.limits { $0.inFlightByteCountMax = 120_000 }, preloadsAll: false,
            store: store)
        store.close()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let rows = [Double](repeating: 0.5, count: 8000)
        let streams = (0..<2).map { _ in client.startPredict(rows: rows) }
        let refusal = client.finishNext()
        #expect(refusal?.stream == streams[1])
        #expect(refusal?.reply.code == .resourceExhausted)
        store.open()
        #expect(client.finish(streams[0]).prediction?.rowCount == 2000)
    }

    @Test(arguments: TestLane.allCases)
    func `a deadline that passes while a model loads is answered in time, and the late result dropped`(
        lane: TestLane
    ) throws {
        let forest = try ServedForest()
        let store = GatedStore(forest.shelf.store)
        let server = try TestServer(shelf: forest.shelf, preloadsAll: false, store: store)
        store.close()
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let began = MonotonicTime.now()
        let streams = [150_000_000, 50_000_000, 20_000_000_000].map { client.startPredict(timeoutNanoseconds: $0) }
        let late = LaneReply.refused(.deadlineExceeded, "the deadline passed while the call waited")
        let first = client.finishNext()
        #expect(first?.stream == streams[1])
        #expect(first?.reply == late)
        #expect(MonotonicTime.now() - began >= 50_000_000)
        let second = client.finishNext()
        #expect(second?.stream == streams[0])
        #expect(second?.reply == late)
        #expect(MonotonicTime.now() - began >= 150_000_000)
        store.open()
        #expect(client.finish(streams[2]).score == forest.score)
        #expect(client.predict().score == forest.score)
        #expect(try server.counter("deadlines_exceeded") == 2)
    }

    @Test(arguments: TestLane.allCases)
    func `a deadline that passes while a batch is scored ends the call`(lane: TestLane) throws {
        let shelf = try ModelShelf()
        try shelf.publish(
            SampleModels.isolationForest(seed: 3, trees: 400, columns: 2), series: ServedForest.series,
            promotes: true)
        let server = try TestServer(shelf: shelf)
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let rows = [Double](repeating: 0.5, count: 60_000 * 2)
        let reply = client.predict(rows: rows, timeoutNanoseconds: 40_000_000)
        #expect(reply.code == .deadlineExceeded)
        #expect(reply.message.hasPrefix("the deadline passed while"), "\(reply.message)")
        #expect(client.predict(rows: Array(rows[..<2])).code == .ok)
    }
}
