package import HearthCore
package import HearthWire

/// The header `grpc-message`: UTF-8 in which everything but printable ASCII, and `%`, is percent-encoded. Source: "gRPC
/// over HTTP2", Status-Message.
package enum GRPCStatusText {
    /// Appends the encoded form of `text`, which is at most three times as long.
    package static func encode(_ text: ByteView, to output: inout OutputBuffer) {
        unsafe output.append(atMost: text.count * 3) { target in
            var count = 0
            for index in 0..<text.count {
                guard let byte = text.byte(at: index) else { continue }
                if byte >= 0x20, byte <= 0x7E, byte != UInt8(ascii: "%") {
                    unsafe target.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
                    count += 1
                } else {
                    unsafe target.storeBytes(of: UInt8(ascii: "%"), toByteOffset: count, as: UInt8.self)
                    unsafe target.storeBytes(of: digit(byte >> 4), toByteOffset: count + 1, as: UInt8.self)
                    unsafe target.storeBytes(of: digit(byte & 15), toByteOffset: count + 2, as: UInt8.self)
                    count += 3
                }
            }
            return count
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
