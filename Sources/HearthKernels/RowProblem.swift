import HearthModel

/// The first value that a model refuses, as scikit-learn's input check would: found before the row is computed.
package struct RowProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with the value.
    package enum Kind: Sendable, Equatable, BitwiseCopyable {
        /// NaN, and the model was trained without missing values.
        case missing
        /// Infinite, or infinite after a stage.
        case infinite
        /// Finite, but infinite when rounded to the float32 that the trees compare.
        case tooLargeForFloat32
        /// No category of an encoder that refuses others; the value as the row has it (see `Vocabulary`).
        case unknownCategory(Double)
    }

    /// Row of the request.
    package var row: Int
    /// Column of the request.
    package var column: Int
    package var kind: Kind

    package init(row: Int, column: Int, kind: Kind) {
        self.row = row
        self.column = column
        self.kind = kind
    }

    package var description: String {
        switch kind {
        case .missing:
            "row \(row), column \(column): NaN found, a number expected; the model has no rule for missing values"
        case .infinite: "row \(row), column \(column): an infinite value found, a finite number expected"
        case .tooLargeForFloat32:
            "row \(row), column \(column): a value too large for float32 found, at most 3.4028235e38 in size expected"
        case .unknownCategory(let value):
            "row \(row), column \(column): \(Self.name(of: value)) found, a category that was seen in training "
                + "expected; the model was trained with handle_unknown='error'"
        }
    }

    private static func name(of value: Double) -> String {
        switch value {
        case Vocabulary.unknown: "a text that was not seen (or -1)"
        case Vocabulary.none: "None (or -2)"
        default: value.isNaN ? "a missing value" : "\(value)"
        }
    }
}
