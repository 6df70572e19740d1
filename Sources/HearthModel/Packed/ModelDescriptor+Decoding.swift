extension ModelDescriptor {
    /// Reads section `DESC` and checks everything that it says by itself: counts within limits, widths that fit each
    /// other, links that fit their tasks.
    init(decoding bytes: UnsafeRawBufferPointer) throws(ModelError) {
        var reader = unsafe ByteReader(bytes, section: .descriptor)
        let version = try reader.read(UInt32.self)
        guard version == Self.layoutVersion else {
            throw ModelError(
                .malformedSection, at: "section \(SectionID.descriptor)",
                "layout \(version) found, \(Self.layoutVersion) expected",
                hint: "publish the model again with this release of Hearth")
        }
        let columnCount = try reader.readCount("columns", atMost: ModelLimits.columnCount)
        let window = try reader.readCount("points of a window", atMost: ModelLimits.columnCount)
        let nameCount = try reader.readCount("column names", atMost: ModelLimits.columnCount)
        let names = try reader.readArray(count: nameCount, byteCount: 4) { (reader) throws(ModelError) in
            try reader.readString(atMost: ModelLimits.nameByteCount)
        }
        let vocabularyCount = try reader.readCount("columns of text", atMost: columnCount)
        let vocabularies = try reader.readArray(count: vocabularyCount, byteCount: 8) { (reader) throws(ModelError) in
            try Vocabulary(from: &reader)
        }
        signature = InputSignature(
            columnCount: columnCount, columnNames: names, window: window, vocabularies: vocabularies)
        threshold = try reader.readBool() ? try reader.readDouble() : nil
        let stageCount = try reader.readCount("stages", atMost: ModelLimits.stageCount)
        stages = try reader.readArray(count: stageCount, byteCount: 1) { (reader) throws(ModelError) in
            try StageShape(from: &reader)
        }
        estimator = try EstimatorShape(from: &reader)
        try reader.expectEnd()
        try validate()
    }

    private func validate() throws(ModelError) {
        do throws(ModelError) {
            try signature.validate()
            if let threshold, !threshold.isFinite { throw .invalid("threshold", "\(threshold) found") }
            var width = signature.columnCount
            for stage in stages {
                width = try stage.checkedOutputCount(after: width)
            }
            guard estimator.columnCount == width else {
                throw .invalid("estimator", "\(estimator.columnCount) columns after stages with \(width) found")
            }
            switch estimator {
            case .treeEnsemble(let shape): try shape.validate()
            case .linear(_, let output): try output.validate(place: "linear model")
            case .identity: try OutputShape.transform(width: width).validate(place: "transformer")
            case .combination(let shape): try shape.validate()
            case .zScore(_, _, let threshold):
                guard threshold.isFinite else { throw .invalid("z-score", "threshold \(threshold) found") }
            case .kernelMachine(let shape): try shape.validate()
            case .localOutlierFactor(let shape): try shape.validate()
            }
        } catch {
            throw .malformed(.descriptor, "\(error.place): \(error.message)")
        }
    }
}

extension EnsembleShape {
    fileprivate func validate() throws(ModelError) {
        guard (1...ModelLimits.treeCount).contains(treeCount), leafWidth == 1 || leafWidth == output.outputCount else {
            throw .invalid("trees", "\(treeCount) trees with leaves of \(leafWidth) values found")
        }
        guard nodeForm != .small || inputs == .float32 else {
            throw .invalid("trees", "small nodes for float64 values found")
        }
        guard splitsMissing || nodeForm != .categorical else {
            throw .invalid("trees", "categories without two features found")
        }
        guard (nodeForm == .categorical) == (categoryWordCount > 0) || nodeForm == .categorical else {
            throw .invalid("trees", "\(categoryWordCount) words of categories without categorical nodes found")
        }
        try output.validate(place: "trees")
    }
}

extension StageShape {
    init(from reader: inout ByteReader, depth: Int = 0) throws(ModelError) {
        switch try reader.read(UInt8.self) {
        case 0:
            let inputCount = try reader.readCount("columns", atMost: ModelLimits.columnCount)
            let outputCount = try reader.readCount("columns", atMost: ModelLimits.columnCount)
            let indicatorCount = try reader.readCount("indicators", atMost: inputCount)
            let indicators = try reader.readArray(count: indicatorCount, byteCount: 4) { (reader) throws(ModelError) in
                try reader.readCount("columns before an indicator's", atMost: inputCount - 1)
            }
            self = .impute(
                inputCount: inputCount, outputCount: outputCount, indicatorColumns: indicators,
                hasMissing: try reader.readBool())
        case 1:
            self = .subtractThenDivide(
                count: try reader.readCount("columns", atMost: ModelLimits.columnCount),
                hasOffset: try reader.readBool(), hasScale: try reader.readBool())
        case 2:
            let count = try reader.readCount("columns", atMost: ModelLimits.columnCount)
            var clip: ClosedRange<Double>?
            if try reader.readBool() {
                let (lower, upper) = (try reader.readDouble(), try reader.readDouble())
                guard lower.isFinite, upper.isFinite, lower <= upper else {
                    throw reader.malformed("clip range \(lower) to \(upper) found")
                }
                clip = lower...upper
            }
            self = .multiplyThenAdd(count: count, clip: clip)
        case 3:
            let count = try reader.readCount("columns", atMost: ModelLimits.columnCount)
            let value = Float(bitPattern: try reader.read(UInt32.self))
            self = .markMissing(inputCount: count, try Self.checked(.equal(to: value), count, reader))
        case 4:
            let count = try reader.readCount("columns", atMost: ModelLimits.columnCount)
            let copyCount = try reader.readCount("copies", atMost: count)
            let columns = try reader.readArray(count: copyCount, byteCount: 4) { (reader) throws(ModelError) in
                try reader.readCount("columns before a copied one", atMost: count - 1)
            }
            let marker = MissingMarker.nearZeroCopies(ofColumns: columns)
            self = .markMissing(inputCount: count, try Self.checked(marker, count, reader))
        case 5: self = try .columns(from: &reader, depth: depth)
        case 6: self = .encode(try EncoderShape(from: &reader))
        case 7:
            // Their models are beside the model's own stages only.
            guard depth == 0 else { throw reader.malformed("a stage that asks models within another stage found") }
            self = .estimates(try EstimatesShape(from: &reader))
        case 8: self = .polynomial(try PolynomialFeatures(from: &reader))
        case 9: self = .project(try ProjectionShape(from: &reader))
        case let other: throw reader.malformed("stage kind \(other) found, which is none")
        }
    }
}

extension StageShape {
    private static func checked(
        _ marker: MissingMarker, _ inputCount: Int, _ reader: ByteReader
    ) throws(ModelError) -> MissingMarker {
        do throws(ModelError) {
            _ = try marker.validate(inputCount: inputCount, place: "stage")
        } catch {
            throw reader.malformed(error.message)
        }
        return marker
    }
}

extension EstimatorShape {
    fileprivate init(from reader: inout ByteReader) throws(ModelError) {
        switch try reader.read(UInt8.self) {
        case 0: self = .treeEnsemble(try EnsembleShape(from: &reader))
        case 1:
            let columnCount = try reader.readCount("columns", atMost: ModelLimits.columnCount)
            self = .linear(columnCount: columnCount, output: try OutputShape(from: &reader, family: .linear))
        case 2:
            let method: ZScore.Method = try reader.readBool() ? .robust : .standard
            let columnCount = try reader.readCount("columns", atMost: ModelLimits.columnCount)
            self = .zScore(method: method, columnCount: columnCount, threshold: try reader.readDouble())
        case 3: self = .identity(columnCount: try reader.readCount("columns", atMost: ModelLimits.columnCount))
        case 4: self = .combination(try CombinationShape(from: &reader))
        case 5: self = .kernelMachine(try KernelMachineShape(from: &reader))
        case 6: self = .localOutlierFactor(try NeighborShape(from: &reader))
        case let other: throw reader.malformed("estimator kind \(other) found, which is none")
        }
    }
}

extension EnsembleShape {
    fileprivate init(from reader: inout ByteReader) throws(ModelError) {
        columnCount = try reader.readCount("columns", atMost: ModelLimits.columnCount)
        inputs = try reader.readBool() ? .float64 : .float32
        acceptsMissing = try reader.readBool()
        splitsMissing = try reader.readBool()
        let form = try reader.read(UInt8.self)
        guard let form = NodeForm(rawValue: form) else {
            throw reader.malformed("node form \(form) found, 0 to 2 expected")
        }
        nodeForm = form
        aggregation = try reader.readBool() ? .mean : .sum
        treeCount = try reader.readCount("trees", atMost: ModelLimits.treeCount)
        nodeSlotCount = try reader.readCount("node slots", atMost: ModelLimits.nodeSlotCount)
        leafRowCount = try reader.readCount("leaf rows", atMost: ModelLimits.leafRowCount)
        leafWidth = try reader.readCount("values of a leaf", atMost: ModelLimits.outputCount)
        categoryWordCount = try reader.readCount("words of categories", atMost: ModelLimits.nodeSlotCount)
        switch try reader.read(UInt8.self) {
        case 0: negativeCategory = .missing
        case 1: negativeCategory = .outside
        case 2: negativeCategory = .truncated
        case let other: throw reader.malformed("rule for negative categories \(other) found, 0 to 2 expected")
        }
        output = try OutputShape(from: &reader, family: .trees)
    }
}

extension OutputShape {
    init(from reader: inout ByteReader, family: Family) throws(ModelError) {
        self.family = family
        outputCount = try reader.readCount("outputs", atMost: ModelLimits.outputCount)
        accumulator = try reader.readBool() ? .float64 : .float32
        switch try reader.read(UInt8.self) {
        case 0: classRule = .largestProbability
        case 1: classRule = .rawAboveZero
        case 2: classRule = .rawAtLeastZero
        case let other: throw reader.malformed("class rule \(other) found, 0 to 2 expected")
        }
        link = try Link(from: &reader)
        switch try reader.read(UInt8.self) {
        case 0: task = .regression
        case 1: task = .classification(classes: try ClassLabels(from: &reader))
        case 2: task = .anomaly(offset: try reader.readDouble())
        case 3: task = .transform
        case 4:
            let count = try reader.readCount("targets", atMost: ModelLimits.outputCount)
            task = .multiOutputClassification(
                try reader.readArray(count: count, byteCount: 5) { (reader) throws(ModelError) in
                    try ClassLabels(from: &reader)
                })
        case 5: task = .anomalyDecision(offset: try reader.readDouble())
        case let other: throw reader.malformed("task \(other) found, which is none")
        }
    }
}

extension Link {
    fileprivate init(from reader: inout ByteReader) throws(ModelError) {
        switch try reader.read(UInt8.self) {
        case 0: self = .identity
        case 1: self = .sigmoid
        case 2: self = .scaledSigmoid(factor: try reader.readDouble())
        case 3: self = .softmaxPairwise
        case 4: self = .softmaxSequential
        case 5: self = .softmaxLogSumExp
        case 6: self = .exponential
        case 7: self = .isolation(normalizer: try reader.readDouble())
        case 8: self = .softmaxLogSumExpSequential
        case 9: self = .softmaxOfOpposites
        case 10: self = .clippedUnit
        case 11: self = .softplus
        case 12: self = .signedSquare
        case 13: self = .step
        case let other: throw reader.malformed("link \(other) found, 0 to 13 expected")
        }
    }
}

extension ClassLabels {
    fileprivate init(from reader: inout ByteReader) throws(ModelError) {
        let kind = try reader.read(UInt8.self)
        let count = try reader.readCount("classes", atMost: ModelLimits.outputCount)
        switch kind {
        case 0:
            self = .integers(
                try reader.readArray(count: count, byteCount: 8) { (reader) throws(ModelError) in try reader.read() })
        case 1:
            self = .booleans(
                try reader.readArray(count: count, byteCount: 1) { (reader) throws(ModelError) in try reader.readBool()
                })
        case 2:
            self = .strings(
                try reader.readArray(count: count, byteCount: 4) { (reader) throws(ModelError) in
                    try reader.readString(atMost: ModelLimits.nameByteCount)
                })
        case 3:
            self = .floats(
                try reader.readArray(count: count, byteCount: 8) { (reader) throws(ModelError) in
                    try reader.readDouble()
                })
        default: throw reader.malformed("kind of class labels \(kind) found, 0 to 3 expected")
        }
    }
}
