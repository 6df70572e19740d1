import HearthCore

/// When a lost connection is tried again: after 1, 2 and 4 seconds (R76) and then every 2, up to a quarter less, so
/// that the servers of a machine do not all come at once, and each is back within three seconds of its database (R74).
struct ReconnectSchedule {
    private static let delaySeconds: [Int64] = [1, 2, 4, 2]

    private var failureCount = 0
    private var nextAttempt = MonotonicTime(nanoseconds: .min)

    /// Whether another attempt may be made now.
    func isDue(at now: MonotonicTime) -> Bool { now >= nextAttempt }

    /// An attempt failed at `now`.
    mutating func failed(at now: MonotonicTime) {
        let delay = Self.delaySeconds[min(failureCount, Self.delaySeconds.count - 1)] * 1_000_000_000
        nextAttempt = now.advanced(byNanoseconds: delay + Int64.random(in: -delay / 4...0))
        failureCount += 1
    }

    /// An attempt succeeded: the next loss is followed by an attempt at once.
    mutating func succeeded() {
        self = ReconnectSchedule()
    }
}
