/// Reads the times of a series: ISO 8601 or seconds since 1970.
package enum FieldTime {
    /// `2022-03-20T11:00:00+01:00`, `2022-03-20 11:00`, `2022-03-20` (UTC without an offset), or a number of seconds;
    /// nil for anything else.
    package static func timestamp(_ bytes: ArraySlice<UInt8>) -> Timestamp? {
        // A date is told by its first hyphen, so that it is not tried as a number first.
        if !hasYear(bytes), let seconds = FieldText.number(bytes) {
            guard seconds.isFinite, abs(seconds) < 9e12 else { return nil }
            return Timestamp(microseconds: Int64((seconds * 1e6).rounded()))
        }
        var scanner = Scanner(bytes: bytes)
        guard let year = scanner.digits(4), scanner.skip("-"), let month = scanner.digits(2), scanner.skip("-"),
            let day = scanner.digits(2), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var seconds = daysSince1970(year: year, month: month, day: day) * 86_400
        var microseconds = 0
        if scanner.skip("T") || scanner.skip(" ") {
            guard let hour = scanner.digits(2), scanner.skip(":"), let minute = scanner.digits(2), hour < 24,
                minute < 60
            else { return nil }
            seconds += hour * 3600 + minute * 60
            if scanner.skip(":") {
                guard let second = scanner.digits(2), second < 61 else { return nil }
                seconds += second
                if scanner.skip(".") {
                    guard let fraction = scanner.fraction() else { return nil }
                    microseconds = fraction
                }
            }
            guard let offset = scanner.offset() else { return nil }
            seconds -= offset
        }
        guard scanner.isAtEnd else { return nil }
        return Timestamp(microseconds: Int64(seconds) * 1_000_000 + Int64(microseconds))
    }

    /// Whether four digits and a hyphen come first, as in no number.
    private static func hasYear(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count > 4 && bytes[bytes.startIndex + 4] == 0x2D && bytes.prefix(4).allSatisfy { $0 &- 0x30 <= 9 }
    }

    /// Howard Hinnant's `days_from_civil` (proleptic Gregorian calendar).
    package static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private struct Scanner {
        var bytes: ArraySlice<UInt8>

        var isAtEnd: Bool { bytes.isEmpty }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard let first = bytes.first, UInt32(first) == character.value else { return false }
            bytes.removeFirst()
            return true
        }

        mutating func digits(_ count: Int) -> Int? {
            guard bytes.count >= count else { return nil }
            var value = 0
            for byte in bytes.prefix(count) {
                guard byte &- 0x30 <= 9 else { return nil }
                value = value * 10 + Int(byte &- 0x30)
            }
            bytes = bytes.dropFirst(count)
            return value
        }

        /// Digits of a second's fraction, in microseconds; more than six are cut.
        mutating func fraction() -> Int? {
            var value = 0
            var count = 0
            while let byte = bytes.first, byte &- 0x30 <= 9 {
                if count < 6 { value = value * 10 + Int(byte &- 0x30) }
                count += 1
                bytes.removeFirst()
            }
            guard count > 0 else { return nil }
            for _ in min(count, 6)..<6 { value *= 10 }
            return value
        }

        /// Seconds east of Greenwich: `Z`, `+01:00`, `-0330`, or nothing for 0.
        mutating func offset() -> Int? {
            if isAtEnd || skip("Z") { return 0 }
            let sign: Int
            if skip("+") {
                sign = 1
            } else if skip("-") {
                sign = -1
            } else {
                return nil
            }
            guard let hours = digits(2) else { return nil }
            _ = skip(":")
            let minutes = isAtEnd ? 0 : digits(2)
            guard let minutes, hours < 24, minutes < 60 else { return nil }
            return sign * (hours * 3600 + minutes * 60)
        }
    }
}
