/// How a worker waits for its next event.
///
/// Waking a sleeping processor costs 30-40 us on virtual machines, three times a whole call; polling instead costs a processor. The
/// policy says when to poll, and for how long, before sleeping.
package enum LoopWaitPolicy: Sendable, Equatable, CustomStringConvertible {
    /// Sleep at once.
    case block
    /// Poll for so many microseconds after every event, then sleep.
    case spin(microseconds: Int)
    /// Poll only while recent waits have ended within the poll time, and while a processor is free for it.
    case adaptive

    /// How long `adaptive` polls at the most.
    package static let adaptiveMicroseconds = 50

    /// Reads `block`, `adaptive` or `spin:<us>`; nil for anything else.
    package init?(text: String) {
        switch text {
        case "block": self = .block
        case "adaptive": self = .adaptive
        default:
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0] == "spin", let microseconds = Int(parts[1]),
                (1...1_000_000).contains(microseconds)
            else { return nil }
            self = .spin(microseconds: microseconds)
        }
    }

    package var description: String {
        switch self {
        case .block: "block"
        case .spin(let microseconds): "spin:\(microseconds)"
        case .adaptive: "adaptive"
        }
    }
}

/// Decides, wait by wait, how long to poll. Performs nothing itself.
///
/// For `adaptive` it keeps a credit: a wait that ended within the poll time earns, one that did not costs. Traffic that comes
/// faster than the poll time keeps the credit up and the worker awake; slower traffic, or none, lets it sleep.
package struct WaitState: Sendable {
    private static let creditMax = 16
    /// Polling starts here again after a quiet time.
    private static let creditToPoll = 4
    private static let costOfFailure = 4

    private let policy: LoopWaitPolicy
    private var credit = 0

    package init(_ policy: LoopWaitPolicy) {
        self.policy = policy
    }

    /// Nanoseconds to poll before sleeping; 0 to sleep at once.
    package var pollNanoseconds: Int64 {
        switch policy {
        case .block: 0
        case .spin(let microseconds): Int64(microseconds) * 1000
        case .adaptive: credit >= Self.creditToPoll ? Int64(LoopWaitPolicy.adaptiveMicroseconds) * 1000 : 0
        }
    }

    /// A wait ended with an event after so long, asleep or polling.
    package mutating func arrived(afterNanoseconds nanoseconds: Int64) {
        if nanoseconds <= Int64(LoopWaitPolicy.adaptiveMicroseconds) * 1000 {
            credit = min(Self.creditMax, credit + 1)
        } else {
            credit = max(0, credit - Self.costOfFailure)
        }
    }

    /// Polling found nothing in its time, or another thread wanted the processor.
    package mutating func polledInVain() {
        credit = max(0, credit - Self.costOfFailure)
    }
}
