/// How a caller waits for its answer. Waking a sleeping processor costs tens of microseconds, several times the whole
/// call; polling costs a processor.
public enum WaitPolicy: Sendable, Hashable, CustomStringConvertible {
    /// Sleeps in the kernel until the answer is there.
    case block
    /// Polls so many microseconds, then sleeps.
    case spin(microseconds: Int)
    /// Polls up to 50 us, only while recent answers came that fast and a processor is left for the server; else sleeps.
    case adaptive

    /// Reads `block`, `spin:50` or `adaptive`; nil for anything else.
    public init?(_ text: String) {
        switch text {
        case "block": self = .block
        case "adaptive": self = .adaptive
        case "spin": self = .spin(microseconds: 50)
        default:
            guard text.hasPrefix("spin:"), let microseconds = Int(text.dropFirst(5)), (1...1_000_000) ~= microseconds
            else { return nil }
            self = .spin(microseconds: microseconds)
        }
    }

    /// What ``init(_:)`` reads.
    public var description: String {
        switch self {
        case .block: "block"
        case .spin(let microseconds): "spin:\(microseconds)"
        case .adaptive: "adaptive"
        }
    }
}
