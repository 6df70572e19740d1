import Glibc

/// A point on the monotonic clock until which a call may take.
package struct Deadline: Sendable {
    package let nanoseconds: UInt64
    /// When the present attempt began: polling counts from here, which saves a look at the clock.
    package private(set) var attemptBegan: UInt64
    /// What the caller gave, for the error.
    package let timeout: Duration

    /// `timeout` from now; no more than a day.
    package init(after timeout: Duration) {
        self.timeout = timeout
        let (seconds, attoseconds) = timeout.components
        let bounded = UInt64(min(max(seconds, 0), 86_400)) * 1_000_000_000
        attemptBegan = Self.now()
        nanoseconds = attemptBegan + bounded + UInt64(max(attoseconds, 0)) / 1_000_000_000
    }

    /// Nanoseconds left; 0 when it has passed.
    package var remaining: UInt64 {
        let now = Self.now()
        return nanoseconds > now ? nanoseconds - now : 0
    }

    /// Nanoseconds that were left when the attempt began.
    @inline(__always)
    package var remainingAtAttempt: UInt64 { nanoseconds > attemptBegan ? nanoseconds - attemptBegan : 0 }

    /// The same deadline for another attempt, which begins now.
    package mutating func beginAttempt() {
        attemptBegan = Self.now()
    }

    /// The monotonic clock in nanoseconds.
    @inline(__always)
    package static func now() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
