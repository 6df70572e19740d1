import Glibc
import HearthModel

extension SklearnConverter {
    // MARK: One tree and forests

    /// A decision tree: a forest of one, whose leaf is the answer.
    func singleTree(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        // Negative zero, so that adding a leaf to it changes no bit.
        try ensemble(of: source, trees: [source.node], base: -0.0, missing: missingRule(source.node, source))
    }

    /// A random forest or extra trees: the mean of the trees' answers, added in their order.
    func forest(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let trees = try source.node.member("estimators_").items()
        guard let first = trees.first else { throw source.node.error("a forest without trees found") }
        // Forests asked their trees about missing values from 1.4 on.
        let missing: TreeEnsemble.MissingRule =
            source.version < SklearnVersion(1, 4) ? .refused : try missingRule(first, source)
        return try ensemble(of: source, trees: trees, base: 0, missing: missing)
    }

    private func ensemble(
        of source: SklearnEstimator, trees: [PickleNode], base: Double, missing: TreeEnsemble.MissingRule
    ) throws(ArtifactError) -> Estimator {
        let columnCount = try source.columnCount()
        let (widths, task) = try targets(source)
        let width = widths.reduce(0, +)
        let isCounted = task != .regression && source.version < SklearnVersion(1, 4)
        var converted: [Tree] = []
        converted.reserveCapacity(trees.count)
        for node in trees {
            let tree = try SklearnTree(node, columnCount: columnCount, widths: widths)
            guard isCounted else {
                converted.append(try tree.converted())
                continue
            }
            converted.append(
                try tree.converted(leafWidth: width) { index, leaf throws(ArtifactError) in
                    for target in widths.indices {
                        let counts = Array(tree.values[tree.range(of: index, target: target)])
                        leaf.append(contentsOf: try Self.fractions(of: counts, node, source))
                    }
                })
        }
        return .treeEnsemble(
            TreeEnsemble(
                columnCount: columnCount, inputs: .float32, thresholds: .float64, splitRule: .lessOrEqual,
                missing: missing, trees: converted, aggregation: .mean,
                baseValues: [Double](repeating: base, count: width), link: .identity, task: task))
    }

    /// Values per target, and what they mean.
    private func targets(_ source: SklearnEstimator) throws(ArtifactError) -> ([Int], Task) {
        let count = try source.node.member("n_outputs_").integer(in: 1...ModelLimits.outputCount)
        guard source.className.hasSuffix("Classifier") else {
            return ([Int](repeating: 1, count: count), .regression)
        }
        let counts = try source.node.member("n_classes_")
        if count == 1 {
            let labels = try source.labels()
            guard try counts.integer() == Int64(labels.count) else {
                throw source.node.error("\(labels.count) class labels found, 'n_classes_' of them expected")
            }
            return ([labels.count], .classification(classes: labels))
        }
        var targets: [ClassLabels] = []
        let lists = try source.node.member("classes_")
        guard lists.kind == .list else {
            throw lists.error("\(lists.found) for \(count) targets found, a list of labels for each expected")
        }
        for labels in try lists.items() { targets.append(try ClassLabels(labels: labels)) }
        guard targets.dropFirst().allSatisfy({ $0.hasType(of: targets[0]) }) else {
            throw source.refusal("class labels of several types found, one type expected")
        }
        let widths = targets.map(\.count)
        let total = widths.reduce(0, +)
        guard targets.count == count, try counts.integers() == widths.map(Int64.init),
            total <= ModelLimits.outputCount
        else {
            throw source.node.error(
                "\(targets.count) lists of class labels for \(count) targets found, 'n_classes_' labels each and at "
                    + "most \(ModelLimits.outputCount) in all expected")
        }
        return (widths, .multiOutputClassification(targets))
    }

    /// Weighted counts as the library divides them at every call.
    private static func fractions(
        of counts: [Double], _ node: PickleNode, _ source: SklearnEstimator
    ) throws(ArtifactError) -> [Double] {
        guard counts.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
            throw node.error("a count of a class that is negative or not finite found")
        }
        let sum = NumPySum.pairwise(counts[...])
        let fractions = counts.map { $0 / (sum == 0 ? 1 : sum) }
        // A tree chooses its class before the division, which could make two classes equal.
        guard largest(counts) == largest(fractions) else {
            throw source.refusal("a leaf whose classes differ in the last bit only found", hint: "train it again")
        }
        return fractions
    }

    private static func largest(_ values: [Double]) -> Int {
        values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
    }

    /// Whether the version takes NaN (the `allow_nan` tag of the tree), by its parameters.
    private func missingRule(
        _ tree: PickleNode, _ source: SklearnEstimator
    ) throws(ArtifactError) -> TreeEnsemble.MissingRule {
        guard let name = tree.className?.name else { throw tree.expected("a fitted tree") }
        let isExtra = name.hasPrefix("ExtraTree")
        guard source.version >= (isExtra ? SklearnVersion(1, 6) : SklearnVersion(1, 3)) else { return .refused }
        if isExtra || source.version < SklearnVersion(1, 6) {
            guard try tree.member("splitter").isString(isExtra ? "random" : "best") else { return .refused }
        }
        // From 1.9 on with every criterion and with constraints.
        guard source.version < SklearnVersion(1, 9) else { return .perNode }
        guard try tree.member(ifPresent: "monotonic_cst") == nil else { return .refused }
        let criteria =
            name.hasSuffix("Classifier")
            ? ["gini", "log_loss", "entropy"] : ["squared_error", "friedman_mse", "poisson"]
        let criterion = try tree.member("criterion").string()
        return criteria.contains(criterion) ? .perNode : .refused
    }

    // MARK: Isolation forests

    /// Path lengths summed over trees that see their own columns.
    func isolationForest(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let node = source.node
        let columnCount = try source.columnCount()
        let trees = try node.member("estimators_").items()
        let columnLists = try node.member("estimators_features_").items()
        guard !trees.isEmpty, columnLists.count == trees.count else {
            throw node.error(
                "\(trees.count) trees and \(columnLists.count) lists of columns found, one each and at least one "
                    + "expected")
        }
        let stored = try node.member(ifPresent: "_average_path_length_per_tree")
        let lengths = try stored?.items()
        let depths = try node.member(ifPresent: "_decision_path_lengths")?.items()
        for list in [lengths, depths] {
            guard let list, list.count != trees.count else { continue }
            throw node.error("\(list.count) lists of path lengths for \(trees.count) trees found, one each expected")
        }
        var converted: [Tree] = []
        converted.reserveCapacity(trees.count)
        for index in trees.indices {
            let columns = try Self.columns(columnLists[index], below: columnCount)
            let tree = try SklearnTree(trees[index], columnCount: columns.count, width: 1)
            let ownLengths = try Self.lengths(lengths?[index], of: tree)
            let treeDepths = tree.depths()
            if let depths { try Self.check(depths[index], treeDepths) }
            converted.append(
                try tree.converted(leafWidth: 1, columns: columns == Array(0..<columnCount) ? nil : columns) {
                    index, leaf throws(ArtifactError) in
                    leaf.append((Double(treeDepths[index]) + ownLengths[index]) - 1)
                })
        }
        let maxName = try node.hasMember("_max_samples") ? "_max_samples" : "max_samples_"
        let sampleMax = try node.member(maxName).integer(in: 1...Int(Int32.max))
        let normalizer = Double(trees.count) * IsolationPath.averageLength(Int64(sampleMax))
        guard normalizer > 0 || source.version >= SklearnVersion(1, 0) else {
            throw source.refusal("trees of one sample found, whose scores are NaN in this version")
        }
        return .treeEnsemble(
            TreeEnsemble(
                columnCount: columnCount, inputs: .float32, thresholds: .float64, splitRule: .lessOrEqual,
                missing: source.version < SklearnVersion(1, 6) ? .refused : .perNode, trees: converted,
                aggregation: .sum, baseValues: [0], link: .isolation(normalizer: normalizer),
                task: .anomaly(offset: try node.member("offset_").finiteDouble())))
    }

    static func columns(_ node: PickleNode, below columnCount: Int) throws(ArtifactError) -> [Int] {
        var columns: [Int] = []
        for column in try node.integers() {
            guard column >= 0, column < Int64(columnCount) else {
                throw node.error("column \(column) found, 0 to \(columnCount - 1) expected")
            }
            columns.append(Int(column))
        }
        return columns
    }

    /// The expected rest of a path below each node: as stored, else of the samples in the node.
    private static func lengths(_ node: PickleNode?, of tree: SklearnTree) throws(ArtifactError) -> [Double] {
        guard let node else { return try tree.sampleCounts().map(IsolationPath.averageLength) }
        let lengths = try node.doubles()
        guard lengths.count == tree.count, lengths.allSatisfy(\.isFinite) else {
            throw node.error("\(lengths.count) lengths for \(tree.count) nodes found, one finite number each expected")
        }
        return lengths
    }

    private static func check(_ node: PickleNode, _ depths: [Int]) throws(ArtifactError) {
        guard try node.integers().elementsEqual(depths, by: { $0 == $1 }) else {
            throw node.error("depths that are not those of the tree found")
        }
    }
}

/// The path length that an isolation forest expects.
enum IsolationPath {
    /// Of a tree over so many samples, as scikit-learn computes it.
    static func averageLength(_ count: Int64) -> Double {
        guard count > 1 else { return 0 }
        guard count > 2 else { return 1 }
        let samples = Double(count)
        return 2 * (log(samples - 1) + 0.5772156649015329) - 2 * (samples - 1) / samples
    }
}

/// NumPy's sum of a run of numbers.
enum NumPySum {
    /// Eight sums side by side in blocks of at most 128, blocks two by two.
    static func pairwise(_ values: ArraySlice<Double>) -> Double {
        let start = values.startIndex
        guard values.count >= 8 else { return values.reduce(0, +) }
        if values.count > 128 {
            let half = values.count / 2 & ~7
            return pairwise(values.prefix(half)) + pairwise(values.dropFirst(half))
        }
        var sums = Array(values.prefix(8))
        let whole = values.count & ~7
        for index in 8..<max(8, whole) { sums[index & 7] += values[start + index] }
        let sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
        return values.dropFirst(whole).reduce(sum, +)
    }
}
