package import HearthCore

/// The header `grpc-timeout`: at most eight digits and a unit. Source: "gRPC over HTTP2", Timeout.
package enum GRPCTimeout {
    /// Nanoseconds, clamped to about 292 years; nil for text that is none.
    package static func nanoseconds(_ text: ByteView) -> Int64? {
        guard text.count >= 2, text.count <= 9, let unit = text.byte(at: text.count - 1) else { return nil }
        var value: Int64 = 0
        for index in 0..<text.count - 1 {
            guard let digit = text.byte(at: index), digit >= 0x30, digit <= 0x39 else { return nil }
            value = value * 10 + Int64(digit - 0x30)
        }
        let factor: Int64
        switch unit {
        case UInt8(ascii: "H"): factor = 3_600_000_000_000
        case UInt8(ascii: "M"): factor = 60_000_000_000
        case UInt8(ascii: "S"): factor = 1_000_000_000
        case UInt8(ascii: "m"): factor = 1_000_000
        case UInt8(ascii: "u"): factor = 1_000
        case UInt8(ascii: "n"): factor = 1
        default: return nil
        }
        let (product, overflow) = value.multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
