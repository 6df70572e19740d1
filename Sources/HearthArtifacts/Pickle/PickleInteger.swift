/// Integers beyond 64 bits, as little-endian two's complement.
enum PickleInteger {
    /// The bytes of a decimal text; nil when it is none or has more digits than are read.
    static func bytes(of text: String) -> [UInt8]? {
        let isNegative = text.hasPrefix("-")
        let digits = isNegative ? Array(text.utf8.dropFirst()) : Array(text.utf8)
        guard (1...PickleLimits.integerByteCountMax).contains(digits.count),
            digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        // Ten to the 64th takes 27 bytes; one more holds the sign.
        var magnitude = [UInt8](repeating: 0, count: 28)
        for digit in digits {
            var carry = Int(digit) - 0x30
            for index in magnitude.indices {
                carry += Int(magnitude[index]) * 10
                magnitude[index] = UInt8(truncatingIfNeeded: carry)
                carry >>= 8
            }
        }
        return isNegative ? negated(magnitude) : magnitude
    }

    /// The decimal text of such bytes.
    static func text(of bytes: some Sequence<UInt8>) -> String {
        var magnitude = Array(bytes.prefix(PickleLimits.integerByteCountMax))
        let isNegative = (magnitude.last ?? 0) & 0x80 != 0
        if isNegative { magnitude = negated(magnitude) }
        var digits: [UInt8] = []
        repeat {
            var remainder = 0
            for index in magnitude.indices.reversed() {
                remainder = remainder << 8 | Int(magnitude[index])
                magnitude[index] = UInt8(truncatingIfNeeded: remainder / 10)
                remainder %= 10
            }
            digits.append(UInt8(truncatingIfNeeded: 0x30 + remainder))
        } while magnitude.contains { $0 != 0 }
        if isNegative { digits.append(0x2D) }
        return String(decoding: digits.reversed(), as: UTF8.self)
    }

    private static func negated(_ bytes: [UInt8]) -> [UInt8] {
        var carry: UInt16 = 1
        return bytes.map { byte in
            carry += UInt16(~byte)
            defer { carry >>= 8 }
            return UInt8(truncatingIfNeeded: carry)
        }
    }
}
