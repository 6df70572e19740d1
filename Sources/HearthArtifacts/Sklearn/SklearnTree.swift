import HearthModel

/// A `sklearn.tree._tree.Tree`, checked: every node has one parent before it, every split a column that is there.
struct SklearnTree {
    private let node: PickleNode
    private let records: PickleArray
    /// As a definition has them; leaves are numbered in their order.
    private let nodes: TreeNodes
    /// Values of each target of a node: one per class, or 1.
    let widths: [Int]
    /// From one target of a node to the next.
    private let stride: Int
    /// The values of the nodes: for each target as many as the widest has.
    let values: [Double]
    /// Nodes.
    var count: Int { nodes.count }

    /// Reads `tree_`, which must have one target of `width` values.
    init(_ estimator: PickleNode, columnCount: Int, width: Int) throws(ArtifactError) {
        try self.init(estimator, columnCount: columnCount, widths: [width])
    }

    /// Where the values of one target of a node are among ``values``.
    func range(of index: Int, target: Int) -> Range<Int> {
        let start = (index * widths.count + target) * stride
        return start..<start + widths[target]
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
            let found = classCounts.count <= 8 ? "\(classCounts)" : "counts of \(classCounts.count) outputs"
            throw node.error("a tree of \(found) classes found, \(widths.prefix(8)) expected")
        }
        self.widths = widths
        stride = widths.max() ?? 1

        records = try node.member("nodes").array().requireShape([nil])
        let count = records.count
        guard count >= 1, try node.member("node_count").integer() == Int64(count) else {
            throw node.error("\(count) nodes found, 'node_count' of them and at least one expected")
        }
        nodes = try SklearnNodes(records).read(of: node, columnCount: columnCount)
        let values = try node.member("values").array().requireShape([count, targetCount, stride])
        guard values.type.kind == .float, values.type.byteCount == 8 else {
            throw values.node.error("\(values.type.text) found, f8 expected")
        }
        self.values = try values.doubles()
    }

    /// `n_node_samples`, per node.
    func sampleCounts() throws(ArtifactError) -> [Int64] {
        try SklearnNodes.field("n_node_samples", .signed, 8, of: records).integers()
    }

    /// 1 for the root, one more than the parent for any other node.
    func depths() -> [Int] { nodes.levels() }

    /// The tree with leaves of `leafWidth` values that `leaf` appends for a node.
    func converted(
        leafWidth: Int, output: Int = 0, columns: [Int]? = nil,
        leaf: (Int, inout [Double]) throws(ArtifactError) -> Void
    ) throws(ArtifactError) -> Tree {
        var leafValues: [Double] = []
        leafValues.reserveCapacity((count + 1) / 2 * leafWidth)
        for index in 0..<count where nodes.isLeaf(index) { try leaf(index, &leafValues) }
        return try tree(leafValues, leafWidth: leafWidth, output: output, columns: columns)
    }

    /// The tree with leaves of the values of all targets, as they are.
    func converted() throws(ArtifactError) -> Tree {
        let width = widths.reduce(0, +)
        // Where one target has fewer values than another, there are gaps.
        guard width == widths.count * stride else {
            return try converted(leafWidth: width) { index, leaf in
                for target in widths.indices { leaf.append(contentsOf: values[range(of: index, target: target)]) }
            }
        }
        return try tree(nodes.leafValues(of: values, width: width), leafWidth: width, output: 0, columns: nil)
    }

    private func tree(
        _ leafValues: [Double], leafWidth: Int, output: Int, columns: [Int]?
    ) throws(ArtifactError) -> Tree {
        guard leafValues.areFinite else { throw node.error("a leaf value that is not finite found") }
        return Tree(nodes: nodes, leafValues: leafValues, width: leafWidth, output: output, columns: columns)
    }
}
