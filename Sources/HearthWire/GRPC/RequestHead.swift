package import HearthCore

/// What the headers of a request say, taken field by field. It keeps no text but that of a call that is not found.
///
/// The rules of HTTP/2 for fields (RFC 9113, 8.2 and 8.3) are kept here, because nghttp2's own would refuse the
/// `:authority` that some clients make of a socket's path: on a Unix socket any is accepted.
package struct RequestHead {
    /// What is wrong with the head as HTTP/2, so that the stream is reset: a sentence for the tests.
    package private(set) var malformation: StaticString?
    package private(set) var byteCount = 0
    package private(set) var isPost = false
    package private(set) var isGRPC = false
    package private(set) var route: Route?
    /// The path of a call that is not found, `{service}/{method}`.
    package private(set) var unknownPath = ""
    package private(set) var encoding = Encoding.identity
    /// nil without a timeout.
    package private(set) var timeoutNanoseconds: Int64?
    package private(set) var isTimeoutValid = true
    /// The length that the request says it has.
    package private(set) var contentLength: Int?
    private var pseudoSeen: UInt8 = 0
    private var sawRegular = false

    /// How a client compresses its messages.
    package enum Encoding: Sendable {
        case identity
        case gzip
        case unknown
    }

    private enum Pseudo: UInt8 {
        case method = 1
        case scheme = 2
        case path = 4
        case authority = 8
    }

    package init() {}

    /// Takes one field.
    package mutating func take(name: ByteView, value: ByteView, isTrailer: Bool = false) {
        let (sum, overflow) = byteCount.addingReportingOverflow(name.count &+ value.count &+ 32)
        byteCount = overflow ? .max : sum
        guard malformation == nil else { return }
        guard Self.isValue(value) else { return fail("a field's value holds NUL, CR or LF") }
        if name.byte(at: 0) == UInt8(ascii: ":") {
            guard !isTrailer else { return fail("a pseudo-header field in trailers") }
            takePseudo(name, value)
        } else {
            sawRegular = true
            takeRegular(name, value, isTrailer: isTrailer)
        }
    }

    /// Ends the head: what must be there has to be.
    package mutating func end() {
        guard malformation == nil else { return }
        let needed = Pseudo.method.rawValue | Pseudo.scheme.rawValue | Pseudo.path.rawValue
        if pseudoSeen & needed != needed { fail(":method, :scheme or :path is missing") }
    }

    /// Whether the bytes of the body are as many as the head says, if it says so.
    package func agrees(withBodyOf byteCount: Int) -> Bool {
        contentLength.map { $0 == byteCount } ?? true
    }

    private mutating func takePseudo(_ name: ByteView, _ value: ByteView) {
        guard !sawRegular else { return fail("a pseudo-header field after a regular one") }
        let pseudo: Pseudo
        if name.equals(":path") {
            pseudo = .path
            guard !value.isEmpty else { return fail(":path is empty") }
            route = Route(path: value)
            if route == nil {
                let name = value.byte(at: 0) == UInt8(ascii: "/") ? value.dropping(1) : value
                unknownPath = (name.slice(from: 0, count: min(name.count, 120)) ?? name).text
            }
        } else if name.equals(":method") {
            pseudo = .method
            isPost = value.equals("POST")
        } else if name.equals(":scheme") {
            pseudo = .scheme
        } else if name.equals(":authority") {
            pseudo = .authority
        } else {
            return fail("an unknown pseudo-header field")
        }
        guard pseudoSeen & pseudo.rawValue == 0 else { return fail("a pseudo-header field twice") }
        pseudoSeen |= pseudo.rawValue
    }

    private mutating func takeRegular(_ name: ByteView, _ value: ByteView, isTrailer: Bool) {
        guard Self.isName(name) else { return fail("a field's name is empty, upper case or no token") }
        switch name.count {
        case 2 where name.equals("te"):
            guard value.equals("trailers") else { return fail("te is not 'trailers'") }
        case 12 where name.equals("content-type") && !isTrailer:
            isGRPC = Self.isGRPC(value)
        case 12 where name.equals("grpc-timeout") && !isTrailer:
            timeoutNanoseconds = GRPCTimeout.nanoseconds(value)
            isTimeoutValid = timeoutNanoseconds != nil
        case 13 where name.equals("grpc-encoding") && !isTrailer:
            encoding = value.equals("identity") ? .identity : value.equals("gzip") ? .gzip : .unknown
        case 14 where name.equals("content-length"):
            guard let length = Self.number(value), contentLength ?? length == length else {
                return fail("content-length is no number")
            }
            contentLength = length
        case 7 where name.equals("upgrade"), 10 where name.equals("connection") || name.equals("keep-alive"),
            16 where name.equals("proxy-connection"), 17 where name.equals("transfer-encoding"):
            fail("a field of HTTP/1.1 connections")
        default: break
        }
    }

    private mutating func fail(_ reason: StaticString) {
        malformation = malformation ?? reason
    }

    /// `application/grpc`, alone or with `+proto` or parameters behind it.
    private static func isGRPC(_ value: ByteView) -> Bool {
        let type = ByteView("application/grpc")
        guard value.slice(from: 0, count: type.count)?.equals(type) == true else { return false }
        switch value.byte(at: type.count) {
        case nil, UInt8(ascii: ";"): return true
        case UInt8(ascii: "+"):
            let rest = value.dropping(type.count + 1)
            return rest.equals("proto") || rest.slice(from: 0, count: 6)?.equals("proto;") == true
        default: return false
        }
    }

    private static func number(_ text: ByteView) -> Int? {
        guard !text.isEmpty, text.count <= 18 else { return nil }
        var value = 0
        for index in 0..<text.count {
            guard let byte = text.byte(at: index), byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }

    private static func isName(_ name: ByteView) -> Bool {
        guard !name.isEmpty else { return false }
        for index in 0..<name.count {
            switch name.byte(at: index) ?? 0 {
            case 0x61...0x7A, 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): continue
            // The rest of a token (RFC 9110, 5.6.2); upper case is not allowed here.
            case UInt8(ascii: "!"), 0x23...0x27, UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "^"),
                UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
                continue
            default: return false
            }
        }
        return true
    }

    private static func isValue(_ value: ByteView) -> Bool {
        for index in 0..<value.count {
            switch value.byte(at: index) {
            case 0, 0x0D, 0x0A: return false
            default: continue
            }
        }
        return true
    }
}
