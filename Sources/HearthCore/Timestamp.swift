import CHearthLinux
import Glibc

/// A point in time, in microseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// The wall clock.
    package static func now() -> Timestamp {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// `20251112_120000_123`, UTC: the specification's `YYYYMMDD_HHMMSS` with milliseconds.
    package var compact: String {
        let f = fields
        return
            "\(padded(f.year, 4))\(padded(f.month))\(padded(f.day))"
            + "_\(padded(f.hour))\(padded(f.minute))\(padded(f.second))"
            + "_\(padded(microsecondOfSecond / 1000, 3))"
    }

    /// `2025-11-12T12:00:00.123456Z`.
    package var iso8601: String {
        let f = fields
        return
            "\(padded(f.year, 4))-\(padded(f.month))-\(padded(f.day))"
            + "T\(padded(f.hour)):\(padded(f.minute)):\(padded(f.second))"
            + ".\(padded(microsecondOfSecond, 6))Z"
    }

    private var fields: (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        var seconds = time_t(secondsFloored)
        var broken = unsafe tm()
        unsafe gmtime_r(&seconds, &broken)
        return unsafe (
            Int(broken.tm_year) + 1900, Int(broken.tm_mon) + 1, Int(broken.tm_mday), Int(broken.tm_hour),
            Int(broken.tm_min), Int(broken.tm_sec)
        )
    }

    /// Whole seconds since 1970, rounded down, so that times before 1970 print right; safe for every value.
    private var secondsFloored: Int64 {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    private var microsecondOfSecond: Int {
        let remainder = Int(microseconds % 1_000_000)
        return remainder < 0 ? remainder + 1_000_000 : remainder
    }

    private func padded(_ value: Int, _ width: Int = 2) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
