/// The nodes of a tree, in parent-before-child order, node 0 the root: a collection of ``Tree/Node`` that keeps each in
/// 24 bytes.
///
/// Forests are converted, checked and packed node by node, and what that costs is memory: as an array of enums they
/// would take 40 bytes each. Numbers beyond 32 bits are kept as the nearest that fits, which no check lets through.
package struct TreeNodes: Sendable {
    /// A node as it is kept.
    package struct Record: Sendable, Equatable {
        /// What a node is beside its numbers; none for a leaf.
        package struct Flags: OptionSet, Sendable, Equatable {
            package let rawValue: UInt8
            package init(rawValue: UInt8) { self.rawValue = rawValue }

            package static let inner = Flags(rawValue: 1)
            package static let category = Flags(rawValue: 2)
            package static let missingGoesLeft = Flags(rawValue: 4)
        }

        /// Of a categorical split, the set's index.
        package var threshold: Double
        /// The left child; of a leaf, its row.
        package var left: Int32
        package var right: Int32
        package var column: Int32
        package var flags: Flags

        package init(threshold: Double, left: Int32, right: Int32, column: Int32, flags: Flags) {
            self.threshold = threshold
            self.left = left
            self.right = right
            self.column = column
            self.flags = flags
        }

        /// A leaf.
        package init(leaf row: Int) {
            self.init(threshold: 0, left: Int32(clamping: row), right: 0, column: 0, flags: [])
        }

        /// A numeric split whose children are `left` and the node after it.
        package init(column: Int, threshold: Double, left: Int, missingGoesLeft: Bool) {
            self.init(
                threshold: threshold, left: Int32(clamping: left), right: Int32(clamping: left &+ 1),
                column: Int32(clamping: column), flags: missingGoesLeft ? [.inner, .missingGoesLeft] : .inner)
        }

        var isInner: Bool { flags.rawValue & 1 != 0 }
    }

    /// What the nodes were found sound for.
    private struct Extent: Equatable {
        var columnCount: Int
        var leafRowCount: Int
        var categorySetCount: Int
    }

    private(set) var records: [Record]
    private var soundExtent: Extent?

    /// Nodes that are not checked.
    package init(records: [Record]) {
        self.records = records
    }

    /// The same nodes, not checked.
    package init(_ nodes: some Sequence<Tree.Node>) {
        records = nodes.map(Record.init)
    }

    /// Checks the nodes and remembers that they are sound, so that ``ModelDefinition/validate()`` need not look again;
    /// else returns the first problem.
    package mutating func check(columnCount: Int, leafRowCount: Int, categorySetCount: Int) -> TreeProblem? {
        let problem = problem(
            columnCount: columnCount, leafRowCount: leafRowCount, categorySetCount: categorySetCount)
        if problem == nil {
            soundExtent = Extent(
                columnCount: columnCount, leafRowCount: leafRowCount, categorySetCount: categorySetCount)
        }
        return problem
    }

    /// The first problem of the nodes; nil at once when they were checked for the same numbers before.
    func problem(columnCount: Int, leafRowCount: Int, categorySetCount: Int) -> TreeProblem? {
        let extent = Extent(columnCount: columnCount, leafRowCount: leafRowCount, categorySetCount: categorySetCount)
        guard soundExtent != extent else { return nil }
        let check = TreeNodeCheck(
            records: records, columnCount: columnCount, leafRowCount: leafRowCount, categorySetCount: categorySetCount)
        return check.isSound ? nil : check.firstProblem
    }

    /// Whether a node is a leaf.
    package func isLeaf(_ index: Int) -> Bool { !records[index].isInner }

    /// The level of each node of a sound tree: 1 for the root, one more than the parent for any other node.
    package func levels() -> [Int] {
        var levels = [Int](repeating: 1, count: count)
        for (index, record) in records.enumerated() where record.isInner {
            levels[Int(record.left)] = levels[index] + 1
            levels[Int(record.right)] = levels[index] + 1
        }
        return levels
    }
}

extension TreeNodes: Equatable {
    package static func == (left: TreeNodes, right: TreeNodes) -> Bool { left.records == right.records }
}

extension TreeNodes: RandomAccessCollection, MutableCollection, ExpressibleByArrayLiteral {
    /// The nodes of a literal, not checked.
    package init(arrayLiteral nodes: Tree.Node...) {
        self.init(nodes)
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { records.count }

    /// A node; setting one forgets that the tree was checked.
    package subscript(index: Int) -> Tree.Node {
        get { records[index].node }
        set {
            records[index] = Record(newValue)
            soundExtent = nil
        }
    }
}

extension TreeNodes {
    /// Adds a node behind the others.
    package mutating func append(_ node: Tree.Node) {
        records.append(Record(node))
        soundExtent = nil
    }
}

extension TreeNodes.Record {
    /// A node in the form in which it is kept.
    package init(_ node: Tree.Node) {
        switch node {
        case .leaf(let row):
            self.init(threshold: 0, left: Int32(clamping: row), right: 0, column: 0, flags: [])
        case .split(let column, let threshold, let left, let right, let missingGoesLeft):
            self.init(
                threshold: threshold, left: Int32(clamping: left), right: Int32(clamping: right),
                column: Int32(clamping: column), flags: missingGoesLeft ? [.inner, .missingGoesLeft] : .inner)
        case .category(let column, let set, let left, let right, let missingGoesLeft):
            self.init(
                threshold: Double(set), left: Int32(clamping: left), right: Int32(clamping: right),
                column: Int32(clamping: column),
                flags: missingGoesLeft ? [.inner, .category, .missingGoesLeft] : [.inner, .category])
        }
    }

    /// The set of a categorical split.
    var set: Int { Int(exactly: threshold) ?? -1 }

    var node: Tree.Node {
        guard isInner else { return .leaf(Int(left)) }
        let missingGoesLeft = flags.contains(.missingGoesLeft)
        return flags.contains(.category)
            ? .category(
                column: Int(column), set: set, left: Int(left), right: Int(right), missingGoesLeft: missingGoesLeft)
            : .split(
                column: Int(column), threshold: threshold, left: Int(left), right: Int(right),
                missingGoesLeft: missingGoesLeft)
    }
}
