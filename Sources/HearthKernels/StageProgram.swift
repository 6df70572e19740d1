import HearthModel

/// The stages of a model ready to run, in memory of their own; parameters stay where they lie in the model's.
@safe
final class StageProgram: Sendable {
    // Filled by the initialiser, read-only afterwards, freed with the object.
    nonisolated(unsafe) private let stages: UnsafeMutableBufferPointer<PreparedStage>
    nonisolated(unsafe) private let indices: UnsafeMutableBufferPointer<Int>
    /// Doubles that the stages take from section `PARM`.
    let parameterCount: Int
    /// Values of the widest row.
    let widthMax: Int
    /// The door of the model, valid as long as this object.
    nonisolated(unsafe) let preparer: RowPreparer
    /// Classes of each target of a classifier with several; valid as long as this object.
    nonisolated(unsafe) let targetCounts: UnsafePointer<Int>

    init(_ descriptor: ModelDescriptor, parameters: UnsafePointer<Double>) {
        var prepared: [PreparedStage] = []
        var indicatorStarts: [Int] = []
        // Indicator and copied columns of all stages, then the source column of each value that leaves the last stage.
        var numbers: [Int] = []
        var sources = Array(0..<descriptor.signature.columnCount)
        var widthMax = sources.count
        var offset = 0
        for stage in descriptor.stages {
            if case .impute(let inputCount, _, let indicatorColumns) = stage {
                let kept = (0..<inputCount).filter { unsafe !parameters[offset + $0].isNaN }
                sources = (kept + indicatorColumns).map { sources[$0] }
                indicatorStarts.append(numbers.count)
                numbers += indicatorColumns
            }
            if case .markMissing(_, .nearZeroCopies(let columns)) = stage {
                sources += columns.map { sources[$0] }
                indicatorStarts.append(numbers.count)
                numbers += columns
            }
            if case .polynomial(let features) = stage {
                let products = features.products() ?? []
                let kept = features.keptCount(of: products.count)
                indicatorStarts.append(numbers.count)
                numbers += products.flatMap { [$0.earlier, $0.column] }
                widthMax = max(widthMax, features.plainCount + products.count)
                let all = (features.degreeMax >= 1 ? Array(0..<features.inputCount) : []) + products.map(\.column)
                sources = ((features.includesOne ? [0] : []) + all.suffix(kept)).map { sources[$0] }
            }
            // A problem of a projected value is any column's: the first stands for all.
            if case .project(let shape) = stage {
                sources = [Int](repeating: sources[0], count: shape.outputCount)
            }
            widthMax = max(widthMax, sources.count)
            offset += stage.parameterCount
        }
        parameterCount = offset
        self.widthMax = widthMax
        let sourceStart = numbers.count
        numbers += sources
        let targetStart = numbers.count
        if case .treeEnsemble(let shape) = descriptor.estimator,
            case .multiOutputClassification(let targets) = shape.output.task
        {
            numbers += targets.map(\.count)
        }
        unsafe indices = .allocate(capacity: numbers.count + 1)
        _ = unsafe indices.initialize(fromContentsOf: numbers)

        offset = 0
        var nextIndicator = 0
        for stage in descriptor.stages {
            let values = unsafe parameters + offset
            switch stage {
            case .impute(let inputCount, _, let indicatorColumns):
                let first = unsafe Self.pointer(indices, indicatorStarts[nextIndicator])
                nextIndicator += 1
                unsafe prepared.append(
                    .impute(
                        statistics: values, inputCount: inputCount, indicatorColumns: first,
                        indicatorCount: indicatorColumns.count))
            case .subtractThenDivide(let count, let hasOffset, let hasScale):
                unsafe prepared.append(
                    .subtractThenDivide(
                        offset: hasOffset ? values : nil, scale: hasScale ? values + (hasOffset ? count : 0) : nil,
                        count: count))
            case .multiplyThenAdd(let count, let clip):
                unsafe prepared.append(.multiplyThenAdd(scale: values, offset: values + count, count: count))
                if let clip {
                    unsafe prepared.append(.clip(lower: clip.lowerBound, upper: clip.upperBound, count: count))
                }
            case .markMissing(let inputCount, .equal(let value)):
                unsafe prepared.append(.markEqual(value: value, count: inputCount))
            case .markMissing(let inputCount, .nearZeroCopies(let columns)):
                let first = unsafe Self.pointer(indices, indicatorStarts[nextIndicator])
                nextIndicator += 1
                unsafe prepared.append(
                    .copyWithoutZeros(columns: first, columnCount: columns.count, count: inputCount))
            case .polynomial(let features):
                let first = unsafe Self.pointer(indices, indicatorStarts[nextIndicator])
                nextIndicator += 1
                let productCount = features.products()?.count ?? 0
                unsafe prepared.append(
                    .multiply(
                        features, products: first, productCount: productCount,
                        keptCount: features.keptCount(of: productCount)))
            case .project(let shape): unsafe prepared.append(.project(shape, parameters: values))
            }
            offset += stage.parameterCount
        }
        unsafe stages = .allocate(capacity: prepared.count + 1)
        for (index, stage) in prepared.enumerated() { unsafe stages.initializeElement(at: index, to: stage) }

        var (acceptsMissing, acceptsInfinite) = (false, false)
        if case .treeEnsemble(let shape) = descriptor.estimator {
            acceptsMissing = shape.acceptsMissing
            // HistGradientBoosting and LightGBM compare infinite values as they are; no stage of scikit-learn lets one
            // through.
            acceptsInfinite =
                shape.acceptsMissing && shape.inputs == .float64 && descriptor.stages.allSatisfy(\.passesInfinite)
        }
        // Stages that mix columns refuse NaN, like every stage behind them, unless an imputer comes first.
        var refusesMissingInput = false
        if let mixing = descriptor.stages.firstIndex(where: \.mixesColumns) {
            acceptsMissing = false
            refusesMissingInput = descriptor.stages[..<mixing].allSatisfy { !$0.imputes }
        }
        unsafe targetCounts = Self.pointer(indices, targetStart)
        unsafe preparer = RowPreparer(
            columnCount: descriptor.signature.columnCount, stages: Self.pointer(stages, 0), stageCount: prepared.count,
            preparedCount: sources.count, sourceColumns: Self.pointer(indices, sourceStart),
            acceptsMissing: acceptsMissing, acceptsInfinite: acceptsInfinite,
            refusesMissingInput: refusesMissingInput)
    }

    deinit {
        unsafe stages.deallocate()
        unsafe indices.deallocate()
    }

    private static func pointer<Element>(
        _ buffer: UnsafeMutableBufferPointer<Element>, _ index: Int
    ) -> UnsafePointer<Element> {
        guard let base = buffer.baseAddress else { preconditionFailure("an allocated buffer has an address") }
        return unsafe UnsafePointer(base + index)
    }
}

extension StageShape {
    /// Whether infinite values go through as they are.
    fileprivate var passesInfinite: Bool {
        switch self {
        case .markMissing: true
        case .impute, .subtractThenDivide, .multiplyThenAdd, .polynomial, .project: false
        }
    }

    /// Whether columns are made of several columns.
    fileprivate var mixesColumns: Bool {
        switch self {
        case .polynomial, .project: true
        case .impute, .subtractThenDivide, .multiplyThenAdd, .markMissing: false
        }
    }

    fileprivate var imputes: Bool {
        if case .impute = self { true } else { false }
    }
}
