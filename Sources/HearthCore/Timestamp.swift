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
        return "\(f.year)\(padded(f.month))\(padded(f.day))_\(padded(f.hour))\(padded(f.minute))\(padded(f.second))"
            + "_\(padded(Int((microseconds / 1000) %% 1000), 3))"
    }

    /// `2025-11-12T12:00:00.123456Z`.
    package var iso8601: String {
        let f = fields
        return "\(f.year)-\(padded(f.month))-\(padded(f.day))T\(padded(f.hour)):\(padded(f.minute)):\(padded(f.second))"
            + ".\(padded(Int(microseconds %% 1_000_000), 6))Z"
    }

    private var fields: (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        var seconds = time_t((microseconds - microseconds %% 1_000_000) / 1_000_000)
        var broken = unsafe tm()
        unsafe gmtime_r(&seconds, &broken)
        return unsafe (
            Int(broken.tm_year) + 1900, Int(broken.tm_mon) + 1, Int(broken.tm_mday), Int(broken.tm_hour),
            Int(broken.tm_min), Int(broken.tm_sec)
        )
    }

    private func padded(_ value: Int, _ width: Int = 2) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

infix operator %% : MultiplicationPrecedence

/// The remainder that is never negative, so that times before 1970 print right.
private func %% (value: Int64, modulus: Int64) -> Int64 {
    let remainder = value % modulus
    return remainder < 0 ? remainder + modulus : remainder
}
