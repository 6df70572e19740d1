import HearthCore
import HearthServer
import HearthTestSupport
import HearthWire
import Testing

/// Clients of the gRPC lane that stop half-way, speak something else, or break HTTP/2: each is its own problem.
@Suite struct GRPCStuckClientTests {
    private static let path = "/\(Route.predict.path)"
    private static let payload = Frames.predictPayload(rows: ServedForest.row)

    /// A short patience.
    private static func server(_ forest: ServedForest) throws -> TestServer {
        var limits = ServerLimits()
        limits.partialFrameMilliseconds = 100
        return try TestServer(shelf: forest.shelf, workers: 1, limits: limits)
    }

    @Test func `a request that is not whole in time is refused, and the connection goes on`() throws {
        let forest = try ServedForest()
        let server = try Self.server(forest)
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let body = GRPCTestClient.framed(Self.payload)
        let began = MonotonicTime.now()
        let streams = [0, 3, body.count].map { client.start(path: Self.path, body: Array(body[..<$0]), isLast: false) }
        for stream in streams {
            let reply = client.finish(stream)
            #expect(reply.code == .deadlineExceeded)
            #expect(reply.message == "the request was not complete within 100 ms; send it whole")
            #expect(reply.closedWith == 0)
        }
        #expect(MonotonicTime.now() - began >= 100_000_000)
        #expect(client.call(.predict, Self.payload).code == .ok)
    }

    @Test func `a request that comes slowly but in time is answered`() throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let body = GRPCTestClient.framed(Self.payload)
        let stream = client.start(path: Self.path, body: [], isLast: false)
        for (index, byte) in body.enumerated() { client.send(stream, [byte], isLast: index == body.count - 1) }
        let reply = client.finish(stream)
        #expect(reply.code == .ok)
        #expect(reply.messages.count == 1)
    }

    struct Opening: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]

        private static let request = HTTP2Frames.headers(1, HTTP2Frames.requestFields(path))

        static let all = [
            Opening(testDescription: "one byte", bytes: [HTTP2Frames.preface[0]]),
            Opening(testDescription: "half a preface", bytes: Array(HTTP2Frames.preface[..<20])),
            Opening(testDescription: "a preface alone", bytes: HTTP2Frames.preface),
            Opening(testDescription: "half a header of a frame", bytes: Array(HTTP2Frames.start.dropLast(4))),
            Opening(
                testDescription: "half of HEADERS", bytes: HTTP2Frames.start + request[..<(request.count / 2)]),
            Opening(
                testDescription: "HEADERS that go on",
                bytes: HTTP2Frames.start + HTTP2Frames.headers(1, [(":method", "POST")], endsHeaders: false)),
            Opening(
                testDescription: "CONTINUATION that goes on",
                bytes: HTTP2Frames.start + HTTP2Frames.headers(1, [(":method", "POST")], endsHeaders: false)
                    + HTTP2Frames.frame(HTTP2Frames.Kind.continuation, stream: 1)),
            Opening(
                testDescription: "half of DATA",
                bytes: HTTP2Frames.start + request + HTTP2Frames.data(1, Array(payload)).dropLast(10)),
        ]
    }

    @Test(arguments: Opening.all)
    func `who stops within a frame is closed after the time for one`(_ opening: Opening) throws {
        let forest = try ServedForest()
        let server = try Self.server(forest)
        let began = MonotonicTime.now()
        let client = try server.rawClient()
        client.send(opening.bytes)
        #expect(client.isClosedByServer())
        #expect(MonotonicTime.now() - began >= 90_000_000)
    }

    @Test func `who has said hello may be silent as long as they like`() throws {
        let forest = try ServedForest()
        let server = try Self.server(forest)
        let silent = try GRPCTestClient(socketPath: server.socketPath)
        #expect(silent.call(.predict, Self.payload).code == .ok)
        // Others run out of time twice, one after the other.
        for _ in 0..<2 {
            let stuck = try server.rawClient()
            stuck.send([HTTP2Frames.preface[0]])
            #expect(stuck.isClosedByServer())
        }
        #expect(silent.call(.predict, Self.payload).code == .ok)
        #expect(silent.goAway == nil)
    }

    @Test func `a ping is answered`() throws {
        let server = try ServedForest().server()
        let client = try GRPCTestClient(socketPath: server.socketPath)
        for _ in 0..<3 { client.ping() }
        #expect(client.receive { client.answeredPingCount == 3 })
        #expect(client.call(.predict, Self.payload).code == .ok)
    }

    @Test func `a connection that died in the middle of calls leaves none of their debts to the next`() throws {
        let forest = try ServedForest()
        let server = try Self.server(forest)
        for _ in 0..<3 {
            let leaver = try GRPCTestClient(socketPath: server.socketPath)
            for _ in 0..<5 { leaver.start(path: Self.path, body: [0], isLast: false) }
            leaver.ping()
            #expect(leaver.receive { leaver.answeredPingCount == 1 })
        }
        // The debts of this one are seen though it uses the same memory.
        let client = try GRPCTestClient(socketPath: server.socketPath)
        for _ in 0..<5 { #expect(client.call(.predict, Self.payload).code == .ok) }
        let reply = client.finish(client.start(path: Self.path, body: [0], isLast: false))
        #expect(reply.code == .deadlineExceeded)
    }

    // MARK: - What is no HTTP/2

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST /v1/predict HTTP/1.1\r\n\r\n", "PUT / HTTP/1.0\r\n\r\n",
        "PATCH / HTTP/1.1\r\n\r\n", "HEAD / HTTP/1.1\r\n\r\n", "DELETE / HTTP/1.1\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\n\r\n", "TRACE / HTTP/1.1\r\n\r\n",
    ])
    func `who speaks HTTP/1 is told what is spoken here`(request: String) throws {
        let server = try ServedForest().server()
        let client = try server.rawClient()
        client.send(Array(request.utf8))
        let text =
            "This socket speaks gRPC (HTTP/2 without an upgrade) and ttrpc, not HTTP/1. Use a gRPC client, the hearth "
            + "command, or nginx with grpc_pass in between.\n"
        let head =
            "HTTP/1.1 505 HTTP Version Not Supported\r\nContent-Type: text/plain\r\n"
            + "Content-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n"
        #expect(String(decoding: client.rest(), as: UTF8.self) == head + text)
    }

    @Test(arguments: [
        // A frame larger than the settings allow, a stream that the server opens, DATA on a stream that is none.
        HTTP2Frames.frame(HTTP2Frames.Kind.data, stream: 1, [UInt8](repeating: 0, count: 20_000)),
        HTTP2Frames.headers(2, HTTP2Frames.requestFields("/a/b")),
        HTTP2Frames.data(7, [1, 2, 3]),
        // Settings of a length that is none, a window that overflows, fields that are no HPACK.
        HTTP2Frames.frame(HTTP2Frames.Kind.settings, [1, 2, 3]),
        HTTP2Frames.windowUpdate(0, by: 0x7FFF_FFFF) + HTTP2Frames.windowUpdate(0, by: 0x7FFF_FFFF),
        HTTP2Frames.frame(HTTP2Frames.Kind.headers, flags: 4, stream: 1, [0xFF, 0xFF, 0xFF, 0xFF]),
    ])
    func `who breaks HTTP/2 is told by GOAWAY and closed`(bytes: [UInt8]) throws {
        let server = try ServedForest().server()
        let client = try server.rawClient()
        client.send(HTTP2Frames.start + bytes)
        let goAway = try #require(client.nextHTTP2Frame { $0.kind == HTTP2Frames.Kind.goAway })
        #expect(goAway.payload.count >= 8 && goAway.payload[4..<8] != [0, 0, 0, 0])
        #expect(client.isClosedByServer())
    }

    @Test func `PRIORITY and frames of kinds that nobody knows are no concern`() throws {
        let server = try ServedForest().server()
        let client = try server.rawClient()
        client.send(
            HTTP2Frames.start + HTTP2Frames.frame(0xFA, stream: 0, [1, 2, 3])
                + HTTP2Frames.frame(HTTP2Frames.Kind.priority, stream: 1, [0, 0, 0, 0, 16])
                + HTTP2Frames.request(1, path: Self.path, body: HTTP2Frames.message(Self.payload)))
        let end = client.nextHTTP2Frame {
            $0.kind == HTTP2Frames.Kind.headers && $0.flags & HTTP2Frames.Flags.endStream != 0
        }
        #expect(end?.stream == 1)
    }
}
