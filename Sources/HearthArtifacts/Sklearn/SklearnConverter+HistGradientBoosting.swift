import HearthModel

extension SklearnConverter {
    /// HistGradientBoostingClassifier and -Regressor: leaves added to the baseline, values compared as float64.
    mutating func histGradientBoosting(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        try prepareCategories(source)
        let columnCount = try source.columnCount()
        let isClassifier = source.className.hasSuffix("Classifier")
        var task = Task.regression
        var classCount = 0
        if isClassifier {
            let labels = try source.labels()
            task = .classification(classes: labels)
            classCount = labels.count
        }
        let outputCount = classCount > 2 ? classCount : 1
        let baseNode = try source.node.member("_baseline_prediction")
        let base = try baseNode.numbers()
        guard classCount != 1, base.count == outputCount, base.allSatisfy(\.isFinite) else {
            throw baseNode.error("\(base.count) base values for \(outputCount) outputs found, one finite each expected")
        }
        let known = try knownCategories(source, columnCount: columnCount)
        var sets: [[UInt32]] = []
        var trees: [Tree] = []
        for stage in try source.node.member("_predictors").items() {
            let predictors = try stage.items()
            guard predictors.count == outputCount else {
                throw stage.error("\(predictors.count) trees found, one for each of \(outputCount) outputs expected")
            }
            for (output, node) in predictors.enumerated() {
                let predictor = try HistTree(node, columnCount: columnCount)
                trees.append(try predictor.converted(output: output, known: known, sets: &sets))
            }
        }
        let (link, rule) = try histLink(source, classCount: classCount)
        return .treeEnsemble(
            TreeEnsemble(
                columnCount: columnCount, inputs: .float64, thresholds: .float64, splitRule: .lessOrEqual,
                missing: .perNode, trees: trees, categorySets: sets, negativeCategory: .missing, aggregation: .sum,
                baseValues: base, link: link, task: task, classRule: rule))
    }

    /// From 1.4 on the categories are encoded first, and their columns stand before the others.
    private mutating func prepareCategories(_ source: SklearnEstimator) throws(ArtifactError) {
        guard source.version >= SklearnVersion(1, 4),
            let preprocessor = try source.node.member(ifPresent: "_preprocessor")
        else { return }
        let stepsBefore = steps
        acceptsPartial = true
        try transformer(preprocessor)
        acceptsPartial = false
        steps = stepsBefore
    }

    private func histLink(_ source: SklearnEstimator, classCount: Int) throws(ArtifactError) -> (Link, ClassRule) {
        let loss = try source.text("loss")
        switch loss {
        case "squared_error", "least_squares", "absolute_error", "least_absolute_deviation", "quantile":
            guard classCount == 0 else { break }
            return (.identity, .largestProbability)
        case "poisson", "gamma":
            guard classCount == 0 else { break }
            return (.exponential, .largestProbability)
        case "log_loss", "auto", "binary_crossentropy", "categorical_crossentropy":
            guard classCount > 0 else { break }
            let rule: ClassRule = source.version < SklearnVersion(1, 5) ? .largestProbability : .rawAboveZero
            if classCount == 2 { return (.sigmoid, rule) }
            return (source.version < SklearnVersion(1, 1) ? .softmaxLogSumExpSequential : .softmaxSequential, rule)
        default: break
        }
        throw source.refusal("loss '\(PickleText.shown(loss))' found, which is not computed")
    }

    /// The categories that were seen in training, as bits, by column; nil for columns of numbers.
    private func knownCategories(
        _ source: SklearnEstimator, columnCount: Int
    ) throws(ArtifactError) -> [[UInt32]?] {
        let none = [[UInt32]?](repeating: nil, count: columnCount)
        let mapper = try source.node.member("_bin_mapper")
        guard let flags = try mapper.member(ifPresent: "is_categorical_") else { return none }
        let isCategorical = try flags.integers().map { $0 != 0 }
        guard isCategorical.count == columnCount else {
            throw flags.error("\(isCategorical.count) flags for \(columnCount) columns found, one each expected")
        }
        guard isCategorical.contains(true) else { return none }
        let lists = try mapper.member("bin_thresholds_")
        let thresholds = try lists.items()
        guard thresholds.count == columnCount else {
            throw lists.error("\(thresholds.count) lists for \(columnCount) columns found, one each expected")
        }
        var known = none
        for column in 0..<columnCount where isCategorical[column] {
            var bits = [UInt32](repeating: 0, count: HistTree.setWordCount)
            for value in try thresholds[column].doubles() {
                guard value >= 0, value < 256, let category = Int(exactly: value) else {
                    throw thresholds[column].error("category \(value) found, a whole number from 0 to 255 expected")
                }
                bits[category / 32] |= 1 << UInt32(category % 32)
            }
            known[column] = bits
        }
        return known
    }
}

/// One `TreePredictor` of HistGradientBoosting.
struct HistTree {
    /// Words of a set of 256 categories.
    static let setWordCount = 8

    private let node: PickleNode
    private let columnCount: Int
    private let values: [Double]
    private let column: [Int64]
    private let threshold: [Double]
    private let missingGoesLeft: [Bool]
    private let left: [Int64]
    private let right: [Int64]
    private let isLeaf: [Bool]
    private let isCategorical: [Bool]
    private let setIndex: [Int64]
    private let setWords: [UInt32]

    init(_ node: PickleNode, columnCount: Int) throws(ArtifactError) {
        guard node.isInstance("TreePredictor") else { throw node.expected("a TreePredictor") }
        self.node = node
        self.columnCount = columnCount
        let nodes = try node.member("nodes").array().requireShape([nil])
        guard nodes.count >= 1 else { throw node.error("a tree without nodes found") }
        values = try Self.field("value", [.float], of: nodes).doubles()
        column = try Self.field("feature_idx", [.signed, .unsigned], of: nodes).integers()
        threshold = try Self.field("num_threshold", [.float], of: nodes).doubles()
        missingGoesLeft = try Self.field("missing_go_to_left", [.unsigned], of: nodes).bools()
        left = try Self.field("left", [.unsigned], of: nodes).integers()
        right = try Self.field("right", [.unsigned], of: nodes).integers()
        isLeaf = try Self.field("is_leaf", [.unsigned], of: nodes).bools()
        isCategorical = try Self.field("is_categorical", [.unsigned], of: nodes).bools()
        setIndex = try Self.field("bitset_idx", [.unsigned], of: nodes).integers()
        let sets = try node.member("raw_left_cat_bitsets").array().requireShape([nil, Self.setWordCount])
        setWords = try sets.words()
    }

    private static func field(
        _ name: String, _ kinds: Set<PickleElementType.Kind>, of nodes: PickleArray
    ) throws(ArtifactError) -> PickleArray {
        let field = try nodes.field(name)
        guard kinds.contains(field.type.kind) else {
            throw field.node.error("\(field.type.text) found, a number of another kind expected")
        }
        return field
    }

    /// The tree; `known` are the categories by column, `sets` takes those of its splits.
    func converted(
        output: Int, known: [[UInt32]?], sets: inout [[UInt32]]
    ) throws(ArtifactError) -> Tree {
        var nodes: [Tree.Node] = []
        nodes.reserveCapacity(values.count)
        var leafValues: [Double] = []
        for index in values.indices {
            if isLeaf[index] {
                guard values[index].isFinite else { throw node.error("leaf value \(values[index]) found") }
                nodes.append(.leaf(leafValues.count))
                leafValues.append(values[index])
                continue
            }
            guard let column = Int(exactly: column[index]), (0..<columnCount).contains(column) else {
                throw node.error("column \(column[index]) of node \(index) found, 0 to \(columnCount - 1) expected")
            }
            let (left, right) = (Int(left[index]), Int(right[index]))
            if isCategorical[index] {
                guard let known = known[column] else {
                    throw node.error("a categorical split on column \(column) of numbers found")
                }
                nodes.append(
                    .category(
                        column: column, set: sets.count, left: left, right: right,
                        missingGoesLeft: missingGoesLeft[index]))
                sets.append(try set(of: index, known: known))
            } else {
                guard !threshold[index].isNaN else { throw node.error("threshold NaN of node \(index) found") }
                nodes.append(
                    .split(
                        column: column, threshold: threshold[index], left: left, right: right,
                        missingGoesLeft: missingGoesLeft[index]))
            }
        }
        return Tree(nodes: nodes, leafValues: leafValues, output: output)
    }

    /// The categories that go left: those of the split, and where missing values go left those that were never seen.
    private func set(of index: Int, known: [UInt32]) throws(ArtifactError) -> [UInt32] {
        // Splits may share a set in the file; each has its own in the model.
        try node.document.spend(2 * PickleDocument.lookByteCount, at: node)
        let start = Int(setIndex[index]) * Self.setWordCount
        guard start + Self.setWordCount <= setWords.count else {
            throw node.error("category set \(setIndex[index]) of node \(index) found, which is not there")
        }
        return (0..<Self.setWordCount).map { word in
            setWords[start + word] | (missingGoesLeft[index] ? ~known[word] : 0)
        }
    }
}
