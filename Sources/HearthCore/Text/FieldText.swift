/// What the text of one field of a CSV file means.
///
/// Free functions over bytes: no allocation for ordinary numbers.
package enum FieldText {
    /// The number that `bytes` say; NaN for a missing value (empty, `NA`, `NaN`, `null`, `None`, in any case); nil
    /// when it is neither, or not finite.
    package static func number(_ bytes: ArraySlice<UInt8>) -> Double? {
        let trimmed = trimming(bytes)
        if let exact = shortDecimal(trimmed) { return exact }
        if isMissing(trimmed) { return .nan }
        guard let first = trimmed.first,
            first == 0x2B || first == 0x2D || first == 0x2E || (0x30...0x39).contains(first)
        else { return nil }
        let text = String(decoding: trimmed, as: UTF8.self)
        guard !text.contains(where: { $0 == "x" || $0 == "X" }), let value = Double(text), value.isFinite else {
            return nil
        }
        return value
    }

    /// Whether the row is an anomaly: `1`, `true`, `yes` or `0`, `false`, `no`; nil for anything else.
    package static func label(_ bytes: ArraySlice<UInt8>) -> Bool? {
        switch String(decoding: trimming(bytes), as: UTF8.self).lowercased() {
        case "1", "1.0", "true", "yes": true
        case "0", "0.0", "false", "no": false
        default: nil
        }
    }

    /// Whether the field says that there is no value.
    package static func isMissing(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count <= 4 else { return false }
        switch String(decoding: bytes, as: UTF8.self).lowercased() {
        case "", "na", "n/a", "nan", "null", "none": return true
        default: return false
        }
    }

    /// `[-]digits[.digits]` with a value that is exact: at most 2^53 as a whole number, divided by a power of ten that
    /// is exact itself, so that the one division is rounded correctly (Clinger).
    ///
    /// Nil for any other form.
    private static func shortDecimal(_ bytes: ArraySlice<UInt8>) -> Double? {
        var mantissa: UInt64 = 0
        var digitCount = 0
        var fractionDigits = 0
        var inFraction = false
        var negative = false
        for index in bytes.indices {
            switch bytes[index] {
            case let digit where digit &- 0x30 <= 9:
                digitCount += 1
                guard digitCount <= 15 else { return nil }
                mantissa = mantissa * 10 + UInt64(digit &- 0x30)
                if inFraction { fractionDigits += 1 }
            case 0x2E where !inFraction: inFraction = true
            case 0x2D where index == bytes.startIndex: negative = true
            default: return nil
            }
        }
        guard digitCount > 0 else { return nil }
        let magnitude = Double(mantissa) / powersOfTen[fractionDigits]
        return negative ? -magnitude : magnitude
    }

    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    private static func trimming(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var result = bytes
        while let first = result.first, first == 0x20 || first == 0x09 { result.removeFirst() }
        while let last = result.last, last == 0x20 || last == 0x09 { result.removeLast() }
        return result
    }
}
