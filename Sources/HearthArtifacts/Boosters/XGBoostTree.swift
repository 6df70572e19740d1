import HearthModel

/// One tree of an XGBoost model: arrays by node, of one length.
///
/// Nodes that pruning deleted stay in the arrays, and a child may stand before its parent.
struct XGBoostTree {
    private let offset: Int
    private let leftChildren: [Int]
    private let rightChildren: [Int]
    private let columns: [Int]
    /// Thresholds of splits, values of leaves.
    private let conditions: [Float]
    private let defaultLeft: [Int]
    /// 1 for a categorical split.
    private let kinds: [Int]
    /// The categories that go right, by node, as a range of ``categories``.
    private let categoryRanges: [Int: Range<Int>]
    private let categories: [Int]

    init(_ tree: BoosterScope, columnCount: Int) throws(ArtifactError) {
        offset = tree.node.offset
        let leafWidth = try tree.optional("tree_param")?.optional("size_leaf_vector")?.count(atMost: 1_000_000) ?? 1
        guard leafWidth <= 1 else {
            throw tree.failure.unsupported(
                tree.node.offset,
                "leaves of \(leafWidth) values (multi_output_tree) at \(tree.place) found, one value "
                    + "expected", hint: "train with multi_strategy one_output_per_tree")
        }
        conditions = try tree.member("split_conditions").floats()
        let count = conditions.count
        guard count > 0 else { throw tree.failure.corrupt(tree.node.offset, "no nodes at \(tree.place) found") }
        leftChildren = try tree.member("left_children").integers(count: count, in: -1...count)
        rightChildren = try tree.member("right_children").integers(count: count, in: -1...count)
        // A leaf may hold any column.
        columns = try tree.member("split_indices").integers(count: count, in: 0...Int(UInt32.max))
        defaultLeft = try tree.member("default_left").integers(count: count, in: 0...1)
        kinds = try tree.optional("split_type")?.integers(count: count, in: 0...1) ?? []
        guard kinds.contains(1) else {
            (categoryRanges, categories) = ([:], [])
            return
        }
        categories = try tree.member("categories").integers(in: 0...Self.categoryMax)
        let nodes = try tree.member("categories_nodes").integers(in: 0...(count - 1))
        let segments = try tree.member("categories_segments").integers(count: nodes.count, in: 0...categories.count)
        let sizes = try tree.member("categories_sizes").integers(count: nodes.count, in: 0...categories.count)
        // Nodes that shared their categories would be a small file with a large model.
        let total = sizes.reduce(0, +)
        guard total <= categories.count else {
            throw tree.failure.corrupt(
                tree.node.offset,
                "\(total) categories of nodes at \(tree.place) found, the \(categories.count) of the tree expected")
        }
        var ranges: [Int: Range<Int>] = [:]
        for index in nodes.indices {
            let end = segments[index] + sizes[index]
            guard end <= categories.count, ranges[nodes[index]] == nil else {
                throw tree.failure.corrupt(
                    tree.node.offset,
                    "categories \(segments[index]) to \(end) of node \(nodes[index]) at \(tree.place)"
                        + " found, one range within the \(categories.count) expected")
            }
            ranges[nodes[index]] = segments[index]..<end
        }
        categoryRanges = ranges
    }

    private static let categoryMax = ModelLimits.categoryWordCount * 32 - 1

    /// The tree in parent-before-child order, its leaves scaled; categorical sets are appended to `sets`. It is number
    /// `index` in messages.
    ///
    /// What else is wrong with its nodes is for ``ModelDefinition/validate()`` to say.
    ///
    /// XGBoost's set names what goes right; the definition's what goes left, so the children of a categorical split
    /// change places.
    func converted(
        index: Int, output: Int, columnCount: Int, sets: inout CategorySets, failure: BoosterFailure,
        leafValue: (Float) -> Float
    ) throws(ArtifactError) -> Tree {
        let count = conditions.count
        var records: [TreeNodes.Record] = []
        records.reserveCapacity(count)
        var leafValues: [Double] = []
        leafValues.reserveCapacity(count / 2 + 1)
        // The file's number of each node of the result; children are numbered when their parent is met.
        var order = [0]
        order.reserveCapacity(count)
        var isPlaced = [Bool](repeating: false, count: count)
        isPlaced[0] = true
        var next = 0
        while next < order.count {
            let node = order[next]
            next += 1
            let (left, right) = (leftChildren[node], rightChildren[node])
            if left < 0 {
                records.append(TreeNodes.Record(leaf: leafValues.count))
                leafValues.append(Double(leafValue(conditions[node])))
                continue
            }
            guard columns[node] < columnCount else {
                throw failure.corrupt(
                    offset,
                    "column \(columns[node]) at tree \(index) node \(node) found, 0 to \(columnCount - 1) expected")
            }
            let isLeftFree = left < count && !isPlaced[left]
            if isLeftFree { isPlaced[left] = true }
            guard isLeftFree, right >= 0, right < count, !isPlaced[right] else {
                throw failure.corrupt(
                    offset,
                    "child \(isLeftFree ? right : left) of tree \(index) node \(node) found, a node of its own expected"
                )
            }
            isPlaced[right] = true
            let first = order.count
            let missingGoesLeft = defaultLeft[node] == 1
            if kinds.isEmpty || kinds[node] == 0 {
                order.append(left)
                order.append(right)
                records.append(
                    TreeNodes.Record(
                        column: columns[node], threshold: Double(conditions[node]), left: first,
                        missingGoesLeft: missingGoesLeft))
                continue
            }
            guard let range = categoryRanges[node] else {
                throw failure.corrupt(offset, "no categories of tree \(index) node \(node) found, a range expected")
            }
            order.append(right)
            order.append(left)
            let set = try sets.add(categories[range], failure)
            records.append(
                TreeNodes.Record(
                    .category(
                        column: columns[node], set: set, left: first, right: first + 1,
                        missingGoesLeft: !missingGoesLeft)))
        }
        var nodes = TreeNodes(records: records)
        _ = nodes.check(columnCount: columnCount, leafRowCount: leafValues.count, categorySetCount: sets.sets.count)
        return Tree(nodes: nodes, leafValues: leafValues, output: output)
    }
}

/// The categorical sets of a model as they are collected, within a bound for all together.
struct CategorySets {
    private(set) var sets: [[UInt32]] = []
    private var wordCount = 0

    /// Adds a set given as its categories and returns its index.
    mutating func add(_ categories: some Collection<Int>, _ failure: BoosterFailure) throws(ArtifactError) -> Int {
        let count = (categories.max() ?? -1) / 32 + 1
        try take(count, failure)
        var words = [UInt32](repeating: 0, count: count)
        for category in categories { words[category / 32] |= 1 << UInt32(category % 32) }
        sets.append(words)
        return sets.count - 1
    }

    /// Adds a set given as words and returns its index.
    mutating func add(words: [UInt32], _ failure: BoosterFailure) throws(ArtifactError) -> Int {
        try take(words.count, failure)
        sets.append(words)
        return sets.count - 1
    }

    private mutating func take(_ count: Int, _ failure: BoosterFailure) throws(ArtifactError) {
        wordCount += count
        guard wordCount <= BoosterLimits.categoryWordCountMax else {
            throw failure.tooLarge(
                nil,
                "categorical sets of more than \(BoosterLimits.categoryWordCountMax) words found, at most that "
                    + "many are read")
        }
    }
}
