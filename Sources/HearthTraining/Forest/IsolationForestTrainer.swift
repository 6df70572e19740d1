package import HearthModel

/// Liu, Ting and Zhou's isolation forest, grown as scikit-learn's `IsolationForest` grows it and scored with its
/// arithmetic.
///
/// The same rows, parameters and seed give the same model, bit for bit. Growing takes milliseconds (trees x sub-sample
/// x depth), so one thread does it.
package struct IsolationForestTrainer: Sendable {
    package var parameters: IsolationForestParameters

    package init(_ parameters: IsolationForestParameters = IsolationForestParameters()) {
        self.parameters = parameters
    }

    /// Grows the trees; the offset is scikit-learn's -0.5 for contamination `auto` and is to be calibrated otherwise
    /// (``offset(scores:)``).
    ///
    /// Throws ``TrainingError`` for parameters outside their range, fewer than two rows, a value that is missing or
    /// beyond 32-bit floats, and rows that are all equal.
    package func grow(_ rows: RowMatrix) throws(TrainingError) -> TreeEnsemble {
        try parameters.check()
        let columnCount = rows.columnCount
        let featureCount = try parameters.featureCount(of: columnCount)
        guard rows.rowCount >= 2 else {
            throw TrainingError(
                .unusableData, "an isolation forest needs at least 2 rows to learn from, there are \(rows.rowCount)",
                hint: "give more rows or hold fewer out")
        }
        try check(rows)
        let sampleCount = min(parameters.maxSamples, rows.rowCount)
        guard parameters.treeCount <= IsolationForestParameters.sampleCountMax / sampleCount else {
            throw TrainingError(
                .badParameter,
                "\(parameters.treeCount) trees of \(sampleCount) rows are more than "
                    + "\(IsolationForestParameters.sampleCountMax) rows over all trees",
                hint: "grow fewer trees or choose a smaller max_samples: 256 is enough for most series")
        }
        let depthLimit = Self.depthLimit(maxSamples: sampleCount)
        var trees: [Tree] = []
        trees.reserveCapacity(parameters.treeCount)
        for index in 0..<parameters.treeCount {
            var random = Xoshiro256(seed: parameters.seed, stream: UInt64(index) + 1)
            let columns = featureCount == columnCount ? nil : random.sample(featureCount, below: columnCount)
            let samples = random.sample(sampleCount, below: rows.rowCount)
            var values: [Float] = []
            values.reserveCapacity(sampleCount * featureCount)
            for column in columns ?? Array(0..<columnCount) {
                for sample in samples { values.append(Float(rows[sample, column])) }
            }
            let builder = IsolationTreeBuilder(
                values: values, sampleCount: sampleCount, depthLimit: depthLimit, random: random)
            let grown = builder.grow()
            trees.append(Tree(nodes: grown.nodes, leafValues: grown.leafValues, columns: columns))
        }
        return TreeEnsemble(
            columnCount: columnCount, inputs: .float32, thresholds: .float64, splitRule: .lessOrEqual,
            missing: .refused,
            trees: trees, aggregation: .sum, baseValues: [0],
            link: .isolation(normalizer: Double(parameters.treeCount) * averagePathLength(sampleCount)),
            task: .anomaly(offset: Self.automaticOffset))
    }

    /// `offset_`: -0.5, or the percentile of the training rows' `score_samples` below which the share `contamination`
    /// lies.
    package func offset(scores: [Double]) -> Double {
        switch parameters.contamination {
        case .auto: Self.automaticOffset
        case .fraction(let fraction): percentile(scores, 100.0 * fraction)
        }
    }

    /// The offset of contamination `auto`: a score of 0.5 is what rows get that are neither easy nor hard to isolate.
    package static let automaticOffset = -0.5

    /// Splits on the way to a leaf: `ceil(log2(max(maxSamples, 2)))`.
    package static func depthLimit(maxSamples: Int) -> Int {
        Int.bitWidth - (max(maxSamples, 2) - 1).leadingZeroBitCount
    }

    private func check(_ rows: RowMatrix) throws(TrainingError) {
        var varies = false
        for column in 0..<rows.columnCount {
            let first = Float(rows[0, column])
            for row in 0..<rows.rowCount {
                let value = rows[row, column]
                guard Float(value).isFinite else {
                    throw TrainingError(
                        .unusableData,
                        "\(value) in column \(column + 1) of training row \(row + 1) is no finite 32-bit float",
                        hint: "the trees see 32-bit floats, as in scikit-learn; scale the column or leave it out")
                }
                if Float(value) != first { varies = true }
            }
        }
        guard varies else {
            throw TrainingError(
                .unusableData, "all \(rows.rowCount) training rows are equal: no column varies",
                hint: "choose columns that vary; a z-score model can watch a constant")
        }
    }
}
