/// Lays the trees of a validated ensemble out as the kernels read them.
struct EnsemblePacker {
    private let ensemble: TreeEnsemble
    /// Leaf rows of all trees.
    private let leafCount: Int
    private let nodeCountMax: Int
    /// First word of each categorical set.
    private let categoryOffsets: [Int]
    private(set) var shape: EnsembleShape

    /// Decides the node form from the ensemble: the small one where values are float32 and every tree and column count
    /// fits.
    init(_ ensemble: TreeEnsemble) throws(ModelError) {
        self.ensemble = ensemble
        let hasCategories = ensemble.hasCategories
        categoryOffsets = ensemble.categorySets.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        shape = EnsembleShape(
            columnCount: ensemble.columnCount, inputs: ensemble.inputs, acceptsMissing: ensemble.missing == .perNode,
            splitsMissing: hasCategories || ensemble.missing == .perNode && ensemble.sendsMissingRight,
            nodeForm: .small, treeCount: ensemble.trees.count, nodeSlotCount: 0, leafRowCount: 0,
            leafWidth: ensemble.trees[0].width, categoryWordCount: 0, negativeCategory: ensemble.negativeCategory,
            aggregation: ensemble.aggregation, output: ensemble.outputShape)
        leafCount = ensemble.trees.reduce(0) { $0 + $1.leafValues.count / $1.width }
        nodeCountMax = ensemble.trees.reduce(0) { max($0, $1.nodes.count) }
        if hasCategories {
            shape.nodeForm = .categorical
            shape.categoryWordCount = ensemble.categorySets.reduce(0) { $0 + $1.count }
        } else if ensemble.inputs == .float64 || shape.featureCount > Int(UInt16.max) + 1
            || nodeCountMax > Int(UInt16.max) || leafCount > SortableKey.leafRowCount32
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
        var placement = TreePlacement(slotsPerLine: shape.nodeForm.slotsPerLine, nodeCountMax: nodeCountMax)
        var records = ByteWriter()
        let form = shape.nodeForm
        let nodes = unsafe [UInt8](unsafeUninitializedCapacity: shape.nodeSlotCount * form.byteCount) { bytes, count in
            let words = unsafe UnsafeMutableRawBufferPointer(bytes).bindMemory(to: UInt64.self)
            unsafe words.initialize(repeating: 0)
            var firstSlot = 0
            for tree in ensemble.trees {
                let leafRows = leafTable.rows(of: tree.leafValues)
                let steps = unsafe pack(tree, leafRows, into: words, from: firstSlot, &placement)
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

    /// Writes one tree, whose leaf rows have these numbers, and returns its depth in steps.
    ///
    /// First the words of all nodes in their order, then each to its place: the second pass jumps about in memory that
    /// the first has brought near.
    private func pack(
        _ tree: Tree, _ leafRows: [UInt32], into words: UnsafeMutableBufferPointer<UInt64>, from firstSlot: Int,
        _ placement: inout TreePlacement
    ) -> Int {
        let records = tree.nodes.records
        switch shape.nodeForm {
        case .small:
            let first = unsafe UnsafeMutableBufferPointer(rebasing: words[firstSlot...])
            return unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: records.count) { ordered in
                unsafe smallWords(of: tree, leafRows, into: ordered)
                return placement.place(records) { node, slot in
                    unsafe first[slot] = ordered[node].littleEndian
                } link: { slot, pair in
                    unsafe first[slot] |= (UInt64(truncatingIfNeeded: pair &- slot) &<< 48).littleEndian
                }
            }
        case .wide, .categorical:
            let first = unsafe UnsafeMutableBufferPointer(rebasing: words[(2 * firstSlot)...])
            let ordered = records.map { wideWords($0, of: tree, leafRows) }
            return placement.place(records) { node, slot in
                unsafe first[2 &* slot] = ordered[node].key.littleEndian
                unsafe first[2 &* slot &+ 1] = ordered[node].feature.littleEndian
            } link: { slot, pair in
                unsafe first[2 &* slot &+ 1] |= (UInt64(truncatingIfNeeded: pair &- slot) &<< 32).littleEndian
            }
        }
    }

    /// The nodes of a tree without their deltas; leaf or split is chosen without a branch.
    private func smallWords(
        of tree: Tree, _ leafRows: [UInt32], into words: UnsafeMutableBufferPointer<UInt64>
    ) {
        let (rule, thresholds) = (ensemble.splitRule, ensemble.thresholds)
        // Thresholds of scikit-learn, whose columns are mostly all in order, have a loop of their own.
        if rule == .lessOrEqual, thresholds == .float64, tree.columns == nil, !shape.splitsMissing {
            unsafe smallWords(of: tree, leafRows, into: words) { record in
                UInt64(SplitKey(record.threshold, rule: .lessOrEqual, thresholds: .float64).small)
                    | UInt64(UInt32(bitPattern: record.column)) &<< 32
            }
        } else {
            unsafe smallWords(of: tree, leafRows, into: words) { record in
                UInt64(SplitKey(record.threshold, rule: rule, thresholds: thresholds).small)
                    | feature(record, of: tree) &<< 32
            }
        }
    }

    @inline(__always)
    private func smallWords(
        of tree: Tree, _ leafRows: [UInt32], into words: UnsafeMutableBufferPointer<UInt64>,
        inner: (TreeNodes.Record) -> UInt64
    ) {
        // A checked tree names only leaf rows and columns that are there.
        unsafe tree.nodes.records.withUnsafeBufferPointer { records in
            unsafe leafRows.withUnsafeBufferPointer { leafRows in
                for index in 0..<records.count {
                    let record = unsafe records[index]
                    let row = unsafe leafRows[record.isInner ? 0 : Int(record.left)]
                    let leaf = UInt64(SortableKey.firstLeaf32) &+ UInt64(row)
                    unsafe words.initializeElement(at: index, to: record.isInner ? inner(record) : leaf)
                }
            }
        }
    }

    @inline(__always)
    private func wideWords(
        _ record: TreeNodes.Record, of tree: Tree, _ leafRows: [UInt32]
    ) -> (key: UInt64, feature: UInt64) {
        guard record.isInner else { return (SortableKey.firstLeaf64 + UInt64(leafRows[Int(record.left)]), 0) }
        guard record.flags.contains(.category) else {
            let key = SplitKey(record.threshold, rule: ensemble.splitRule, thresholds: ensemble.thresholds)
            return (key.wide, feature(record, of: tree))
        }
        let words = UInt64(categoryOffsets[record.set]) | UInt64(ensemble.categorySets[record.set].count) << 32
        return (words, feature(record, of: tree) | UInt64(NodeForm.categoryBit))
    }

    /// The feature of a split; of a leaf, any.
    @inline(__always)
    private func feature(_ record: TreeNodes.Record, of tree: Tree) -> UInt64 {
        var column = Int(record.column)
        if let columns = tree.columns, !columns.isEmpty { column = columns[column] }
        guard shape.splitsMissing else { return UInt64(truncatingIfNeeded: column) }
        return UInt64(truncatingIfNeeded: 2 * column + (record.flags.contains(.missingGoesLeft) ? 0 : 1))
    }
}

extension TreeEnsemble {
    fileprivate var hasCategories: Bool {
        !categorySets.isEmpty && trees.contains { $0.nodes.records.contains { $0.flags.contains(.category) } }
    }

    /// Whether some split sends missing values right; mostly one of the first does.
    fileprivate var sendsMissingRight: Bool {
        let goesLeft: TreeNodes.Record.Flags = [.category, .missingGoesLeft]
        return trees.contains { $0.nodes.records.contains { $0.isInner && $0.flags.isDisjoint(with: goesLeft) } }
    }
}
