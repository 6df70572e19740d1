/// How exactly an output must be what the library gave: the words of the corpus.
package enum Rounding: String, Sendable, Hashable {
    /// Class labels, or ±1.
    case label
    /// A fixed sequence of IEEE-754 operations.
    case exact
    /// The same with `exp`, `log` or `pow` of the C library.
    case libm
    /// Through a sum that BLAS makes, in an order of its own.
    case blas
    /// Single precision.
    case f32

    /// Whether every bit must be equal.
    package var isBitForBit: Bool { self != .blas }
}

/// A value that is not what it must be.
package struct Mismatch: Sendable, Equatable, CustomStringConvertible {
    package var row: Int
    package var column: Int
    package var expected: ArrayCell
    package var found: ArrayCell

    package var description: String { "row \(row), column \(column): expected \(expected), found \(found)" }
}

/// One output held against what the library gave for the same rows.
package struct ArrayComparison: Sendable, Equatable {
    /// The output, e.g. `predict_proba`.
    package var output: String
    package var rounding: Rounding
    /// Values compared.
    package var valueCount: Int
    /// Values with the same bits.
    package var equalCount = 0
    /// The largest difference of two numbers; infinite when one is a number and the other is not.
    package var differenceMax = 0.0
    /// The same in units in the last place.
    package var ulpMax: UInt64 = 0
    /// Values beyond what is allowed.
    package var mismatchCount = 0
    /// The first of them.
    package var mismatches: [Mismatch] = []
    /// Why a difference is expected all the same; nil when it is not.
    package var exception: String?

    /// The most mismatches that are kept per array.
    package static let mismatchCountMax = 5

    /// Every value has the same bits.
    package var isExact: Bool { equalCount == valueCount && mismatchCount == 0 }

    /// Every value is as it must be, or as near as its sums allow.
    package var isAccepted: Bool { mismatchCount == 0 }

    /// An output that the model does not have, or has in another shape.
    package init(output: String, rounding: Rounding, missing message: String, valueCount: Int) {
        self.output = output
        self.rounding = rounding
        self.valueCount = valueCount
        differenceMax = .infinity
        mismatchCount = max(1, valueCount)
        mismatches = [Mismatch(row: 0, column: 0, expected: .text("values"), found: .text(message))]
    }

    /// Compares value by value.
    ///
    /// - Parameters:
    ///   - found: as many cells as `expected` has.
    ///   - bound: the largest difference that is allowed for a value, by row and column; 0 asks for equal bits.
    package init(
        output: String, rounding: Rounding, found: [ArrayCell], expected: ExpectedArray,
        bound: (_ row: Int, _ column: Int, _ expected: Double) -> Double
    ) {
        self.output = output
        self.rounding = rounding
        valueCount = expected.cells.count
        let width = max(expected.width, 1)
        for (index, pair) in zip(found, expected.cells).enumerated() {
            if pair.0.isEqualBitForBit(pair.1) {
                equalCount += 1
                continue
            }
            let (row, column) = (index / width, index % width)
            let difference = Self.difference(pair.0, pair.1)
            differenceMax = max(differenceMax, difference)
            ulpMax = max(ulpMax, Self.ulps(pair.0, pair.1, isFloat32: expected.isFloat32))
            var allowed = 0.0
            if case .number(let value) = pair.1 { allowed = bound(row, column, value) }
            guard allowed > 0, difference <= allowed else {
                mismatchCount += 1
                if mismatches.count < Self.mismatchCountMax {
                    mismatches.append(Mismatch(row: row, column: column, expected: pair.1, found: pair.0))
                }
                continue
            }
        }
    }

    private static func difference(_ left: ArrayCell, _ right: ArrayCell) -> Double {
        guard case .number(let left) = left, case .number(let right) = right else { return .infinity }
        let difference = abs(left - right)
        return difference.isNaN ? .infinity : difference
    }

    private static func ulps(_ left: ArrayCell, _ right: ArrayCell, isFloat32: Bool) -> UInt64 {
        guard case .number(let left) = left, case .number(let right) = right, !left.isNaN, !right.isNaN else {
            return .max
        }
        let (low, high) =
            isFloat32
            ? (ordered(Float(left)), ordered(Float(right))) : (ordered(left), ordered(right))
        return UInt64(clamping: (low - high).magnitude)
    }

    /// Neighbouring numbers become neighbouring integers.
    private static func ordered(_ value: Double) -> Int128 {
        let bits = Int128(Int64(bitPattern: value.bitPattern))
        return bits < 0 ? Int128(Int64.min) - bits : bits
    }

    private static func ordered(_ value: Float) -> Int128 {
        let bits = Int128(Int32(bitPattern: value.bitPattern))
        return bits < 0 ? Int128(Int32.min) - bits : bits
    }
}
