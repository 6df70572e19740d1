import HearthCore

/// The times of bars: what ``FieldTime`` reads, and numbers since 1970 in the unit that their size tells.
///
/// Below 1e11 a number is seconds (until the year 5138), below 1e14 milliseconds, below 1e17 microseconds, else
/// nanoseconds; each unit thus begins in 1973 and later. A whole number of 8 digits that reads as a date, such as
/// 20240102, is refused: as seconds it would be a day in August 1970.
enum BarTime {
    /// Nil for what is no time.
    static func timestamp(_ bytes: ArraySlice<UInt8>) -> Timestamp? {
        if let whole = wholeNumber(bytes) {
            let magnitude = whole.magnitude
            if bytes.count == 8, (1900_01_01...2199_12_31).contains(whole) { return nil }
            if magnitude < 100_000_000_000 { return Timestamp(microseconds: whole * 1_000_000) }
            if magnitude < 100_000_000_000_000 { return Timestamp(microseconds: whole * 1000) }
            if magnitude < 100_000_000_000_000_000 { return Timestamp(microseconds: whole) }
            return Timestamp(microseconds: whole / 1000)
        }
        // Where the fifth byte is a hyphen it is a date, or nothing.
        if bytes.count > 4, bytes[bytes.startIndex + 4] == UInt8(ascii: "-"), let time = FieldTime.timestamp(bytes) {
            return time
        }
        if let number = FieldText.number(bytes) {
            let scale: Double
            switch abs(number) {
            case ..<1e11: scale = 1e6
            case ..<1e14: scale = 1e3
            case ..<1e17: scale = 1
            case ..<9e18: scale = 1e-3
            default: return nil
            }
            return Timestamp(microseconds: Int64((number * scale).rounded()))
        }
        return FieldTime.timestamp(bytes)
    }

    /// `[-]digits` that fit; nil for anything else.
    private static func wholeNumber(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let isNegative = bytes.first == UInt8(ascii: "-")
        let digits = isNegative ? bytes.dropFirst() : bytes
        guard !digits.isEmpty, digits.count <= 19 else { return nil }
        var value: Int64 = 0
        for byte in digits {
            guard byte &- 0x30 <= 9 else { return nil }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int64(byte &- 0x30))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return isNegative ? -value : value
    }
}
