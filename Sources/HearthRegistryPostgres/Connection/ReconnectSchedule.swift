import HearthCore

/// When a lost connection is tried again: 1, 2 and then every 4 seconds (R76), a quarter more or less, so that the
/// servers of a machine do not all come at once.
struct ReconnectSchedule {
    private static let delaySeconds: [Int64] = [1, 2, 4]

    private var failureCount = 0
    private var nextAttempt = MonotonicTime(nanoseconds: .min)

    /// Whether another attempt may be made now.
    func isDue(at now: MonotonicTime) -> Bool { now >= nextAttempt }

    /// An attempt failed at `now`.
    mutating func failed(at now: MonotonicTime) {
        let delay = Self.delaySeconds[min(failureCount, Self.delaySeconds.count - 1)] * 1_000_000_000
        nextAttempt = now.advanced(byNanoseconds: delay + Int64.random(in: -delay / 4...delay / 4))
        failureCount += 1
    }

    /// An attempt succeeded: the next loss is followed by an attempt at once.
    mutating func succeeded() {
        self = ReconnectSchedule()
    }
}
