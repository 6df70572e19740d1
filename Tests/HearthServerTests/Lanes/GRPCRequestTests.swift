import HearthCore
import HearthServer
import HearthTestSupport
import HearthWire
import Testing

/// What the gRPC lane makes of requests: their heads, their messages, and those that are none.
@Suite struct GRPCRequestTests {
    private static let path = "/hearth.v1.Inference/Predict"
    private static let payload = Frames.predictPayload(rows: ServedForest.row)

    private static func limits(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = ServerLimits()
        change(&limits)
        return limits
    }

    /// The score in the only message of a reply.
    private static func score(_ reply: GRPCTestClient.Reply) -> Double? {
        guard reply.messages.count == 1 else { return nil }
        return LaneReply(code: reply.code, message: "", payload: reply.messages[0]).score
    }

    /// A reply that is a status alone, as it should be: HTTP 200 and no data.
    private static func expect(
        _ reply: GRPCTestClient.Reply, _ code: StatusCode, _ message: String,
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(reply.httpStatus == "200", sourceLocation: location)
        #expect(reply.field("content-type") == "application/grpc", sourceLocation: location)
        #expect(reply.code == code, sourceLocation: location)
        #expect(reply.message == message, sourceLocation: location)
        #expect(reply.data.isEmpty, sourceLocation: location)
        #expect(reply.closedWith == 0, sourceLocation: location)
    }

    // MARK: - Heads

    @Test(arguments: [
        "application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8",
        "application/grpc+proto;v=1",
    ])
    func `content types of gRPC with protobuf are answered`(type: String) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let reply = client.call(.predict, Self.payload, fields: [("content-type", type), ("te", "trailers")])
        #expect(reply.httpStatus == "200")
        #expect(reply.field("content-type") == "application/grpc")
        #expect(reply.code == .ok)
        #expect(Self.score(reply) == forest.score)
    }

    @Test(arguments: [
        nil, "", "application/json", "application/grpc-web", "application/grpc-web+proto", "application/grpc+json",
        "application/grpcx", "application/grpc+protobuf", "Application/GRPC",
    ])
    func `other content types get 415, and the connection goes on`(type: String?) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let reply = client.call(.predict, Self.payload, fields: type.map { [("content-type", $0)] } ?? [])
        #expect(reply.fields.map(\.name) == [":status"])
        #expect(reply.httpStatus == "415")
        #expect(reply.data.isEmpty)
        #expect(Self.score(client.call(.predict, Self.payload)) == forest.score)
    }

    @Test(arguments: ["GET", "PUT", "post", "OPTIONS", "CONNECT"])
    func `methods other than POST get 405`(method: String) throws {
        let server = try ServedForest().server()
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let reply = client.finish(
            client.start(path: Self.path, method: method, body: GRPCTestClient.framed(Self.payload)))
        #expect(reply.fields.map(\.name) == [":status"])
        #expect(reply.httpStatus == "405")
    }

    @Test(arguments: [
        ("/hearth.v1.Inference/Train", "hearth.v1.Inference/Train"), ("/", ""), ("*", "*"),
        ("/hearth.v1.Inference/Predict/", "hearth.v1.Inference/Predict/"),
        ("//hearth.v1.Inference/Predict", "/hearth.v1.Inference/Predict"),
        ("/\u{15F}irket/%", "\u{15F}irket/%"),
    ])
    func `a call that is not there is named`(path: String, name: String) throws {
        let server = try ServedForest().server()
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let reply = client.finish(client.start(path: path, body: GRPCTestClient.framed([])))
        Self.expect(reply, .unimplemented, "there is no call '\(name)' here")
    }

    @Test(arguments: ["", "1", "S", "123456789S", "1x", "-1S", "1 S", "0x1S", "1.5S", "\u{0661}S"])
    func `a grpc-timeout that is none is refused`(timeout: String) throws {
        let server = try ServedForest().server()
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let reply = client.call(
            .predict, Self.payload, fields: GRPCTestClient.usualFields + [("grpc-timeout", timeout)])
        Self.expect(reply, .invalidArgument, "grpc-timeout is not up to 8 digits and one of H, M, S, m, u, n")
    }

    @Test(arguments: ["99999999H", "5M", "10S", "10000m", "10000000u", "00000001H"])
    func `a grpc-timeout that is long enough is no hindrance`(timeout: String) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let reply = client.call(
            .predict, Self.payload, fields: GRPCTestClient.usualFields + [("grpc-timeout", timeout)])
        #expect(Self.score(reply) == forest.score)
    }

    @Test(arguments: ["0S", "0n", "1n"])
    func `a grpc-timeout that has passed is told`(timeout: String) throws {
        let server = try ServedForest().server()
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let reply = client.call(
            .predict, Self.payload, fields: GRPCTestClient.usualFields + [("grpc-timeout", timeout)])
        Self.expect(reply, .deadlineExceeded, "the deadline had passed when the call was read")
    }

    @Test func `headers over the limit are refused with their size, on their stream alone`() throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let usual = [(":method", "POST"), (":scheme", "http"), (":path", Self.path), (":authority", "localhost")]
        let fields = GRPCTestClient.usualFields + (0..<20).map { ("x-\($0)", String(repeating: "v", count: 1000)) }
        let byteCount = (usual + fields).reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count + 32 }
        let reply = client.call(.predict, Self.payload, fields: fields)
        Self.expect(
            reply, .resourceExhausted,
            "the request's headers have \(byteCount) bytes, 16384 are the most; send less metadata")
        let allowed = client.call(.predict, Self.payload, fields: Array(fields[..<15]))
        #expect(Self.score(allowed) == forest.score)
    }

    @Test(arguments: [
        "localhost", "%2Frun%2Fhearth%2Fhearth.sock", "/run/hearth/hearth.sock", "", "unix:///run/hearth.sock",
        "a b", "user@host:80", "[::1", nil,
    ])
    func `any authority is accepted`(authority: String?) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let reply = client.finish(
            client.start(path: Self.path, authority: authority, body: GRPCTestClient.framed(Self.payload)))
        #expect(Self.score(reply) == forest.score)
    }

    @Test func `a message that is no ASCII travels percent-encoded`() throws {
        let server = try ServedForest().server()
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let reply = client.call(.predict, Frames.predictPayload(model: "şu\n%", rows: ServedForest.row))
        let raw = try #require(reply.field("grpc-message"))
        #expect(raw.hasPrefix("model name '%C5%9Fu%0A%25' is not allowed: "))
        #expect(reply.message.hasPrefix("model name 'şu\n%' is not allowed: "))
    }

    // MARK: - Messages

    @Test func `a message over the limit is refused while it still comes, and the client is asked to stop`() throws {
        let forest = try ServedForest()
        let server = try forest.server(Self.limits { $0.grpc.messageByteCountMax = 1000 })
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let stream = client.start(
            path: Self.path, body: [0, 0, 0, 3, 233] + [UInt8](repeating: 0, count: 100), isLast: false)
        let reply = client.finish(stream)
        Self.expect(
            reply, .resourceExhausted,
            "a message of 1001 bytes was sent, 1000 are the most; send fewer rows in one call")
        // What was on its way when the answer came is nobody's business any more.
        client.send(stream, [UInt8](repeating: 0, count: 500))
        #expect(Self.score(client.call(.predict, Self.payload)) == forest.score)
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var body: [UInt8]
        var fields: [(String, String)] = []
        var code: StatusCode
        var message: String
    }

    private static let gzip = [("grpc-encoding", "gzip")]

    static let broken: [Broken] = [
        Broken(
            testDescription: "no message", body: [], code: .invalidArgument,
            message: "the request holds no message; one was expected"),
        Broken(
            testDescription: "part of a prefix", body: [0, 0, 0], code: .invalidArgument,
            message: "the request holds no message; one was expected"),
        Broken(
            testDescription: "part of a message", body: [0, 0, 0, 0, 10, 1, 2], code: .invalidArgument,
            message: "the request has 2 bytes behind the prefix of a message of 10; exactly one message was expected"),
        Broken(
            testDescription: "two messages", body: GRPCTestClient.framed(payload) + GRPCTestClient.framed([]),
            code: .invalidArgument,
            message: "the request has \(payload.count + 5) bytes behind the prefix of a message of \(payload.count); "
                + "exactly one message was expected"),
        Broken(
            testDescription: "a flag that is none", body: [2, 0, 0, 0, 0], code: .internalError,
            message: "a message's compressed flag is 2; 0 or 1 was expected"),
        Broken(
            testDescription: "compressed without an encoding", body: GRPCTestClient.framed(payload, isCompressed: true),
            code: .internalError, message: "a message is compressed, but grpc-encoding names no compression"),
        Broken(
            testDescription: "compressed with identity", body: GRPCTestClient.framed(payload, isCompressed: true),
            fields: [("grpc-encoding", "identity")], code: .internalError,
            message: "a message is compressed, but grpc-encoding names no compression"),
        Broken(
            testDescription: "compressed and no gzip", body: GRPCTestClient.framed(payload, isCompressed: true),
            fields: gzip, code: .invalidArgument,
            message: "a message is no gzip, or holds more than 100000 bytes"),
        Broken(
            testDescription: "gzip cut short",
            body: GRPCTestClient.framed(GzipSamples.gzip(payload).dropLast(), isCompressed: true), fields: gzip,
            code: .invalidArgument, message: "a message is no gzip, or holds more than 100000 bytes"),
        Broken(
            testDescription: "gzip that grows beyond the limit",
            body: GRPCTestClient.framed(GzipSamples.gzip([UInt8](repeating: 0, count: 100_001)), isCompressed: true),
            fields: gzip, code: .invalidArgument,
            message: "a message is no gzip, or holds more than 100000 bytes"),
    ]

    @Test(arguments: broken)
    func `a request without exactly one message is refused in exact words`(_ broken: Broken) throws {
        let forest = try ServedForest()
        let server = try forest.server(Self.limits { $0.grpc.messageByteCountMax = 100_000 })
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let reply = client.finish(
            client.start(path: Self.path, fields: GRPCTestClient.usualFields + broken.fields, body: broken.body))
        Self.expect(reply, broken.code, broken.message)
        #expect(Self.score(client.call(.predict, Self.payload)) == forest.score)
    }

    @Test(arguments: [true, false])
    func `gzip is understood, also for messages that were not worth it`(isCompressed: Bool) throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let rows = (0..<50).flatMap { _ in ServedForest.row }
        let payload = Frames.predictPayload(rows: rows)
        let message = isCompressed ? GzipSamples.gzip(payload) : payload
        #expect(!isCompressed || message.count < payload.count / 4)
        let reply = client.finish(
            client.start(
                path: Self.path, fields: GRPCTestClient.usualFields + Self.gzip,
                body: GRPCTestClient.framed(message, isCompressed: isCompressed)))
        #expect(reply.code == .ok)
        #expect(reply.messages.count == 1)
        #expect(Self.score(reply) == forest.score)
    }

    @Test(arguments: ["deflate", "snappy", "br", "GZIP", ""])
    func `an encoding that is not understood is refused, and those that are are named`(encoding: String) throws {
        let server = try ServedForest().server()
        let client = try GRPCTestClient(socketPath: server.socketPath)
        let reply = client.call(
            .predict, Self.payload, fields: GRPCTestClient.usualFields + [("grpc-encoding", encoding)])
        Self.expect(reply, .unimplemented, "grpc-encoding is neither identity nor gzip")
        #expect(reply.field("grpc-accept-encoding") == "identity,gzip")
    }

    @Test func `a request that breaks HTTP's rules is reset, and the connection goes on`() throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let client = try GRPCTestClient(socketPath: server.socketPath)
        for field in [("connection", "close"), ("te", "gzip"), ("content-length", "1")] {
            let reply = client.call(.predict, Self.payload, fields: [("content-type", "application/grpc"), field])
            #expect(reply.closedWith == 1, "PROTOCOL_ERROR for \(field)")
            #expect(reply.fields.isEmpty)
        }
        #expect(Self.score(client.call(.predict, Self.payload)) == forest.score)
    }
}
