package import HearthKernels
package import HearthModel

/// Holds what a model answered against expected arrays, output by output.
package struct ModelVerifier {
    private let answers: [ModelAnswer]
    private let rowCount: Int
    private let bound: SumBound
    /// Whether the model's values are sums that BLAS makes in an order of its own.
    private let isSum: Bool

    /// Asks `model` for `rows`.
    ///
    /// - Parameter definition: what the model is; nil when that is not known, as of a version that was trained here.
    /// - Throws: ``VerifyError`` for rows that do not fit the model, or that it refuses.
    package init(
        _ model: ServableModel, definition: ModelDefinition?, rows: ExpectedArray
    ) throws(VerifyError) {
        answers = try model.answers(to: rows)
        rowCount = rows.rowCount
        bound = SumBound(definition, rows: try InputRows.encoded(rows, for: model))
        isSum = definition?.goesThroughSums ?? false
    }

    /// The answers of a served model, without a definition: bits must be equal unless the file says otherwise.
    package init(answers: [ModelAnswer], rows: ExpectedArray) {
        self.answers = answers
        rowCount = rows.rowCount
        bound = SumBound(nil, rows: [])
        isSum = false
    }

    /// Compares one output.
    ///
    /// - Parameter tolerance: a difference that is allowed whatever the rounding; 0 for none.
    package func compare(_ expected: CorpusCase.Output, tolerance: Double = 0) -> ArrayComparison {
        compare(expected, exception: nil, tolerance: tolerance)
    }

    func compare(
        _ expected: CorpusCase.Output, exception: KnownException?, tolerance: Double = 0
    ) -> ArrayComparison {
        let rounding = expected.rounding ?? (isSum ? .blas : .exact)
        let valueCount = expected.arrays.reduce(0) { $0 + $1.cells.count }
        guard let answer = answer(to: expected) else {
            let names = answers.map(\.name).joined(separator: ", ")
            return ArrayComparison(
                output: expected.name, rounding: rounding, missing: "no such output; the model has \(names)",
                valueCount: valueCount)
        }
        let whole = Self.joined(expected.arrays)
        guard whole.rowCount == rowCount, whole.width == answer.width, answer.cells.count == whole.cells.count else {
            return ArrayComparison(
                output: expected.name, rounding: rounding,
                missing: "\(rowCount) rows of \(answer.width) where \(whole.rowCount) rows of \(whole.width) are",
                valueCount: valueCount)
        }
        var plain = comparison(answer, whole, rounding) { row, column, value in
            max(
                tolerance,
                rounding.isBitForBit
                    ? 0
                    : bound.allowed(
                        expected.name, row: row, column: column, expected: value, isFloat32: whole.isFloat32))
        }
        guard let exception, !plain.isAccepted else { return plain }
        let excused = comparison(answer, whole, rounding) { _, _, value in exception.allowed(value) }
        guard excused.isAccepted else { return plain }
        plain = excused
        plain.exception = exception.reason
        return plain
    }

    /// The output of that name; of a model with several targets, `predict_proba_0` and so on beside each other.
    private func answer(to expected: CorpusCase.Output) -> ModelAnswer? {
        if let answer = answers.first(where: { $0.name == expected.name }) { return answer }
        let parts = expected.arrays.indices.compactMap { target in
            answers.first { $0.name == "\(expected.name)_\(target)" }
        }
        guard parts.count == expected.arrays.count, parts.allSatisfy({ $0.cells.count == rowCount * $0.width }) else {
            return nil
        }
        let joined = Self.joined(parts.map { ExpectedArray(shape: [rowCount, $0.width], cells: $0.cells) })
        return ModelAnswer(name: expected.name, width: joined.width, cells: joined.cells)
    }

    private func comparison(
        _ answer: ModelAnswer, _ expected: ExpectedArray, _ rounding: Rounding,
        _ bound: (Int, Int, Double) -> Double
    ) -> ArrayComparison {
        ArrayComparison(
            output: answer.name, rounding: rounding, found: answer.cells, expected: expected, bound: bound)
    }

    /// The arrays of a model with several targets beside each other: row by row the first, the second, ….
    static func joined(_ arrays: [ExpectedArray]) -> ExpectedArray {
        guard arrays.count > 1, let rowCount = arrays.first?.rowCount, rowCount > 0,
            arrays.allSatisfy({ $0.rowCount == rowCount && $0.cells.count == rowCount * $0.width })
        else { return arrays.first ?? ExpectedArray(shape: [0], cells: []) }
        let width = arrays.reduce(0) { $0 + $1.width }
        var cells: [ArrayCell] = []
        cells.reserveCapacity(rowCount * width)
        for row in 0..<rowCount {
            for array in arrays { cells += array.cells[row * array.width..<(row + 1) * array.width] }
        }
        return ExpectedArray(
            shape: [rowCount, width], cells: cells, isFloat32: arrays.allSatisfy(\.isFloat32))
    }
}
