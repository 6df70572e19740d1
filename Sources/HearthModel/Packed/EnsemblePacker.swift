/// Lays the trees of a validated ensemble out as the kernels read them.
struct EnsemblePacker {
    private let ensemble: TreeEnsemble
    private let nodeCounts: [Int]
    /// First word of each categorical set.
    private let categoryOffsets: [Int]
    private(set) var shape: EnsembleShape
    private var leafRows = LeafTable()

    /// Decides the node form from the ensemble: the small one where values are float32 and every tree and column count
    /// fits.
    init(_ ensemble: TreeEnsemble) throws(ModelError) {
        self.ensemble = ensemble
        let traits = Traits(of: ensemble)
        nodeCounts = ensemble.trees.map(\.nodes.count)
        categoryOffsets = ensemble.categorySets.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        shape = EnsembleShape(
            columnCount: ensemble.columnCount, inputs: ensemble.inputs, acceptsMissing: ensemble.missing == .perNode,
            splitsMissing: traits.hasCategories || ensemble.missing == .perNode && traits.sendsMissingRight,
            nodeForm: .small, treeCount: ensemble.trees.count, nodeSlotCount: 0, leafRowCount: 0,
            leafWidth: ensemble.trees[0].width, categoryWordCount: 0, negativeCategory: ensemble.negativeCategory,
            aggregation: ensemble.aggregation, output: ensemble.outputShape)
        let leafCount = ensemble.trees.reduce(0) { $0 + $1.leafValues.count / $1.width }
        if traits.hasCategories {
            shape.nodeForm = .categorical
            shape.categoryWordCount = ensemble.categorySets.reduce(0) { $0 + $1.count }
        } else if ensemble.inputs == .float64 || shape.featureCount > Int(UInt16.max) + 1
            || traits.nodeCountMax > Int(UInt16.max) || leafCount > SortableKey.leafRowCount32
        {
            shape.nodeForm = .wide
        }
        shape.nodeSlotCount = nodeCounts.reduce(0) { [form = shape.nodeForm] in $0 + form.slotCount(nodeCount: $1) }
        guard shape.nodeSlotCount <= ModelLimits.nodeSlotCount, leafCount <= ModelLimits.leafRowCount,
            shape.categoryWordCount <= ModelLimits.nodeSlotCount
        else {
            throw .unsupported(
                "tree ensemble", "\(shape.nodeSlotCount) nodes found, at most \(ModelLimits.nodeSlotCount) expected")
        }
    }

    /// The sections of the ensemble; afterwards ``shape`` is complete.
    mutating func pack() -> [ModelSection] {
        var nodes = [UInt64](repeating: 0, count: shape.nodeSlotCount * shape.nodeForm.byteCount / 8)
        var records = ByteWriter()
        var firstSlot = 0
        for (index, tree) in ensemble.trees.enumerated() {
            let steps = pack(tree, from: firstSlot, into: &nodes)
            records.write(UInt32(firstSlot + 1))
            records.write(UInt32(tree.nodes.count))
            records.write(UInt32(steps))
            records.write(UInt32(tree.output))
            firstSlot += shape.nodeForm.slotCount(nodeCount: nodeCounts[index])
        }
        shape.leafRowCount = leafRows.count
        var sections = [
            ModelSection(.trees, bytes: records.bytes), ModelSection(.nodes, bytes: Self.bytes(of: nodes)),
            ModelSection(.leaves, bytes: leafRows.bytes(accumulator: ensemble.accumulator)),
        ]
        if shape.categoryWordCount > 0 {
            var words = ByteWriter()
            for set in ensemble.categorySets { for word in set { words.write(word) } }
            sections.append(ModelSection(.categories, bytes: words.bytes))
        }
        return sections
    }

    /// Writes one tree and returns its depth in steps.
    private mutating func pack(_ tree: Tree, from firstSlot: Int, into slots: inout [UInt64]) -> Int {
        let placement = TreePlacement(of: tree, slotsPerLine: shape.nodeForm.slotsPerLine)
        for (node, position) in placement.slots.enumerated() {
            let slot = firstSlot + position
            switch tree.nodes[node] {
            case .leaf(let row):
                let values = tree.leafValues[row * tree.width..<(row + 1) * tree.width]
                write(leafRow: leafRows.row(of: values), at: slot, into: &slots)
            case .split(let column, let threshold, _, _, let missingGoesLeft):
                let key = SplitKey(threshold, rule: ensemble.splitRule, thresholds: ensemble.thresholds)
                let feature = feature(column, of: tree, missingGoesLeft: missingGoesLeft)
                write(key: key, feature: feature, delta: placement.pairs[node] - position, at: slot, into: &slots)
            case .category(let column, let set, _, _, let missingGoesLeft):
                let feature = UInt32(feature(column, of: tree, missingGoesLeft: missingGoesLeft)) | NodeForm.categoryBit
                slots[2 * slot] = UInt64(categoryOffsets[set]) | UInt64(ensemble.categorySets[set].count) << 32
                slots[2 * slot + 1] = UInt64(feature) | UInt64(placement.pairs[node] - position) << 32
            }
        }
        return placement.steps
    }

    private func feature(_ column: Int, of tree: Tree, missingGoesLeft: Bool) -> Int {
        let column = tree.columns.map { $0[column] } ?? column
        return shape.splitsMissing ? 2 * column + (missingGoesLeft ? 0 : 1) : column
    }

    private func write(key: SplitKey, feature: Int, delta: Int, at slot: Int, into slots: inout [UInt64]) {
        switch shape.nodeForm {
        case .small: slots[slot] = UInt64(key.small) | UInt64(feature) << 32 | UInt64(delta) << 48
        case .wide, .categorical:
            slots[2 * slot] = key.wide
            slots[2 * slot + 1] = UInt64(feature) | UInt64(delta) << 32
        }
    }

    private func write(leafRow: Int, at slot: Int, into slots: inout [UInt64]) {
        switch shape.nodeForm {
        case .small: slots[slot] = UInt64(SortableKey.firstLeaf32 + UInt32(leafRow))
        case .wide, .categorical: slots[2 * slot] = SortableKey.firstLeaf64 + UInt64(leafRow)
        }
    }

    private static func bytes(of words: [UInt64]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: words.count * 8) { buffer, count in
            for (index, word) in words.enumerated() {
                unsafe UnsafeMutableRawBufferPointer(buffer).storeBytes(
                    of: word.littleEndian, toByteOffset: index * 8, as: UInt64.self)
            }
            count = words.count * 8
        }
    }
}

/// What decides the form of an ensemble's nodes.
private struct Traits {
    var hasCategories = false
    var sendsMissingRight = false
    var nodeCountMax = 0

    init(of ensemble: TreeEnsemble) {
        for tree in ensemble.trees {
            nodeCountMax = max(nodeCountMax, tree.nodes.count)
            for node in tree.nodes {
                switch node {
                case .leaf: break
                case .split(_, _, _, _, let missingGoesLeft):
                    if !missingGoesLeft { sendsMissingRight = true }
                case .category: hasCategories = true
                }
            }
        }
    }
}

/// The distinct leaf rows of all trees in the order in which they are met.
///
/// Isolation forests have a few hundred distinct path lengths and classifiers many pure leaves, so what the kernels
/// look up mostly fits the first-level cache.
private struct LeafTable {
    private var rows: [[UInt64]: Int] = [:]
    private var singles: [UInt64: Int] = [:]
    private var values: [Double] = []
    private(set) var count = 0

    mutating func row(of leaf: ArraySlice<Double>) -> Int {
        if leaf.count == 1, let value = leaf.first {
            if let row = singles[value.bitPattern] { return row }
            singles[value.bitPattern] = count
        } else {
            let bits = leaf.map(\.bitPattern)
            if let row = rows[bits] { return row }
            rows[bits] = count
        }
        values += leaf
        count += 1
        return count - 1
    }

    func bytes(accumulator: TreeEnsemble.Number) -> [UInt8] {
        var writer = ByteWriter()
        switch accumulator {
        case .float32: for value in values { writer.write(Float(value)) }
        case .float64: writer.write(values)
        }
        return writer.bytes
    }
}
