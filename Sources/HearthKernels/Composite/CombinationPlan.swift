import HearthModel

/// A combination's rule as numbers: which one, its whole numbers and its parameters where they lie.
@safe
struct CombinationPlan {
    /// ``CombinationShape/Kind`` by its code: comparing an enum of another target is a call.
    enum Kind: UInt8 {
        case mean, votes, weightedMedian, discreteBoost, realBoost, calibration, temperatureOfDecision
        case temperatureOfProbabilities, oneVersusRest, boostedStart
    }

    let kind: Kind
    /// ``CombinationShape/numbers``.
    let numbers: UnsafePointer<Int>
    let classCount: Int

    init(_ shape: CombinationShape, numbers: UnsafePointer<Int>) {
        kind =
            switch shape.kind {
            case .mean: .mean
            case .votes: .votes
            case .weightedMedian: .weightedMedian
            case .discreteBoost: .discreteBoost
            case .realBoost: .realBoost
            case .calibration: .calibration
            case .temperatureOfDecision: .temperatureOfDecision
            case .temperatureOfProbabilities: .temperatureOfProbabilities
            case .oneVersusRest: .oneVersusRest
            case .boostedStart: .boostedStart
            }
        unsafe self.numbers = numbers
        classCount = shape.output.classCount
    }
}
