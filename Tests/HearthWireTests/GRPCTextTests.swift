import HearthCore
import HearthWire
import Testing

/// The small texts of gRPC: heads of requests, timeouts, status messages.
@Suite struct GRPCTextTests {
    private static let usual: [(String, String)] = [
        (":method", "POST"), (":scheme", "http"), (":path", "/hearth.v1.Inference/Predict"),
        (":authority", "localhost"), ("content-type", "application/grpc"), ("te", "trailers"),
    ]

    private static func take(
        _ head: inout RequestHead, _ fields: [(String, String)], isTrailer: Bool = false
    ) {
        for (name, value) in fields {
            Array(name.utf8).withView { name in
                Array(value.utf8).withView { head.take(name: name, value: $0, isTrailer: isTrailer) }
            }
        }
    }

    private static func head(_ fields: [(String, String)], trailers: [(String, String)] = []) -> RequestHead {
        var head = RequestHead()
        take(&head, fields)
        head.end()
        take(&head, trailers, isTrailer: true)
        return head
    }

    // MARK: - Heads

    @Test func `a head as clients send it says what is called`() {
        let head = Self.head(Self.usual + [("grpc-timeout", "5S"), ("grpc-encoding", "gzip"), ("content-length", "7")])
        #expect(head.malformation == nil)
        #expect(head.isPost && head.isGRPC && head.isTimeoutValid)
        #expect(head.route == .predict)
        #expect(head.encoding == .gzip)
        #expect(head.timeoutNanoseconds == 5_000_000_000)
        #expect(head.contentLength == 7)
        #expect(head.agrees(withBodyOf: 7) && !head.agrees(withBodyOf: 8))
        #expect(Self.head(Self.usual).agrees(withBodyOf: 123))
        let byteCount = Self.usual.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count + 32 }
        #expect(Self.head(Self.usual).byteCount == byteCount)
    }

    struct Malformed: Sendable, CustomTestStringConvertible {
        var fields: [(String, String)]
        var trailers: [(String, String)] = []
        var reason: String

        var testDescription: String { "\(fields.last?.0 ?? "nothing"), \(trailers.count) trailers: \(reason)" }
    }

    static let malformed: [Malformed] =
        [
            Malformed(fields: [], reason: ":method, :scheme or :path is missing"),
            Malformed(fields: Array(usual[1...]), reason: ":method, :scheme or :path is missing"),
            Malformed(fields: [usual[0]] + usual[2...], reason: ":method, :scheme or :path is missing"),
            Malformed(fields: Array(usual[..<2] + usual[3...]), reason: ":method, :scheme or :path is missing"),
            Malformed(fields: [(":path", "")], reason: ":path is empty"),
            Malformed(fields: usual[..<4] + [(":status", "200")], reason: "an unknown pseudo-header field"),
            Malformed(fields: usual[..<4] + [(":", "")], reason: "an unknown pseudo-header field"),
            Malformed(fields: usual + [(":path", "/")], reason: "a pseudo-header field after a regular one"),
            Malformed(fields: usual, trailers: [(":path", "/")], reason: "a pseudo-header field in trailers"),
            Malformed(
                fields: usual, trailers: [("Upper", "")], reason: "a field's name is empty, upper case or no token"),
            Malformed(fields: usual, trailers: [("content-length", "x")], reason: "content-length is no number"),
            Malformed(fields: usual + [("te", "gzip")], reason: "te is not 'trailers'"),
            Malformed(fields: usual + [("te", "")], reason: "te is not 'trailers'"),
            Malformed(
                fields: usual + [("content-length", "1"), ("content-length", "2")],
                reason: "content-length is no number"),
        ]
        + [":method", ":scheme", ":path", ":authority"].map {
            Malformed(fields: usual[..<4] + [($0, "x")], reason: "a pseudo-header field twice")
        }
        + ["", "Content-Type", "a b", "a:b", "a\u{0}", "ä", "a\n", "a(", "a\u{7F}"].map {
            Malformed(fields: usual + [($0, "x")], reason: "a field's name is empty, upper case or no token")
        }
        + ["a\u{0}b", "a\r", "\nb"].map {
            Malformed(fields: usual + [("x", $0)], reason: "a field's value holds NUL, CR or LF")
        }
        + ["connection", "upgrade", "keep-alive", "proxy-connection", "transfer-encoding"].map {
            Malformed(fields: usual + [($0, "x")], reason: "a field of HTTP/1.1 connections")
        }
        + ["", "-1", "+1", "1 ", "0x1", "1.0", "1234567890123456789"].map {
            Malformed(fields: usual + [("content-length", $0)], reason: "content-length is no number")
        }

    @Test(arguments: malformed)
    func `a head that breaks HTTP/2's rules is malformed, for the first reason`(_ malformed: Malformed) {
        let head = Self.head(malformed.fields, trailers: malformed.trailers)
        #expect(head.malformation.map { "\($0)" } == malformed.reason)
    }

    @Test func `names and values that look odd but are in order are taken`() {
        let odd = [
            ("!#$%&'*+.^_`|~09az-", "\u{9}ä \u{1}\u{7F}"), ("x", ""), ("content-length", "000000000000000012"),
            ("content-length", "12"), ("te", "trailers"), ("connections", "close"), ("grpc-timeout-x", "?"),
        ]
        let head = Self.head(Self.usual + odd, trailers: [("te", "trailers"), ("x", "y")])
        #expect(head.malformation == nil)
        #expect(head.contentLength == 12)
    }

    @Test func `trailers change nothing that the head has said`() {
        let head = Self.head(
            Self.usual,
            trailers: [("content-type", "text/html"), ("grpc-timeout", "x"), ("grpc-encoding", "br")])
        #expect(head.malformation == nil)
        #expect(head.isGRPC && head.isTimeoutValid && head.encoding == .identity)
    }

    @Test(
        arguments: [
            ("/hearth.v1.Inference/Predict", Route.predict), ("/hearth.v1.Models/Watch", .watch),
            ("/grpc.health.v1.Health/Check", .healthCheck), ("/inference.GRPCInferenceService/ModelInfer", .modelInfer),
            ("hearth.v1.Inference/Predict", nil), ("//Predict", nil), ("/", nil), ("/hearth.v1.Inference", nil),
            ("/hearth.v1.Inference/", nil), ("/Predict", nil), ("/hearth.v1.Inference/predict", nil),
        ] as [(String, Route?)])
    func `a path finds its call`(path: String, route: Route?) {
        let head = Self.head([(":method", "POST"), (":scheme", "http"), (":path", path)])
        #expect(head.malformation == nil)
        #expect(head.route == route)
    }

    @Test func `the path of a call that is not there is kept, but not for ever`() {
        let long = "/" + String(repeating: "x", count: 5000)
        #expect(Self.head([(":path", "/a.b/C")]).unknownPath == "a.b/C")
        #expect(Self.head([(":path", long)]).unknownPath.utf8.count <= 120)
    }

    // MARK: - Timeouts

    @Test(
        arguments: [
            ("1H", 3_600_000_000_000), ("2M", 120_000_000_000), ("3S", 3_000_000_000), ("4m", 4_000_000), ("5u", 5_000),
            ("6n", 6), ("0n", 0), ("00000007n", 7), ("99999999n", 99_999_999), ("99999999S", 99_999_999_000_000_000),
            ("99999999H", Int64.max), ("99999999M", 5_999_999_940_000_000_000),
        ] as [(String, Int64)])
    func `a timeout is read, and clamped where it would be centuries`(text: String, nanoseconds: Int64) {
        #expect(Array(text.utf8).withView { GRPCTimeout.nanoseconds($0) } == nanoseconds)
    }

    @Test(arguments: [
        "", "H", "1", "123456789n", "1s", "1h", "-1S", "+1S", " 1S", "1S ", "1.S", "S1", "\u{0}S", "1\u{0}",
    ])
    func `what is no timeout is none`(text: String) {
        #expect(Array(text.utf8).withView { GRPCTimeout.nanoseconds($0) } == nil)
    }

    // MARK: - Status messages

    @Test(arguments: [
        ("", ""), ("plain text, with ~ and \"quotes\"", "plain text, with ~ and \"quotes\""), ("100%", "100%25"),
        ("ş", "%C5%9F"), ("a\nb\tc\r", "a%0Ab%09c%0D"), ("\u{7F}\u{0}", "%7F%00"), ("漢😀", "%E6%BC%A2%F0%9F%98%80"),
    ])
    func `a status message is percent-encoded where it must`(text: String, encoded: String) {
        var output = OutputBuffer(capacity: 0)
        Array(text.utf8).withView { GRPCStatusText.encode($0, to: &output) }
        #expect(output.bytes.text == encoded)
    }
}
