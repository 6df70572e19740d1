/// How a worker waits for its next event.
///
/// Waking a sleeping processor costs 30-40 us on virtual machines, three times a whole call; polling instead costs a
/// processor. The policy says when to poll, and for how long, before sleeping.
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
