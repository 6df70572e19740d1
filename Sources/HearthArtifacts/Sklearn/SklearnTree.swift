import HearthModel

/// A `sklearn.tree._tree.Tree`, checked: every node has one parent before it, every split a column that is there.
struct SklearnTree {
    private let node: PickleNode
    private let records: PickleArray
    /// As a definition has them; leaves are numbered in their order.
    private let nodes: TreeNodes
    /// Values of a node: one per class, or 1.
    let width: Int
    /// The values of the nodes, `width` each.
    let values: [Double]
    /// Nodes.
    var count: Int { nodes.count }

    /// Reads `tree_`; its width must be `width`, the classes, when that is given.
    init(_ estimator: PickleNode, columnCount: Int, width expectedWidth: Int) throws(ArtifactError) {
        node = try estimator.member("tree_")
        guard node.isInstance("Tree") else { throw node.expected("a Tree") }
        let arguments = try node.arguments()
        guard arguments.count == 3 else { throw node.error("\(arguments.count) arguments found, 3 expected") }
        let columns = try arguments[0].integer(in: 1...ModelLimits.columnCount)
        guard columns == columnCount else {
            throw node.error("a tree of \(columns) columns found, \(columnCount) expected")
        }
        guard try arguments[2].integer(in: 1...ModelLimits.outputCount) == 1 else {
            throw node.error(
                "a tree of several outputs found, one expected", code: .unsupported, hint: "train one model per output")
        }
        let classCounts = try arguments[1].integers()
        guard classCounts == [Int64(expectedWidth)] else {
            let found = classCounts.count == 1 ? "[\(classCounts[0])]" : "counts of \(classCounts.count) outputs"
            throw node.error("a tree of \(found) classes found, [\(expectedWidth)] expected")
        }
        width = expectedWidth

        records = try node.member("nodes").array().requireShape([nil])
        let count = records.count
        guard count >= 1, try node.member("node_count").integer() == Int64(count) else {
            throw node.error("\(count) nodes found, 'node_count' of them and at least one expected")
        }
        nodes = try SklearnNodes(records).read(of: node, columnCount: columnCount)
        let values = try node.member("values").array().requireShape([count, 1, width])
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
        for index in 0..<count {
            if nodes.isLeaf(index) { try leaf(index, &leafValues) }
        }
        guard leafValues.allSatisfy(\.isFinite) else { throw node.error("a leaf value that is not finite found") }
        return Tree(nodes: nodes, leafValues: leafValues, width: leafWidth, output: output, columns: columns)
    }
}
