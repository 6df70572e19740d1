import HearthModel

/// A `sklearn.tree._tree.Tree`, checked: every node has one parent before it, every split a column that is there.
struct SklearnTree {
    private let node: PickleNode
    private let left: [Int64]
    private let right: [Int64]
    private let feature: [Int64]
    private let threshold: [Double]
    private let missingGoesLeft: [Bool]?
    /// `n_node_samples`, per node.
    let sampleCounts: [Int64]
    /// Values of each target of a node: one per class, or 1.
    let widths: [Int]
    /// The values of the nodes: for each target as many as the widest has.
    let values: [Double]
    /// 1 for the root, one more than the parent for any other node.
    let depths: [Int]

    /// Nodes.
    var count: Int { left.count }

    /// Reads `tree_`, which must have one target of `width` values.
    init(_ estimator: PickleNode, columnCount: Int, width: Int) throws(ArtifactError) {
        try self.init(estimator, columnCount: columnCount, widths: [width])
    }

    /// The values of one target of a node.
    func values(of index: Int, target: Int) -> ArraySlice<Double> {
        let start = (index * widths.count + target) * (widths.max() ?? 1)
        return values[start..<start + widths[target]]
    }

    /// Reads `tree_`, which must have one target per width, of so many classes (1 for numbers).
    init(_ estimator: PickleNode, columnCount: Int, widths: [Int]) throws(ArtifactError) {
        node = try estimator.member("tree_")
        guard node.isInstance("Tree") else { throw node.expected("a Tree") }
        let arguments = try node.arguments()
        guard arguments.count == 3 else { throw node.error("\(arguments.count) arguments found, 3 expected") }
        let columns = try arguments[0].integer(in: 1...ModelLimits.columnCount)
        guard columns == columnCount else {
            throw node.error("a tree of \(columns) columns found, \(columnCount) expected")
        }
        let targetCount = try arguments[2].integer(in: 1...ModelLimits.outputCount)
        guard targetCount == widths.count else {
            throw node.error("a tree of \(targetCount) targets found, \(widths.count) expected")
        }
        let classCounts = try arguments[1].integers()
        guard classCounts == widths.map(Int64.init) else {
            throw node.error("a tree of \(classCounts.prefix(8)) classes found, \(widths.prefix(8)) expected")
        }
        self.widths = widths

        let nodes = try node.member("nodes").array().requireShape([nil])
        let count = nodes.count
        guard count >= 1, try node.member("node_count").integer() == Int64(count) else {
            throw node.error("\(count) nodes found, 'node_count' of them and at least one expected")
        }
        left = try Self.field("left_child", .signed, 8, of: nodes).integers()
        right = try Self.field("right_child", .signed, 8, of: nodes).integers()
        feature = try Self.field("feature", .signed, 8, of: nodes).integers()
        threshold = try Self.field("threshold", .float, 8, of: nodes).doubles()
        sampleCounts = try Self.field("n_node_samples", .signed, 8, of: nodes).integers()
        missingGoesLeft =
            nodes.field(ifPresent: "missing_go_to_left") == nil
            ? nil : try Self.field("missing_go_to_left", .unsigned, 1, of: nodes).bools()
        let values = try node.member("values").array().requireShape([count, targetCount, widths.max() ?? 1])
        guard values.type.kind == .float, values.type.byteCount == 8 else {
            throw values.node.error("\(values.type.text) found, f8 expected")
        }
        self.values = try values.doubles()
        depths = try Self.checkedDepths(node, left: left, right: right, feature: feature, columnCount: columnCount)
    }

    private static func field(
        _ name: String, _ kind: PickleElementType.Kind, _ byteCount: Int, of nodes: PickleArray
    ) throws(ArtifactError) -> PickleArray {
        let field = try nodes.field(name)
        guard field.type.kind == kind, field.type.byteCount == byteCount else {
            let expected = PickleElementType(kind: kind, byteCount: byteCount)
            throw field.node.error("\(field.type.text) found, \(expected.text) expected")
        }
        return field
    }

    /// Parents come before their children, so one pass sees all; what passes cannot make a walk go round.
    private static func checkedDepths(
        _ node: PickleNode, left: [Int64], right: [Int64], feature: [Int64], columnCount: Int
    ) throws(ArtifactError) -> [Int] {
        var depths = [Int](repeating: 0, count: left.count)
        depths[0] = 1
        for index in left.indices {
            guard depths[index] > 0 else { throw node.error("node \(index) has no parent before it, one expected") }
            guard left[index] != -1 || right[index] != -1 else { continue }
            for child in [left[index], right[index]] {
                guard let child = Int(exactly: child), child > index, child < left.count else {
                    throw node.error(
                        "child \(child) of node \(index) found, \(index + 1) to \(left.count - 1) expected")
                }
                guard depths[child] == 0 else { throw node.error("node \(child) has two parents, one expected") }
                depths[child] = depths[index] + 1
            }
            guard feature[index] >= 0, feature[index] < Int64(columnCount) else {
                throw node.error(
                    "column \(feature[index]) of node \(index) found, 0 to \(columnCount - 1) expected")
            }
        }
        return depths
    }

    /// The tree with leaves of `leafWidth` values that `leaf` appends for a node.
    func converted(
        leafWidth: Int, output: Int = 0, columns: [Int]? = nil,
        leaf: (Int, inout [Double]) throws(ArtifactError) -> Void
    ) throws(ArtifactError) -> Tree {
        var nodes: [Tree.Node] = []
        nodes.reserveCapacity(count)
        var leafValues: [Double] = []
        var leafCount = 0
        for index in left.indices {
            guard left[index] != -1 else {
                try leaf(index, &leafValues)
                nodes.append(.leaf(leafCount))
                leafCount += 1
                continue
            }
            guard !threshold[index].isNaN else {
                throw node.error("threshold NaN of node \(index) found, a number expected")
            }
            nodes.append(
                .split(
                    column: Int(feature[index]), threshold: threshold[index], left: Int(left[index]),
                    right: Int(right[index]), missingGoesLeft: missingGoesLeft?[index] ?? false))
        }
        guard leafValues.allSatisfy(\.isFinite) else { throw node.error("a leaf value that is not finite found") }
        return Tree(nodes: nodes, leafValues: leafValues, width: leafWidth, output: output, columns: columns)
    }
}
