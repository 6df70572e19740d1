/// Frames of HTTP/2 made by hand (RFC 9113, section 6), for what no library would send. Header fields are literals that
/// no table keeps (RFC 7541, 6.2.2), so that every byte can be changed without changing what follows.
package enum HTTP2Frames {
    package static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    package enum Kind {
        package static let data: UInt8 = 0
        package static let headers: UInt8 = 1
        package static let priority: UInt8 = 2
        package static let reset: UInt8 = 3
        package static let settings: UInt8 = 4
        package static let ping: UInt8 = 6
        package static let goAway: UInt8 = 7
        package static let windowUpdate: UInt8 = 8
        package static let continuation: UInt8 = 9
    }

    package enum Flags {
        package static let endStream: UInt8 = 1
        package static let acknowledgement: UInt8 = 1
        package static let endHeaders: UInt8 = 4
    }

    /// A frame with any payload.
    package static func frame(_ kind: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        bigEndian(UInt32(payload.count)).dropFirst() + [kind, flags] + bigEndian(stream) + payload
    }

    package static func settings(_ entries: [(id: UInt16, value: UInt32)] = []) -> [UInt8] {
        frame(
            Kind.settings,
            entries.flatMap {
                [UInt8(truncatingIfNeeded: $0.id >> 8), UInt8(truncatingIfNeeded: $0.id)] + bigEndian($0.value)
            })
    }

    /// The preface and the settings that must follow it.
    package static let start = preface + settings()

    /// Fields packed by HPACK.
    package static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { [0] + text($0.0) + text($0.1) }
    }

    package static func headers(
        _ stream: UInt32, _ fields: [(String, String)], endsStream: Bool = false, endsHeaders: Bool = true
    ) -> [UInt8] {
        frame(
            Kind.headers, flags: (endsStream ? Flags.endStream : 0) | (endsHeaders ? Flags.endHeaders : 0),
            stream: stream, block(fields))
    }

    package static func data(_ stream: UInt32, _ bytes: [UInt8], endsStream: Bool = true) -> [UInt8] {
        frame(Kind.data, flags: endsStream ? Flags.endStream : 0, stream: stream, bytes)
    }

    package static func reset(_ stream: UInt32, code: UInt32 = 8) -> [UInt8] {
        frame(Kind.reset, stream: stream, bigEndian(code))
    }

    package static func windowUpdate(_ stream: UInt32, by count: UInt32) -> [UInt8] {
        frame(Kind.windowUpdate, stream: stream, bigEndian(count))
    }

    /// The fields of a gRPC request, as clients send them.
    package static func requestFields(_ path: String, _ more: [(String, String)] = []) -> [(String, String)] {
        [
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"),
            ("content-type", "application/grpc"), ("te", "trailers"),
        ] + more
    }

    /// A gRPC message with its prefix.
    package static func message(_ bytes: [UInt8], flag: UInt8 = 0) -> [UInt8] {
        [flag] + bigEndian(UInt32(bytes.count)) + bytes
    }

    /// A whole gRPC request.
    package static func request(
        _ stream: UInt32, path: String, _ more: [(String, String)] = [], body: [UInt8]
    ) -> [UInt8] {
        headers(stream, requestFields(path, more)) + data(stream, body)
    }

    package static func bigEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) }
    }

    /// A text of HPACK without Huffman coding: its length with a prefix of seven bits, then its bytes.
    private static func text(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var length: [UInt8] = [127]
        var rest = bytes.count - 127
        while rest >= 128 {
            length.append(UInt8(truncatingIfNeeded: rest) | 128)
            rest >>= 7
        }
        return length + [UInt8(rest)] + bytes
    }
}
