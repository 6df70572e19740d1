/// Checks of parameters that all learners share: each says what was found and what is expected.
enum ParameterCheck {
    /// Throws ``TrainingError`` unless `range` contains `value`.
    static func whole(
        _ name: String, _ value: Int, in range: ClosedRange<Int>
    ) throws(TrainingError) {
        guard range.contains(value) else {
            throw TrainingError(
                .badParameter, "\(name) is \(value), expected \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// Throws ``TrainingError`` unless `value` is more than 0 and at most 1.
    static func share(_ name: String, _ value: Double) throws(TrainingError) {
        guard value > 0, value <= 1 else {
            throw TrainingError(.badParameter, "\(name) is \(value), expected more than 0 and at most 1")
        }
    }

    /// Throws ``TrainingError`` unless `value` is finite and at least 0 (or more than 0).
    static func atLeastZero(
        _ name: String, _ value: Double, isZeroAllowed: Bool = true
    ) throws(TrainingError) {
        // libxgboost keeps its parameters in single precision.
        guard value.isFinite, Float(value).isFinite, isZeroAllowed ? value >= 0 : value > 0 else {
            throw TrainingError(
                .badParameter, "\(name) is \(value), expected a number \(isZeroAllowed ? "from 0 on" : "above 0")")
        }
    }

    /// Throws ``TrainingError`` for a seed that libxgboost would cut.
    static func seed(_ seed: UInt64) throws(TrainingError) {
        guard seed <= UInt64(Int32.max) else {
            throw TrainingError(.badParameter, "the seed is \(seed), expected 0 to \(Int32.max)")
        }
    }
}
