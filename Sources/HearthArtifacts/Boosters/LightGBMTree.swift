import HearthModel

/// One tree of a LightGBM text: splits by number, leaves by number; a child below 0 is leaf `~child`.
struct LightGBMTree {
    private let offset: Int
    private let place: String
    private let columns: [Int]
    /// Of a categorical split: the number of its set.
    private let thresholds: [Double]
    private let decisionTypes: [Int]
    private let leftChildren: [Int]
    private let rightChildren: [Int]
    private let leafValues: [Double]
    /// First word of each categorical set, and the end of the last.
    private let categoryBoundaries: [Int]
    private let categoryWords: [Int]

    init(_ fields: LightGBMFields, columnCount: Int, failure: BoosterFailure) throws(ArtifactError) {
        offset = fields.offset
        place = fields.place
        if try fields.has("is_linear"), try fields.count("is_linear", atMost: 1) == 1 {
            throw failure.unsupported(
                fields.offset,
                "linear models in the leaves (linear_tree) of \(fields.place) found, plain leaves "
                    + "expected", hint: "train with linear_tree false")
        }
        let leafCount = try fields.count("num_leaves", atMost: Self.leafCountMax)
        guard leafCount > 0 else { throw failure.corrupt(fields.offset, "no leaves of \(fields.place) found") }
        leafValues = try fields.doubles("leaf_value", count: leafCount)
        let splitCount = leafCount - 1
        guard splitCount > 0 else {
            (columns, thresholds, decisionTypes, leftChildren, rightChildren) = ([], [], [], [], [])
            (categoryBoundaries, categoryWords) = ([], [])
            return
        }
        columns = try fields.integers("split_feature", count: splitCount, in: 0...(columnCount - 1))
        thresholds = try fields.doubles("threshold", count: splitCount)
        decisionTypes = try fields.integers("decision_type", count: splitCount, in: 0...Self.decisionTypeMax)
        leftChildren = try fields.integers("left_child", count: splitCount, in: -leafCount...splitCount - 1)
        rightChildren = try fields.integers("right_child", count: splitCount, in: -leafCount...splitCount - 1)
        let setCount = try fields.count("num_cat", atMost: splitCount)
        guard setCount > 0 else {
            (categoryBoundaries, categoryWords) = ([], [])
            return
        }
        categoryBoundaries = try fields.integers(
            "cat_boundaries", count: setCount + 1, in: 0...BoosterLimits.categoryWordCountMax)
        guard zip(categoryBoundaries, categoryBoundaries.dropFirst()).allSatisfy({ $0 <= $1 }),
            categoryBoundaries[0] == 0
        else {
            throw failure.corrupt(fields.offset, "cat_boundaries of \(fields.place) out of order found")
        }
        categoryWords = try fields.integers(
            "cat_threshold", count: categoryBoundaries[setCount], in: 0...Int(UInt32.max))
    }

    private static let leafCountMax = 1 << 28
    /// Bit 0 categorical, bit 1 default left, bits 2 and 3 the missing type.
    private static let decisionTypeMax = 11

    /// What LightGBM takes for missing at a split.
    private enum Missing: Int {
        case none = 0
        case zero = 1
        case notANumber = 2
    }

    /// Columns of which some split of this tree needs the copy without zeros: those where zero does not go where its
    /// value would send it.
    var columnsWithoutZeros: [Int] {
        columns.indices.filter(needsCopy).map { columns[$0] }
    }

    private func needsCopy(_ split: Int) -> Bool {
        decisionTypes[split] & 1 == 0 && missing(split) == .zero
            && defaultsLeft(split) != (Self.normalized(thresholds[split]) >= 0)
    }

    private func missing(_ split: Int) -> Missing? { Missing(rawValue: decisionTypes[split] >> 2) }

    private func defaultsLeft(_ split: Int) -> Bool { decisionTypes[split] & 2 != 0 }

    /// A threshold for values as they come.
    ///
    /// Before it walks a tree LightGBM makes 0 of all values within ``MissingMarker/zeroMagnitude``: they fall on one
    /// side together, that of 0.
    private static func normalized(_ threshold: Double) -> Double {
        guard threshold.magnitude <= MissingMarker.zeroMagnitude else { return threshold }
        return threshold >= 0 ? MissingMarker.zeroMagnitude : (-MissingMarker.zeroMagnitude).nextDown
    }

    /// The tree in parent-before-child order; categorical sets are appended to `sets`.
    ///
    /// What else is wrong with its nodes is for ``ModelDefinition/validate()`` to say.
    func converted(
        output: Int, columnCount: Int, copies: [Int: Int], sets: inout CategorySets, failure: BoosterFailure
    ) throws(ArtifactError) -> Tree {
        var records: [TreeNodes.Record] = []
        records.reserveCapacity(columns.count + leafValues.count)
        // The text's number of each node of the result; children are numbered when their parent is met.
        var order = [columns.isEmpty ? -1 : 0]
        order.reserveCapacity(columns.count + leafValues.count)
        var splitIsPlaced = [Bool](repeating: false, count: columns.count)
        var leafIsPlaced = [Bool](repeating: false, count: leafValues.count)
        if !splitIsPlaced.isEmpty { splitIsPlaced[0] = true }
        var next = 0
        while next < order.count {
            let node = order[next]
            next += 1
            guard node >= 0 else {
                records.append(TreeNodes.Record(leaf: ~node))
                continue
            }
            let first = order.count
            try place(leftChildren[node], below: node, &splitIsPlaced, &leafIsPlaced, failure)
            try place(rightChildren[node], below: node, &splitIsPlaced, &leafIsPlaced, failure)
            records.append(try split(node, first: first, copies: copies, sets: &sets, failure: failure))
            order.append(leftChildren[node])
            order.append(rightChildren[node])
        }
        var nodes = TreeNodes(records: records)
        _ = nodes.check(columnCount: columnCount, leafRowCount: leafValues.count, categorySetCount: sets.sets.count)
        return Tree(nodes: nodes, leafValues: leafValues, output: output)
    }

    /// Notes that a split or leaf has its parent, which must be its first.
    @inline(__always)
    private func place(
        _ child: Int, below node: Int, _ splitIsPlaced: inout [Bool], _ leafIsPlaced: inout [Bool],
        _ failure: BoosterFailure
    ) throws(ArtifactError) {
        let isPlaced = child < 0 ? leafIsPlaced[~child] : splitIsPlaced[child]
        guard !isPlaced else {
            throw failure.corrupt(
                offset, "child \(child) of \(place) node \(node) found, a node of its own expected")
        }
        if child < 0 { leafIsPlaced[~child] = true } else { splitIsPlaced[child] = true }
    }

    private func split(
        _ node: Int, first: Int, copies: [Int: Int], sets: inout CategorySets, failure: BoosterFailure
    ) throws(ArtifactError) -> TreeNodes.Record {
        guard let missing = missing(node) else {
            throw failure.corrupt(offset, "decision type \(decisionTypes[node]) of \(place) node \(node) found")
        }
        if decisionTypes[node] & 1 == 1 {
            guard let set = Int(exactly: thresholds[node]), set >= 0, set < categoryBoundaries.count - 1 else {
                throw failure.corrupt(
                    offset,
                    "categorical set \(thresholds[node]) of \(place) node \(node) found, 0 to "
                        + "\(categoryBoundaries.count - 2) expected")
            }
            let words = categoryWords[categoryBoundaries[set]..<categoryBoundaries[set + 1]]
            let index = try sets.add(words: words.map { UInt32(truncatingIfNeeded: $0) }, failure)
            // A missing category is in no set.
            return TreeNodes.Record(
                .category(
                    column: columns[node], set: index, left: first, right: first + 1, missingGoesLeft: false))
        }
        let threshold = Self.normalized(thresholds[node])
        let missingGoesLeft =
            switch missing {
            // NaN is 0.
            case .none: threshold >= 0
            // Where zero goes its own way, NaN, which is 0, goes with it.
            case .zero, .notANumber: defaultsLeft(node)
            }
        let column = needsCopy(node) ? copies[columns[node]] : columns[node]
        guard let column else { throw failure.corrupt(offset, "no copy of column \(columns[node]) found") }
        return TreeNodes.Record(
            column: column, threshold: threshold, left: first, missingGoesLeft: missingGoesLeft)
    }
}
