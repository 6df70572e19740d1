import HearthKernels
import HearthModel

/// How far the value of a sum that BLAS makes may lie from the same sum made left to right.
///
/// Two orders of adding n products differ by at most `(n + 2) 2^-53 (sum |x w| + |b|)` (SKLEARN.md 4.3). A link makes
/// no more of it than its slope, and its own rounding comes on top. What stages before the sum may be off
/// (``StageSlack``) is carried through it.
struct SumBound {
    /// Per row, per value of the sums: the bound of the decision. nil when the estimator is no sum that is known here.
    private var decisions: [[Double]]?
    private var link: Link?
    private var classCount: Int

    init(_ definition: ModelDefinition?, rows: [Double]) {
        (decisions, link, classCount) = (nil, nil, 0)
        guard let definition, let staged = StageSlack(rows, definition) else { return }
        switch definition.estimator {
        case .linear(let model):
            link = model.link
            if case .classification(let labels) = model.task { classCount = labels.count }
            decisions = staged.mapRows { row, slack in
                zip(model.coefficients, model.intercepts).map { weights, intercept in
                    let size = zip(row, weights).reduce(abs(intercept)) { $0 + abs($1.0 * $1.1) }
                    let carried = zip(slack, weights).reduce(0) { $0 + abs($1.0 * $1.1) }
                    return Double(weights.count + 2) * 0x1p-53 * size + carried
                }
            }
        case .identity where staged.isOff:
            decisions = staged.mapRows { _, slack in Array(slack) }
        case .identity, .treeEnsemble, .zScore, .combination, .kernelMachine, .localOutlierFactor: return
        }
    }

    /// The largest difference that is allowed for a value of an output.
    ///
    /// - Parameter isFloat32: the value is single precision, and so are the sums behind it.
    func allowed(_ output: String, row: Int, column: Int, expected: Double, isFloat32: Bool) -> Double {
        allowed(output, row: row, column: column, expected: expected) * (isFloat32 ? 0x1p29 : 1)
    }

    private func allowed(_ output: String, row: Int, column: Int, expected: Double) -> Double {
        guard let decisions, row < decisions.count, let largest = decisions[row].max() else {
            // Sums within the rules of other models, or of distances: their bounds are not carried through. 1e-13 is
            // three times what was seen (SKLEARN.md 4.1).
            return 1e-13 * max(1, abs(expected))
        }
        guard output != "predict_proba" else {
            // Probabilities are at most 1: the exponentials, their sum and the quotient round to units of 2^-53.
            return slope(row) * largest + Double(classCount + 8) * 0x1p-53
        }
        let decision = column < decisions[row].count ? decisions[row][column] : largest
        // The slope of the exponential is its value; glibc's is right to a unit in the last place.
        if link == .exponential { return (1.001 * decision + 0x1p-52) * abs(expected) }
        return decision
    }

    /// How much a difference in the sums can make in the probabilities.
    private func slope(_ row: Int) -> Double {
        // One against the rest divides by the sum of the sigmoids, which is nearly 0 at worst where all are: observed
        // sums are 1 and more, as one class at least is likely.
        if case .sigmoid = link, classCount > 2 { return Double(classCount) }
        return 1
    }
}

extension ModelDefinition {
    /// Whether answers go through sums that BLAS makes in an order of its own, so that their last bits are nobody's:
    /// those of a linear model, here or in a model that is asked.
    var goesThroughSums: Bool {
        if case .linear(let model) = estimator, model.accumulator == .float64 { return true }
        return stages.contains { stage in
            guard case .estimates(let estimates) = stage else { return false }
            return estimates.members.contains { $0.model.goesThroughSums }
        }
    }
}
