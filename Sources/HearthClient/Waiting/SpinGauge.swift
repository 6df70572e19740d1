/// Decides how long to poll before sleeping, from how the polls before went. It measures nothing itself.
struct SpinGauge: Sendable {
    /// What the adaptive policy polls at most: an answer that takes longer is better slept for.
    static let adaptiveNanoseconds: UInt64 = 50_000
    /// Without credit every so manieth wait polls all the same, or a fast server would never be noticed: an answer that
    /// is slept for seems slow because of the wake-up.
    static let probeInterval = 16
    private static let creditMax = 8

    private let policy: WaitPolicy
    private let processorCount: Int
    private var credit = 2
    private var waitsSinceProbe = 0

    init(_ policy: WaitPolicy, processorCount: Int) {
        self.policy = policy
        self.processorCount = processorCount
    }

    /// Whether it must be told how many wait.
    var countsWaiters: Bool { policy == .adaptive }

    /// Nanoseconds to poll in the wait that begins now; 0 to sleep at once.
    ///
    /// `waiterCount` callers of this process wait now, this one included. Unless a processor is left for the server,
    /// nobody polls: who polls is answered first, so among many callers a few would get most of the answers (max/min
    /// calls per client 6.4 with 64 threads on two busy processors, 1.3 when all sleep).
    mutating func pollNanoseconds(waiterCount: Int = 1) -> UInt64 {
        switch policy {
        case .block: return 0
        case .spin(let microseconds): return UInt64(max(0, microseconds)) * 1000
        case .adaptive:
            guard waiterCount < processorCount else { return 0 }
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
