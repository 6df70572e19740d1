/// Decides how long to poll before sleeping, from how the polls before went. It measures nothing itself.
struct SpinGauge: Sendable {
    /// What the adaptive policy polls at most: an answer that takes longer is better slept for.
    static let adaptiveNanoseconds: UInt64 = 50_000
    /// Without credit every so manieth wait polls all the same, or a fast server would never be noticed: an answer that
    /// is slept for seems slow because of the wake-up.
    static let probeInterval = 16
    private static let creditMax = 8

    private let policy: WaitPolicy
    private let hasSpareProcessor: Bool
    private var credit = 2
    private var waitsSinceProbe = 0

    init(_ policy: WaitPolicy, processorCount: Int) {
        self.policy = policy
        hasSpareProcessor = processorCount > 1
    }

    /// Nanoseconds to poll in the wait that begins now; 0 to sleep at once.
    mutating func pollNanoseconds() -> UInt64 {
        switch policy {
        case .block: return 0
        case .spin(let microseconds): return UInt64(max(0, microseconds)) * 1000
        case .adaptive:
            guard hasSpareProcessor else { return 0 }
            if credit > 0 { return Self.adaptiveNanoseconds }
            waitsSinceProbe += 1
            guard waitsSinceProbe >= Self.probeInterval else { return 0 }
            waitsSinceProbe = 0
            return Self.adaptiveNanoseconds
        }
    }

    /// The poll ended: with an answer, or in vain.
    mutating func polled(answered: Bool) {
        credit = answered ? min(credit + 1, Self.creditMax) : max(credit - 2, 0)
    }
}
