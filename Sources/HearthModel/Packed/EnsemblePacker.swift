/// Lays the trees of a validated ensemble out as the kernels read them.
struct EnsemblePacker {
    private let ensemble: TreeEnsemble
    /// Leaves of all trees.
    private let leafCount: Int
    /// First word of each categorical set.
    private let categoryOffsets: [Int]
    private(set) var shape: EnsembleShape

    /// Decides the node form from the ensemble: the small one where values are float32 and every tree and column count
    /// fits.
    init(_ ensemble: TreeEnsemble) throws(ModelError) {
        self.ensemble = ensemble
        let traits = Traits(of: ensemble)
        categoryOffsets = ensemble.categorySets.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        shape = EnsembleShape(
            columnCount: ensemble.columnCount, inputs: ensemble.inputs, acceptsMissing: ensemble.missing == .perNode,
            splitsMissing: traits.hasCategories || ensemble.missing == .perNode && traits.sendsMissingRight,
            nodeForm: .small, treeCount: ensemble.trees.count, nodeSlotCount: 0, leafRowCount: 0,
            leafWidth: ensemble.trees[0].width, categoryWordCount: 0, negativeCategory: ensemble.negativeCategory,
            aggregation: ensemble.aggregation, output: ensemble.outputShape)
        // Every inner node has two children.
        leafCount = ensemble.trees.reduce(0) { $0 + ($1.nodes.count + 1) / 2 }
        if traits.hasCategories {
            shape.nodeForm = .categorical
            shape.categoryWordCount = ensemble.categorySets.reduce(0) { $0 + $1.count }
        } else if ensemble.inputs == .float64 || shape.featureCount > Int(UInt16.max) + 1
            || traits.nodeCountMax > Int(UInt16.max) || leafCount > SortableKey.leafRowCount32
        {
            shape.nodeForm = .wide
        }
        let form = shape.nodeForm
        shape.nodeSlotCount = ensemble.trees.reduce(0) { $0 + form.slotCount(nodeCount: $1.nodes.count) }
        guard shape.nodeSlotCount <= ModelLimits.nodeSlotCount, leafCount <= ModelLimits.leafRowCount,
            shape.categoryWordCount <= ModelLimits.nodeSlotCount
        else {
            throw .unsupported(
                "tree ensemble", "\(shape.nodeSlotCount) nodes found, at most \(ModelLimits.nodeSlotCount) expected")
        }
    }

    /// The sections of the ensemble; afterwards ``shape`` is complete.
    mutating func pack() -> [ModelSection] {
        var leafTable = LeafTable(width: shape.leafWidth, leafCount: leafCount)
        var placement = TreePlacement(slotsPerLine: shape.nodeForm.slotsPerLine)
        var records = ByteWriter()
        let form = shape.nodeForm
        let nodes = unsafe [UInt8](unsafeUninitializedCapacity: shape.nodeSlotCount * form.byteCount) { bytes, count in
            let words = unsafe UnsafeMutableRawBufferPointer(bytes).bindMemory(to: UInt64.self)
            unsafe words.initialize(repeating: 0)
            var firstSlot = 0
            for tree in ensemble.trees {
                let steps = unsafe pack(tree, into: words, from: firstSlot, &placement, &leafTable)
                records.write(UInt32(firstSlot + 1))
                records.write(UInt32(tree.nodes.count))
                records.write(UInt32(steps))
                records.write(UInt32(tree.output))
                firstSlot += form.slotCount(nodeCount: tree.nodes.count)
            }
            count = bytes.count
        }
        shape.leafRowCount = leafTable.count
        var sections = [
            ModelSection(.trees, bytes: records.bytes), ModelSection(.nodes, bytes: nodes),
            ModelSection(.leaves, bytes: leafTable.bytes(accumulator: ensemble.accumulator)),
        ]
        if shape.categoryWordCount > 0 {
            var words = ByteWriter()
            for set in ensemble.categorySets { for word in set { words.write(word) } }
            sections.append(ModelSection(.categories, bytes: words.bytes))
        }
        return sections
    }

    /// Writes one tree and returns its depth in steps.
    private func pack(
        _ tree: Tree, into words: UnsafeMutableBufferPointer<UInt64>, from firstSlot: Int,
        _ placement: inout TreePlacement, _ leafTable: inout LeafTable
    ) -> Int {
        let isSmall = shape.nodeForm == .small
        let splitsMissing = shape.splitsMissing
        let (rule, thresholds) = (ensemble.splitRule, ensemble.thresholds)
        func feature(_ column: Int, _ missingGoesLeft: Bool) -> UInt64 {
            let column = tree.columns.map { $0[column] } ?? column
            return UInt64(splitsMissing ? 2 * column + (missingGoesLeft ? 0 : 1) : column)
        }
        return placement.place(tree.nodes) { placed, pair in
            let slot = firstSlot + placed.slot
            let delta = UInt64(truncatingIfNeeded: pair - placed.slot)
            switch tree.nodes[placed.node] {
            case .leaf(let row):
                let row = UInt64(leafTable.row(of: tree.leafValues, from: row * tree.width))
                if isSmall {
                    unsafe words[slot] = (UInt64(SortableKey.firstLeaf32) + row).littleEndian
                } else {
                    unsafe words[2 * slot] = (SortableKey.firstLeaf64 + row).littleEndian
                }
            case .split(let column, let threshold, _, _, let missingGoesLeft):
                let key = SplitKey(threshold, rule: rule, thresholds: thresholds)
                let feature = feature(column, missingGoesLeft)
                if isSmall {
                    unsafe words[slot] = (UInt64(key.small) | feature << 32 | delta << 48).littleEndian
                } else {
                    unsafe words[2 * slot] = key.wide.littleEndian
                    unsafe words[2 * slot + 1] = (feature | delta << 32).littleEndian
                }
            case .category(let column, let set, _, _, let missingGoesLeft):
                let feature = feature(column, missingGoesLeft) | UInt64(NodeForm.categoryBit)
                let words64 = UInt64(categoryOffsets[set]) | UInt64(ensemble.categorySets[set].count) << 32
                unsafe words[2 * slot] = words64.littleEndian
                unsafe words[2 * slot + 1] = (feature | delta << 32).littleEndian
            }
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
