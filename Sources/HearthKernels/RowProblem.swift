/// The first value that a model refuses, as scikit-learn's input check would: found before the row is computed.
package struct RowProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with the value.
    package enum Kind: Sendable, Equatable {
        /// NaN, and the model was trained without missing values.
        case missing
        /// Infinite, or infinite after a stage.
        case infinite
        /// Finite, but infinite when rounded to the float32 that the trees compare.
        case tooLargeForFloat32
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
        }
    }
}
