import Dispatch
import HearthClient
import HearthCore
import HearthServer
import HearthTestSupport
import HearthWire
import Testing

/// The bounds of ``ServerLimits``, each with its status, and deadlines of calls that wait.
@Suite struct LimitTests {
    private static func limits(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = ServerLimits()
        change(&limits)
        return limits
    }

    @Test func `a connection too many has its first call refused with the reason, then it is closed`() throws {
        let forest = try ServedForest()
        let server = try forest.server(Self.limits { $0.connectionCountMax = 2 })
        let clients = try (0..<2).map { _ in try server.rawClient() }
        for client in clients {
            client.send(Frames.predict())
            #expect(client.nextFrame()?.score == forest.score)
        }
        let third = try server.rawClient()
        // In two pieces: the refusal waits for the whole call, or nobody would read it.
        let call = Frames.predict(stream: 7)
        third.send(Array(call[..<5]))
        third.send(Array(call[5...]))
        let refusal = try #require(third.nextFrame())
        #expect(refusal.streamID == 7)
        #expect(refusal.code == .resourceExhausted)
        #expect(
            refusal.message == "the server has its 2 connections; close some, or raise --max-connections")
        #expect(third.isClosedByServer())
        clients[0].send(Frames.predict())
        #expect(clients[0].nextFrame()?.score == forest.score)
    }

    @Test func `connections beyond those that are told so are closed at once`() throws {
        let forest = try ServedForest()
        let server = try forest.server(
            Self.limits {
                $0.connectionCountMax = 1
                $0.refusedConnectionCountMax = 1
            })
        let first = try server.rawClient()
        first.send(Frames.predict())
        #expect(first.nextFrame()?.score == forest.score)
        let second = try server.rawClient()
        let third = try server.rawClient()
        #expect(third.isClosedByServer())
        second.send(Frames.predict())
        #expect(second.nextFrame()?.code == .resourceExhausted)
        first.send(Frames.predict())
        #expect(first.nextFrame()?.score == forest.score)
    }

    @Test func `a place that was given back is given again`() throws {
        let forest = try ServedForest()
        let server = try forest.server(Self.limits { $0.connectionCountMax = 1 })
        for _ in 0..<20 {
            // Closing is seen by the server some time after the client has done it.
            var score: Double?
            while score == nil {
                let client = try server.rawClient()
                client.send(Frames.predict())
                score = client.nextFrame()?.score
            }
            #expect(score == forest.score)
        }
    }

    @Test func `calls that wait are bounded in number for each connection`() throws {
        let forest = try ServedForest()
        let store = GatedStore(forest.shelf.store)
        let server = try TestServer(
            shelf: forest.shelf, limits: Self.limits { $0.inFlightCallCountMax = 3 }, preloadsAll: false,
            store: store)
        store.close()
        let client = try server.rawClient()
        client.send((0..<4).flatMap { Frames.predict(stream: UInt32(2 * $0 + 1)) })
        let refusal = try #require(client.nextFrame())
        #expect(refusal.streamID == 7)
        #expect(refusal.code == .resourceExhausted)
        #expect(refusal.message.hasPrefix("3 calls with "))
        #expect(refusal.message.hasSuffix("of this connection wait already; the most are 3 calls and 32 MiB"))
        store.open()
        let answers = (0..<3).compactMap { _ in client.nextFrame()?.score }
        #expect(answers == [forest.score, forest.score, forest.score])
        client.send(Frames.predict(stream: 9))
        #expect(client.nextFrame()?.score == forest.score)
    }

    @Test func `calls that wait are bounded in bytes for each connection`() throws {
        let forest = try ServedForest()
        let store = GatedStore(forest.shelf.store)
        let server = try TestServer(
            shelf: forest.shelf, limits: Self.limits { $0.inFlightByteCountMax = 100_000 }, preloadsAll: false,
            store: store)
        store.close()
        let client = try server.rawClient()
        let rows = [Double](repeating: 0.5, count: 8000)
        client.send(Frames.predict(stream: 1, rows: rows) + Frames.predict(stream: 3, rows: rows))
        let refusal = try #require(client.nextFrame())
        #expect(refusal.streamID == 3)
        #expect(refusal.code == .resourceExhausted)
        store.open()
        #expect(client.nextFrame()?.streamID == 1)
    }

    @Test func `R65: a deadline that passes while a model loads is answered in time, and the late result dropped`()
        throws
    {
        let forest = try ServedForest()
        let store = GatedStore(forest.shelf.store)
        let server = try TestServer(shelf: forest.shelf, preloadsAll: false, store: store)
        store.close()
        let client = try server.rawClient()
        let began = MonotonicTime.now()
        client.send(
            Frames.predict(stream: 1, timeoutNanoseconds: 150_000_000)
                + Frames.predict(stream: 3, timeoutNanoseconds: 50_000_000)
                + Frames.predict(stream: 5, timeoutNanoseconds: 20_000_000_000))
        let first = try #require(client.nextFrame())
        #expect(first.streamID == 3)
        #expect(first.code == .deadlineExceeded)
        #expect(first.message == "the deadline passed while the call waited")
        #expect(MonotonicTime.now() - began >= 50_000_000)
        #expect(client.nextFrame()?.streamID == 1)
        #expect(MonotonicTime.now() - began >= 150_000_000)
        store.open()
        let answer = try #require(client.nextFrame())
        #expect(answer.streamID == 5)
        #expect(answer.score == forest.score)
        client.send(Frames.predict(stream: 7))
        #expect(client.nextFrame()?.streamID == 7)
        #expect(try server.counter("deadlines_exceeded") == 2)
    }

    @Test func `R65: a deadline that passes while a batch is scored ends the call`() throws {
        let shelf = try ModelShelf()
        try shelf.publish(
            SampleModels.isolationForest(seed: 3, trees: 200, columns: 8), series: ServedForest.series,
            promotes: true)
        let server = try TestServer(shelf: shelf)
        let client = try server.rawClient()
        let rows = [Double](repeating: 0.5, count: 60_000 * 8)
        client.send(Frames.predict(stream: 1, rows: rows, timeoutNanoseconds: 20_000_000))
        let reply = try #require(client.nextFrame())
        #expect(reply.code == .deadlineExceeded)
        #expect(reply.message.hasPrefix("the deadline passed while"))
        client.send(Frames.predict(stream: 3, rows: Array(rows[..<8])))
        #expect(client.nextFrame()?.code == .ok)
    }
}
