public import Glibc

/// A reading of the monotonic clock, in nanoseconds. Only differences mean something.
public struct MonotonicTime: Hashable, Comparable, Sendable {
    /// Since some moment in the past.
    public var nanoseconds: Int64

    /// A reading taken elsewhere.
    @inlinable
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// About 25 ns: read through the vDSO, no system call.
    @inlinable
    public static func now() -> MonotonicTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
    }

    /// Whether one reading is before another.
    @inlinable
    public static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// Nanoseconds from one reading to another.
    @inlinable
    public static func - (left: MonotonicTime, right: MonotonicTime) -> Int64 {
        left.nanoseconds &- right.nanoseconds
    }

    /// Later by `nanoseconds`; far in the future instead of overflowing.
    @inlinable
    public func advanced(byNanoseconds nanoseconds: Int64) -> MonotonicTime {
        let (sum, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
        return MonotonicTime(nanoseconds: overflow ? .max : sum)
    }
}
