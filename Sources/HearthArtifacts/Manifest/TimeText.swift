package import HearthCore

/// Reading back what ``Timestamp/iso8601`` writes.
package enum TimeText {
    /// Reads `2025-11-12T12:00:00.123456Z`, with one to six digits of a fraction or none; nil for anything else.
    package static func timestamp(_ text: String) -> Timestamp? {
        let bytes = Array(text.utf8)
        let marks: [Int: UInt8] = [4: 0x2D, 7: 0x2D, 10: 0x54, 13: 0x3A, 16: 0x3A]
        guard bytes.count >= 20, bytes.count <= 27, bytes.last == 0x5A else { return nil }
        guard marks.allSatisfy({ bytes[$0.key] == $0.value }) else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            range.reduce(Optional(0)) { sum, index in
                guard let sum, (0x30...0x39).contains(bytes[index]) else { return nil }
                return sum * 10 + Int(bytes[index] - 0x30)
            }
        }
        guard
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19)
        else { return nil }
        guard year >= 1970, (1...12).contains(month), (1...dayCount(year, month)).contains(day) else { return nil }
        guard hour < 24, minute < 60, second < 60 else { return nil }
        var microseconds = 0
        if bytes.count > 20 {
            let digits = 20..<bytes.count - 1
            guard bytes[19] == 0x2E, !digits.isEmpty, let fraction = number(digits) else { return nil }
            microseconds = (digits.count..<6).reduce(fraction) { value, _ in value * 10 }
        }
        let days = daysSince1970(year, month, day)
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
        return Timestamp(microseconds: Int64(seconds) * 1_000_000 + Int64(microseconds))
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func dayCount(_ year: Int, _ month: Int) -> Int {
        month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let before = year - 1
        let leapDays = before / 4 - before / 100 + before / 400 - (1969 / 4 - 1969 / 100 + 1969 / 400)
        let months = (1..<month).reduce(0) { $0 + dayCount(year, $1) }
        return (year - 1970) * 365 + leapDays + months + day - 1
    }
}
