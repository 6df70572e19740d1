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
            widthMax = max(widthMax, sources.count)
            offset += stage.parameterCount
        }
        parameterCount = offset
        self.widthMax = widthMax
        let sourceStart = numbers.count
        numbers += sources
        unsafe indices = .allocate(capacity: numbers.count)
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
        unsafe preparer = RowPreparer(
            columnCount: descriptor.signature.columnCount, stages: Self.pointer(stages, 0), stageCount: prepared.count,
            preparedCount: sources.count, sourceColumns: Self.pointer(indices, sourceStart),
            acceptsMissing: acceptsMissing, acceptsInfinite: acceptsInfinite,
            keepsInfinite: descriptor.stages.allSatisfy(\.keepsInfinite))
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
    /// Whether what is infinite leaves the stage not finite: infinite, or NaN where it is multiplied by 0.
    ///
    /// Clipping makes it finite, and an imputer may drop its column.
    fileprivate var keepsInfinite: Bool {
        switch self {
        case .subtractThenDivide, .multiplyThenAdd(_, nil): true
        case .impute, .multiplyThenAdd, .markMissing: false
        }
    }

    /// Whether infinite values go through as they are.
    fileprivate var passesInfinite: Bool {
        switch self {
        case .markMissing: true
        case .impute, .subtractThenDivide, .multiplyThenAdd: false
        }
    }
}
