import Dispatch
import Glibc
import HearthCore
import HearthServer
import HearthTestSupport
import HearthWire
import Synchronization
import Testing

/// The life of a connection of the gRPC lane: many calls at once, calls given up, windows, and the end.
@Suite struct GRPCLaneTests {
    private static let path = "/\(Route.predict.path)"
    private static let payload = Frames.predictPayload(rows: ServedForest.row)

    private static func limits(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = ServerLimits()
        change(&limits)
        return limits
    }

    private static func start(_ client: GRPCTestClient) -> Int32 {
        client.start(path: path, body: GRPCTestClient.framed(payload))
    }

    private static func score(_ reply: GRPCTestClient.Reply) -> Double? {
        guard reply.code == .ok, reply.messages.count == 1 else { return nil }
        return LaneReply(code: reply.code, message: "", payload: reply.messages[0]).score
    }

    /// A server whose calls wait until the store is opened.
    private static func gated(
        _ forest: ServedForest, _ limits: ServerLimits = ServerLimits()
    ) throws -> (server: TestServer, store: GatedStore) {
        let store = GatedStore(forest.shelf.store)
        store.close()
        return (try TestServer(shelf: forest.shelf, limits: limits, preloadsAll: false, store: store), store)
    }

    // MARK: - Many calls

    @Test func `2000 calls at once on one connection are all answered, 1024 at a time`() throws {
        let forest = try ServedForest()
        let (server, store) = try Self.gated(forest)
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let streams = (0..<2000).map { _ in Self.start(client) }
        store.arrived.wait()
        store.open()
        let scores = streams.map { Self.score(client.finish($0)) }
        #expect(scores.allSatisfy { $0 == forest.score })
        #expect(client.goAway == nil)
        #expect(try server.counter("failures") == 0)
    }

    @Test func `streams beyond the limit are refused by who ignores the settings`() throws {
        let forest = try ServedForest()
        let (server, store) = try Self.gated(forest, Self.limits { $0.grpc.streamCountMax = 2 })
        let client = try server.rawClient()
        client.send(HTTP2Frames.start)
        for stream in [1, 3, 5] as [UInt32] {
            client.send(HTTP2Frames.request(stream, path: Self.path, body: HTTP2Frames.message(Self.payload)))
        }
        let refusal = try #require(client.nextHTTP2Frame { $0.kind == HTTP2Frames.Kind.reset })
        #expect(refusal.stream == 5)
        #expect(refusal.payload == HTTP2Frames.bigEndian(7), "REFUSED_STREAM: not begun, may be tried again")
        store.open()
        let ends = (0..<2).compactMap { _ in
            client.nextHTTP2Frame {
                $0.kind == HTTP2Frames.Kind.headers && $0.flags & HTTP2Frames.Flags.endStream != 0
            }?.stream
        }
        #expect(Set(ends) == [1, 3])
    }

    @Test func `connections on several workers are answered side by side`() throws {
        let forest = try ServedForest()
        let server = try TestServer(shelf: forest.shelf, workers: 4)
        let wrong = Mutex(0)
        let threads = try (0..<8).map { index in
            try SystemThread(name: "caller-\(index)") {
                guard let client = try? GRPCTestClient(socketPath: server.socketPath) else {
                    wrong.withLock { $0 += 1 }
                    return
                }
                for _ in 0..<50 {
                    let streams = (0..<4).map { _ in Self.start(client) }
                    let good = streams.filter { Self.score(client.finish($0)) == forest.score }.count
                    wrong.withLock { $0 += 4 - good }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(wrong.withLock { $0 } == 0)
        #expect(try server.counter("calls") == 1600)
    }

    // MARK: - Calls given up

    @Test func `a call that is given up while it waits makes room for another`() throws {
        let forest = try ServedForest()
        let (server, store) = try Self.gated(forest, Self.limits { $0.inFlightCallCountMax = 1 })
        let client = try GRPCTestClient(socketPath: server.socketPath)
        for _ in 0..<3 {
            let given = Self.start(client)
            client.cancel(given)
            #expect(client.finish(given).closedWith == 8)
        }
        let kept = Self.start(client)
        let refused = client.finish(Self.start(client))
        #expect(refused.code == .resourceExhausted)
        store.open()
        #expect(Self.score(client.finish(kept)) == forest.score)
        #expect(try server.counter("failures") == 1)
    }

    @Test func `a watch that is given up makes room for another`() throws {
        let server = try ServedForest().server()
        let client = try LaneClient(.grpc, socketPath: server.socketPath)
        for _ in 0..<40 {
            let stream = client.start(.watch, WatchRequest())
            #expect(client.nextEvent(stream)?.kind == "available")
            client.cancel(stream)
        }
        #expect(client.predict().code == .ok)
    }

    @Test func `a flood of calls that are given up ends the connection, not the server`() throws {
        let forest = try ServedForest()
        let server = try forest.server(
            Self.limits {
                $0.grpc.resetBurst = 50
                $0.grpc.resetsPerSecond = 1
            })
        let client = try server.rawClient()
        client.send(HTTP2Frames.start)
        for index in 0..<200 {
            let stream = UInt32(2 * index + 1)
            client.send(
                HTTP2Frames.request(stream, path: Self.path, body: HTTP2Frames.message(Self.payload))
                    + HTTP2Frames.reset(stream))
        }
        #expect(client.nextHTTP2Frame { $0.kind == HTTP2Frames.Kind.goAway } != nil)
        #expect(client.isClosedByServer())
        #expect(Self.score(try GRPCTestClient(socketPath: server.socketPath).call(.predict, Self.payload)) != nil)
    }

    // MARK: - Windows

    /// A model whose replies are 24 times as many bytes as rows, and cheap.
    private static func wideServer(_ limits: ServerLimits = ServerLimits(), workers: Int = 1) throws -> TestServer {
        let shelf = try ModelShelf()
        try shelf.publish(
            SampleModels.isolationForest(seed: 1, trees: 1, columns: 1, depth: 1), series: ServedForest.series,
            promotes: true)
        return try TestServer(shelf: shelf, workers: workers, limits: limits)
    }

    private static let widePayload = Frames.predictPayload(rows: [Double](repeating: 0.5, count: 90_000))
    private static let smallPayload = Frames.predictPayload(rows: [0.5])

    @Test func `a reply of 2 MB comes as its window opens, and small calls pass it meanwhile`() throws {
        let server = try Self.wideServer()
        let client = try GRPCTestClient(socketPath: server.socketPath, windowByteCount: 1000, opensWindows: false)
        let stream = client.start(path: Self.path, body: GRPCTestClient.framed(Self.widePayload))
        func received() -> Int { client.replies[stream]?.data.count ?? 0 }
        var expected = 1000
        #expect(client.receive { received() >= expected })
        while expected < 2_000_000 {
            // Not one byte more than the window lets through, however often the server turns.
            #expect(client.call(.predict, Self.smallPayload).code == .ok)
            #expect(received() == expected)
            client.openWindow(stream, by: 499_000)
            expected += 499_000
            #expect(client.receive { received() >= min(expected, 2_160_000) })
        }
        client.openWindow(stream, by: 4 << 20)
        let reply = client.finish(stream)
        #expect(reply.code == .ok)
        #expect(reply.messages.count == 1)
        #expect(LaneReply(code: .ok, message: "", payload: reply.messages[0]).prediction?.rowCount == 90_000)
    }

    @Test func `a reply that is not taken in time is given up, and the connection goes on`() throws {
        let server = try Self.wideServer(Self.limits { $0.partialFrameMilliseconds = 100 })
        let client = try GRPCTestClient(socketPath: server.socketPath, windowByteCount: 1000, opensWindows: false)
        let stream = client.start(path: Self.path, body: GRPCTestClient.framed(Self.widePayload))
        let reply = client.finish(stream)
        #expect(reply.data.count == 1000)
        #expect(reply.code == nil)
        #expect(reply.closedWith == 8)
        #expect(client.call(.predict, Self.smallPayload).code == .ok)
    }

    @Test func `a watch that is not read in time is forgotten with its stream`() throws {
        let forest = try ServedForest()
        let server = try forest.server(Self.limits { $0.partialFrameMilliseconds = 50 })
        let client = try GRPCTestClient(socketPath: server.socketPath, windowByteCount: 0, opensWindows: false)
        let watch = WatchRequest().pack(in: Arena()) { unsafe Array($0.buffer) }
        for _ in 0..<3 {
            let streams = (0..<8).map { _ in
                client.start(path: "/\(Route.watch.path)", body: GRPCTestClient.framed(watch))
            }
            for stream in streams {
                let reply = client.finish(stream)
                #expect(reply.code == nil, "\(reply.message)")
                #expect(reply.closedWith == 8)
            }
        }
    }

    @Test func `a watch whose replies are too many for the connection is forgotten with its stream`() throws {
        let forest = try ServedForest()
        for index in 0..<4 {
            try forest.shelf.publish(SampleModels.isolationForest(seed: 2), series: "other_\(index)", promotes: true)
        }
        let server = try forest.server(Self.limits { $0.grpc.heldByteCountMax = 500 })
        let client = try LaneClient(.grpc, socketPath: server.socketPath)
        for _ in 0..<20 {
            let reply = client.control(.watch, WatchRequest())
            #expect(reply.code == .resourceExhausted)
            #expect(reply.message.hasPrefix("replies of this connection that were not taken have "), "\(reply.message)")
        }
    }

    @Test func `replies that are not taken are bounded in bytes`() throws {
        let server = try Self.wideServer(Self.limits { $0.grpc.heldByteCountMax = 3_000_000 })
        let client = try GRPCTestClient(socketPath: server.socketPath, windowByteCount: 0, opensWindows: false)
        let first = client.start(path: Self.path, body: GRPCTestClient.framed(Self.widePayload))
        #expect(client.receive { client.replies[first]?.httpStatus == "200" })
        let second = client.finish(client.start(path: Self.path, body: GRPCTestClient.framed(Self.widePayload)))
        #expect(second.code == .resourceExhausted)
        #expect(second.message.hasPrefix("replies of this connection that were not taken have 2"), "\(second.message)")
        #expect(second.message.hasSuffix("; read them, or ask for less at once"))
        client.openWindow(first, by: 4 << 20)
        #expect(client.finish(first).code == .ok)
    }

    @Test func `requests that are not whole are bounded in bytes`() throws {
        let forest = try ServedForest()
        let server = try forest.server(Self.limits { $0.grpc.heldByteCountMax = 100_000 })
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let half = GRPCTestClient.framed([UInt8](repeating: 0, count: 80_000))
        let first = client.start(path: Self.path, body: Array(half[..<60_000]), isLast: false)
        let second = client.finish(client.start(path: Self.path, body: Array(half[..<60_000]), isLast: false))
        #expect(second.code == .resourceExhausted)
        #expect(second.message.hasSuffix("are the most at once; send fewer at the same time"), "\(second.message)")
        #expect(second.closedWith == 0)
        client.cancel(first)
        #expect(Self.score(client.call(.predict, Self.payload)) == forest.score)
    }

    @Test func `a client that takes nothing does not hold up the others`() throws {
        let server = try Self.wideServer()
        let slow = try GRPCTestClient(socketPath: server.socketPath)
        // More than a socket holds: the server cannot write all of it.
        let streams = (0..<8).map { _ in slow.start(path: Self.path, body: GRPCTestClient.framed(Self.widePayload)) }
        let other = try GRPCTestClient(socketPath: server.socketPath)
        for _ in 0..<100 { #expect(other.call(.predict, Self.smallPayload).code == .ok) }
        for stream in streams { #expect(slow.finish(stream).code == .ok) }
    }

    // MARK: - The end

    @Test func `who is one too many is told at the first call, however late it comes`() throws {
        let forest = try ServedForest()
        let server = try forest.server(Self.limits { $0.connectionCountMax = 1 })
        let first = try GRPCTestClient(socketPath: server.socketPath)
        #expect(Self.score(first.call(.predict, Self.payload)) == forest.score)
        let second = try GRPCTestClient(socketPath: server.socketPath)
        // The server has read the beginning, and answered it, before there is a call.
        second.ping()
        #expect(second.receive { second.answeredPingCount == 1 })
        let reply = second.call(.predict, Self.payload)
        #expect(reply.code == .resourceExhausted)
        #expect(reply.message == "the server has its 1 connections; close some, or raise --max-connections")
        #expect(second.isClosedByServer())
        #expect(Self.score(first.call(.predict, Self.payload)) == forest.score)
    }

    @Test func `a server that stops says so, answers what waits, then closes`() throws {
        let forest = try ServedForest()
        let store = GatedStore(forest.shelf.store)
        store.close()
        let server = Mutex<TestServer?>(try TestServer(shelf: forest.shelf, preloadsAll: false, store: store))
        let client = try GRPCTestClient(socketPath: try #require(server.withLock { $0?.socketPath }))
        let streams = (0..<3).map { _ in Self.start(client) }
        store.arrived.wait()
        let stopper = try SystemThread(name: "stopper") {
            // The last reference: its end stops the server.
            _ = server.withLock { $0.take() }
        }
        #expect(client.receive { client.goAway != nil })
        #expect(client.goAway == 0)
        #expect(streams.allSatisfy { client.replies[$0]?.closedWith == nil })
        store.open()
        for stream in streams { #expect(Self.score(client.finish(stream)) == forest.score) }
        #expect(client.isClosedByServer())
        stopper.join()
    }

    @Test func `an idle connection is closed with GOAWAY when the server stops`() throws {
        let forest = try ServedForest()
        var server: TestServer? = try forest.server()
        let client = try GRPCTestClient(socketPath: try #require(server?.socketPath))
        #expect(Self.score(client.call(.predict, Self.payload)) == forest.score)
        server = nil
        #expect(client.isClosedByServer())
        #expect(client.goAway == 0)
        #expect(server == nil)
    }
}
