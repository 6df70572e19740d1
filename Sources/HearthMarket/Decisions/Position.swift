/// What a strategy holds, and what a decision wants: the sign of the position.
package enum Position: Int, Sendable, CaseIterable, CustomStringConvertible {
    case short = -1
    case flat = 0
    case long = 1

    /// `short`, `flat` or `long`, as in signal logs.
    package var description: String {
        switch self {
        case .short: "short"
        case .flat: "flat"
        case .long: "long"
        }
    }

    /// Reads what ``description`` writes.
    package init?(_ text: String) {
        guard let position = Self.allCases.first(where: { $0.description == text }) else { return nil }
        self = position
    }
}
