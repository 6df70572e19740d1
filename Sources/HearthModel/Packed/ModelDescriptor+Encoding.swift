extension ModelDescriptor {
    /// The layout that this source writes and reads.
    ///
    /// A reader refuses another.
    static let layoutVersion: UInt32 = 3

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(Self.layoutVersion)
        writer.write(count: signature.columnCount)
        writer.write(count: signature.window)
        writer.write(count: signature.columnNames.count)
        for name in signature.columnNames { writer.write(name) }
        writer.write(count: signature.vocabularies.count)
        for vocabulary in signature.vocabularies {
            writer.write(count: vocabulary.column)
            writer.write(count: vocabulary.texts.count)
            for text in vocabulary.texts { writer.write(text) }
        }
        writer.write(threshold != nil)
        if let threshold { writer.write(threshold) }
        writer.write(count: stages.count)
        for stage in stages { stage.encode(to: &writer) }
        estimator.encode(to: &writer)
        return writer.bytes
    }
}

extension StageShape {
    func encode(to writer: inout ByteWriter) {
        switch self {
        case .impute(let inputCount, let outputCount, let indicatorColumns, let hasMissing):
            writer.write(UInt8(0))
            writer.write(count: inputCount)
            writer.write(count: outputCount)
            writer.write(count: indicatorColumns.count)
            for column in indicatorColumns { writer.write(count: column) }
            writer.write(hasMissing)
        case .subtractThenDivide(let count, let hasOffset, let hasScale):
            writer.write(UInt8(1))
            writer.write(count: count)
            writer.write(hasOffset)
            writer.write(hasScale)
        case .multiplyThenAdd(let count, let clip):
            writer.write(UInt8(2))
            writer.write(count: count)
            writer.write(clip != nil)
            if let clip {
                writer.write(clip.lowerBound)
                writer.write(clip.upperBound)
            }
        case .markMissing(let inputCount, .equal(let value)):
            writer.write(UInt8(3))
            writer.write(count: inputCount)
            writer.write(value)
        case .markMissing(let inputCount, .nearZeroCopies(let columns)):
            writer.write(UInt8(4))
            writer.write(count: inputCount)
            writer.write(count: columns.count)
            for column in columns { writer.write(count: column) }
        case .columns(let inputCount, let branches):
            writer.write(UInt8(5))
            writer.write(count: inputCount)
            writer.write(count: branches.count)
            for branch in branches { branch.encode(to: &writer) }
        case .encode(let shape):
            writer.write(UInt8(6))
            shape.encode(to: &writer)
        case .estimates(let shape):
            writer.write(UInt8(7))
            shape.encode(to: &writer)
        case .polynomial(let features):
            writer.write(UInt8(8))
            features.encode(to: &writer)
        case .project(let shape):
            writer.write(UInt8(9))
            shape.encode(to: &writer)
        }
    }
}

extension EstimatorShape {
    fileprivate func encode(to writer: inout ByteWriter) {
        switch self {
        case .treeEnsemble(let shape):
            writer.write(UInt8(0))
            shape.encode(to: &writer)
        case .linear(let columnCount, let output):
            writer.write(UInt8(1))
            writer.write(count: columnCount)
            output.encode(to: &writer)
        case .zScore(let method, let columnCount, let threshold):
            writer.write(UInt8(2))
            writer.write(UInt8(method == .standard ? 0 : 1))
            writer.write(count: columnCount)
            writer.write(threshold)
        case .identity(let columnCount):
            writer.write(UInt8(3))
            writer.write(count: columnCount)
        case .combination(let shape):
            writer.write(UInt8(4))
            shape.encode(to: &writer)
        case .kernelMachine(let shape):
            writer.write(UInt8(5))
            shape.encode(to: &writer)
        case .localOutlierFactor(let shape):
            writer.write(UInt8(6))
            shape.encode(to: &writer)
        }
    }
}

extension EnsembleShape {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(count: columnCount)
        writer.write(UInt8(inputs == .float32 ? 0 : 1))
        writer.write(acceptsMissing)
        writer.write(splitsMissing)
        writer.write(nodeForm.rawValue)
        writer.write(UInt8(aggregation == .sum ? 0 : 1))
        for count in [treeCount, nodeSlotCount, leafRowCount, leafWidth, categoryWordCount] {
            writer.write(count: count)
        }
        switch negativeCategory {
        case .missing: writer.write(UInt8(0))
        case .outside: writer.write(UInt8(1))
        case .truncated: writer.write(UInt8(2))
        }
        output.encode(to: &writer)
    }
}

extension OutputShape {
    func encode(to writer: inout ByteWriter) {
        writer.write(count: outputCount)
        writer.write(UInt8(accumulator == .float32 ? 0 : 1))
        switch classRule {
        case .largestProbability: writer.write(UInt8(0))
        case .rawAboveZero: writer.write(UInt8(1))
        case .rawAtLeastZero: writer.write(UInt8(2))
        }
        link.encode(to: &writer)
        switch task {
        case .regression: writer.write(UInt8(0))
        case .classification(let classes):
            writer.write(UInt8(1))
            classes.encode(to: &writer)
        case .anomaly(let offset):
            writer.write(UInt8(2))
            writer.write(offset)
        case .transform: writer.write(UInt8(3))
        case .multiOutputClassification(let targets):
            writer.write(UInt8(4))
            writer.write(count: targets.count)
            for classes in targets { classes.encode(to: &writer) }
        case .anomalyDecision(let offset):
            writer.write(UInt8(5))
            writer.write(offset)
        }
    }
}

extension Link {
    fileprivate func encode(to writer: inout ByteWriter) {
        switch self {
        case .identity: writer.write(UInt8(0))
        case .sigmoid: writer.write(UInt8(1))
        case .scaledSigmoid(let factor):
            writer.write(UInt8(2))
            writer.write(factor)
        case .softmaxPairwise: writer.write(UInt8(3))
        case .softmaxSequential: writer.write(UInt8(4))
        case .softmaxLogSumExp: writer.write(UInt8(5))
        case .exponential: writer.write(UInt8(6))
        case .isolation(let normalizer):
            writer.write(UInt8(7))
            writer.write(normalizer)
        case .softmaxLogSumExpSequential: writer.write(UInt8(8))
        case .softmaxOfOpposites: writer.write(UInt8(9))
        case .clippedUnit: writer.write(UInt8(10))
        case .softplus: writer.write(UInt8(11))
        case .signedSquare: writer.write(UInt8(12))
        case .step: writer.write(UInt8(13))
        }
    }
}

extension ClassLabels {
    fileprivate func encode(to writer: inout ByteWriter) {
        switch self {
        case .integers(let labels):
            writer.write(UInt8(0))
            writer.write(count: labels.count)
            for label in labels { writer.write(label) }
        case .booleans(let labels):
            writer.write(UInt8(1))
            writer.write(count: labels.count)
            for label in labels { writer.write(label) }
        case .strings(let labels):
            writer.write(UInt8(2))
            writer.write(count: labels.count)
            for label in labels { writer.write(label) }
        case .floats(let labels):
            writer.write(UInt8(3))
            writer.write(count: labels.count)
            writer.write(labels)
        }
    }
}
