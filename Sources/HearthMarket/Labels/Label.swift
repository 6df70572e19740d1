/// What came of a bar: which way the price went, when that was decided, and by how much.
///
/// Defined in <doc:Labels>.
package struct Label: Sendable, Equatable {
    /// The class; the raw value is its number in a model of three classes.
    package enum Direction: Int, Sendable, CaseIterable, CustomStringConvertible {
        case down = 0
        case neutral = 1
        case up = 2

        /// `down`, `neutral` or `up`.
        package var description: String {
            switch self {
            case .down: "down"
            case .neutral: "neutral"
            case .up: "up"
            }
        }
    }

    package var direction: Direction
    /// The bar in which the label was decided: it depends on no bar after it.
    package var touchIndex: Int
    /// From the entry to the touched barrier or the last close: exit / entry - 1.
    package var outcome: Double

    package init(direction: Direction, touchIndex: Int, outcome: Double) {
        self.direction = direction
        self.touchIndex = touchIndex
        self.outcome = outcome
    }

    /// The class of a model of two, whose second column is P(up): 1 for up, 0 for neutral and down.
    package var binaryClass: Int { direction == .up ? 1 : 0 }
}
