import HearthModel

/// How far the value of a sum that BLAS makes may lie from the same sum made left to right.
///
/// Two orders of adding n products differ by at most `(n + 2) 2^-53 (sum |x w| + |b|)` (SKLEARN.md 4.3). A link makes no
/// more of it than its slope, and its own rounding comes on top.
struct SumBound {
    /// Per row, per output of the sums: the bound of the decision. nil when the estimator is no sum that is known here.
    private let decisions: [[Double]]?
    private let link: Link?
    private let classCount: Int

    init(_ definition: ModelDefinition?, rows: [Double]) {
        guard let definition, case .linear(let model) = definition.estimator else {
            (decisions, link, classCount) = (nil, nil, 0)
            return
        }
        link = model.link
        if case .classification(let labels) = model.task { classCount = labels.count } else { classCount = 0 }
        let columnCount = definition.signature.columnCount
        var bounds: [[Double]] = []
        for start in stride(from: 0, to: rows.count, by: columnCount) {
            guard let row = Self.prepared(Array(rows[start..<start + columnCount]), definition.stages) else {
                decisions = nil
                return
            }
            bounds.append(
                zip(model.coefficients, model.intercepts).map { weights, intercept in
                    let size = zip(row, weights).reduce(abs(intercept)) { $0 + abs($1.0 * $1.1) }
                    return Double(weights.count + 2) * 0x1p-53 * size
                })
        }
        decisions = bounds
    }

    /// The largest difference that is allowed for a value of an output.
    func allowed(_ output: String, row: Int, column: Int, expected: Double) -> Double {
        guard let decisions, row < decisions.count, let largest = decisions[row].max() else {
            // No sum that is taken apart here: 32 units in the last place, what distances by BLAS were seen to differ
            // (SKLEARN.md 4.1).
            return 32 * 0x1p-52 * max(1, abs(expected))
        }
        guard output != "predict_proba" else {
            // Probabilities are at most 1: the exponentials, their sum and the quotient round to units of 2^-53.
            return slope(row) * largest + Double(classCount + 8) * 0x1p-53
        }
        return column < decisions[row].count ? decisions[row][column] : largest
    }

    /// How much a difference in the sums can make in the probabilities.
    private func slope(_ row: Int) -> Double {
        // One against the rest divides by the sum of the sigmoids, which is nearly 0 at worst where all are: observed
        // sums are 1 and more, as one class at least is likely.
        if case .sigmoid = link, classCount > 2 { return Double(classCount) }
        return 1
    }

    /// The row behind the stages, as the estimator sees it; nil for stages that are not followed here.
    private static func prepared(_ row: [Double], _ stages: [Stage]) -> [Double]? {
        var row = row
        for stage in stages {
            switch stage {
            case .impute(let imputer):
                let marks = imputer.indicatorColumns.map { $0 < row.count && row[$0].isNaN ? 1.0 : 0 }
                row =
                    zip(row, imputer.statistics).filter { !$0.1.isNaN }.map { $0.0.isNaN ? $0.1 : $0.0 } + marks
            case .scale(let scaler): row = scaled(row, scaler)
            default: return nil
            }
        }
        return row
    }

    private static func scaled(_ row: [Double], _ scaler: Scaler) -> [Double] {
        switch scaler.form {
        case .subtractThenDivide(let offset, let scale):
            return row.indices.map { (row[$0] - (offset?[$0] ?? 0)) / (scale?[$0] ?? 1) }
        case .multiplyThenAdd(let scale, let offset, let clip):
            return row.indices.map { place in
                let value = row[place] * scale[place] + offset[place]
                return clip.map { min(max(value, $0.lowerBound), $0.upperBound) } ?? value
            }
        }
    }
}
