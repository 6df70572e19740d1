/// What a packed model is, without its large arrays: the decoded form of section `DESC`.
package struct ModelDescriptor: Sendable, Equatable {
    package var signature: InputSignature
    package var stages: [StageShape]
    package var estimator: EstimatorShape
    package var threshold: Double?

    /// Doubles of section `PARM`: those of the stages in order, then those of the estimator.
    package var parameterCount: Int {
        stages.reduce(estimator.parameterCount) { $0 + $1.parameterCount }
    }
}

/// A stage without its parameters, which lie in section `PARM`.
package enum StageShape: Sendable, Equatable {
    /// Parameters: a statistic per input column, those with NaN are dropped; then what stands for a missing value in
    /// each, when that is not NaN.
    case impute(inputCount: Int, outputCount: Int, indicatorColumns: [Int], hasMissing: Bool)
    /// Parameters: the offsets if there are any, then the scales if there are any.
    case subtractThenDivide(count: Int, hasOffset: Bool, hasScale: Bool)
    /// Parameters: the scales, then the offsets.
    case multiplyThenAdd(count: Int, clip: ClosedRange<Double>?)
    /// No parameters.
    case markMissing(inputCount: Int, MissingMarker)
    /// Parameters: those of the branches in order.
    case columns(inputCount: Int, [BranchShape])
    /// Parameters: see ``EncoderShape``.
    case encode(EncoderShape)
    /// Parameters: class values of the members' answers. Section `CHLD`.
    case estimates(EstimatesShape)
    /// No parameters.
    case polynomial(PolynomialFeatures)
    case project(ProjectionShape)

    package var parameterCount: Int {
        switch self {
        case .impute(let inputCount, _, _, let hasMissing): inputCount * (hasMissing ? 2 : 1)
        case .columns(_, let branches): branches.reduce(0) { $0 + $1.parameterCount }
        case .encode(let shape): shape.parameterCount
        case .subtractThenDivide(let count, let hasOffset, let hasScale):
            (hasOffset ? count : 0) + (hasScale ? count : 0)
        case .multiplyThenAdd(let count, _): 2 * count
        case .markMissing, .polynomial: 0
        case .project(let shape): shape.parameterCount
        case .estimates(let shape): shape.parameterCount
        }
    }

    package var inputCount: Int {
        switch self {
        case .impute(let inputCount, _, _, _), .markMissing(let inputCount, _), .columns(let inputCount, _): inputCount
        case .encode(let shape): shape.columns.count
        case .polynomial(let features): features.inputCount
        case .project(let shape): shape.inputCount
        case .subtractThenDivide(let count, _, _), .multiplyThenAdd(let count, _): count
        case .estimates(let shape): shape.inputCount
        }
    }

    package var outputCount: Int {
        switch self {
        case .impute(_, let outputCount, _, _): outputCount
        case .columns(_, let branches): branches.reduce(0) { $0 + $1.outputCount }
        case .encode(let shape): shape.outputCount
        case .polynomial(let features): features.outputCount
        case .project(let shape): shape.outputCount
        case .markMissing(let inputCount, let marker): marker.outputCount(inputCount: inputCount)
        case .subtractThenDivide(let count, _, _), .multiplyThenAdd(let count, _): count
        case .estimates(let shape): shape.outputCount
        }
    }
}

/// An estimator without its arrays.
package enum EstimatorShape: Sendable, Equatable {
    /// Parameters: the base values. Sections `TREE`, `NODE`, `LEAF` and perhaps `CATS`.
    case treeEnsemble(EnsembleShape)
    /// Parameters: the coefficients, one output after the other, then the intercepts.
    case linear(columnCount: Int, output: OutputShape)
    /// Parameters: the centers, then the scales.
    case zScore(method: ZScore.Method, columnCount: Int, threshold: Double)
    /// No parameters: the row that leaves the stages is the answer.
    case identity(columnCount: Int)
    /// Parameters: as ``CombinationShape`` says.
    case combination(CombinationShape)
    case kernelMachine(KernelMachineShape)
    /// Section `NBRS` when there is a tree.
    case localOutlierFactor(NeighborShape)

    package var columnCount: Int {
        switch self {
        case .treeEnsemble(let shape): shape.columnCount
        case .linear(let columnCount, _): columnCount
        case .zScore(_, let columnCount, _): columnCount
        case .identity(let columnCount): columnCount
        case .combination(let shape): shape.columnCount
        case .kernelMachine(let shape): shape.columnCount
        case .localOutlierFactor(let shape): shape.columnCount
        }
    }

    /// How the raw values become outputs; nil for a z-score and for the identity, which have none.
    package var outputShape: OutputShape? {
        switch self {
        case .treeEnsemble(let shape): shape.output
        case .linear(_, let output): output
        case .combination(let shape): shape.output
        case .kernelMachine(let shape): shape.output
        case .localOutlierFactor(let shape): shape.output
        case .zScore, .identity: nil
        }
    }

    package var parameterCount: Int {
        switch self {
        case .treeEnsemble(let shape): shape.output.outputCount
        case .linear(let columnCount, let output): (columnCount + 1) * output.outputCount
        case .zScore(_, let columnCount, _): 2 * columnCount
        case .identity: 0
        case .combination(let shape): shape.parameterCount
        case .kernelMachine(let shape): shape.parameterCount
        case .localOutlierFactor(let shape): shape.parameterCount
        }
    }
}

/// The shape of a packed tree ensemble.
package struct EnsembleShape: Sendable, Equatable {
    package var columnCount: Int
    /// A value is rounded to this before it is compared.
    package var inputs: TreeEnsemble.Number
    /// A row with NaN is computed, not refused.
    package var acceptsMissing: Bool
    /// Every column stands in the prepared row twice (see ``NodeForm``).
    package var splitsMissing: Bool
    package var nodeForm: NodeForm
    package var treeCount: Int
    package var nodeSlotCount: Int
    package var leafRowCount: Int
    /// Values of a leaf row: 1, or one per output.
    package var leafWidth: Int
    package var categoryWordCount: Int
    package var negativeCategory: TreeEnsemble.NegativeCategory
    package var aggregation: TreeEnsemble.Aggregation
    package var output: OutputShape

    /// Values of a prepared row.
    package var featureCount: Int { splitsMissing ? 2 * columnCount : columnCount }

    /// Bytes of one leaf value: leaves are stored as they are added.
    package var leafValueByteCount: Int { output.accumulator == .float32 ? 4 : 8 }
}
