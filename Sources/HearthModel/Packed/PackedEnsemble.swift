/// The arrays of a packed tree ensemble, checked.
@safe
package struct PackedEnsemble {
    package let shape: EnsembleShape
    /// One per tree.
    package let trees: UnsafePointer<TreeRecord>
    /// Slots of ``NodeForm/byteCount`` bytes.
    package let nodes: UnsafePointer<UInt64>
    /// Leaf rows: ``EnsembleShape/leafWidth`` values each, Float or Double as leaves are added.
    package let leaves: UnsafeRawPointer
    /// Words of the categorical sets; not to be read when there are none.
    package let categories: UnsafePointer<UInt32>
    /// The greatest depth of a tree, in steps.
    package let stepsMax: Int
    /// The depths of all trees, added.
    package let stepsTotal: Int

    init(_ shape: EnsembleShape, sections: (SectionID) -> UnsafeRawBufferPointer?) throws(ModelError) {
        self.shape = shape
        let trees = try unsafe PackedModel.require(.trees, sections, byteCount: shape.treeCount * TreeRecord.byteCount)
        let nodes = try unsafe PackedModel.require(
            .nodes, sections, byteCount: shape.nodeSlotCount * shape.nodeForm.byteCount)
        let (leafCount, overflow) = shape.leafRowCount.multipliedReportingOverflow(by: shape.leafWidth)
        guard !overflow, leafCount <= Int.max / 8 else {
            throw .malformed(.descriptor, "\(shape.leafRowCount) leaf rows found")
        }
        let leaves = try unsafe PackedModel.require(.leaves, sections, byteCount: leafCount * shape.leafValueByteCount)
        unsafe self.trees = trees.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: TreeRecord.self)
        unsafe self.nodes = nodes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt64.self)
        unsafe self.leaves = UnsafeRawPointer(leaves.baseAddress.unsafelyUnwrapped)
        if shape.categoryWordCount > 0 {
            let words = try unsafe PackedModel.require(.categories, sections, byteCount: shape.categoryWordCount * 4)
            unsafe categories = words.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt32.self)
        } else {
            unsafe categories = UnsafePointer(self.leaves.assumingMemoryBound(to: UInt32.self))
        }
        try unsafe Self.checkLeaves(leaves, shape)
        (stepsMax, stepsTotal) = try unsafe Self.checkTrees(shape, self.trees, self.nodes)
    }

    private static func checkLeaves(_ leaves: UnsafeRawBufferPointer, _ shape: EnsembleShape) throws(ModelError) {
        // All ones in the exponent mean infinite or NaN; one flag for all keeps the loop free of branches.
        var allFinite = true
        switch shape.output.accumulator {
        case .float32:
            let words = unsafe leaves.bindMemory(to: UInt32.self)
            for index in 0..<words.count { unsafe allFinite = allFinite && words[index] & 0x7F80_0000 != 0x7F80_0000 }
        case .float64:
            let words = unsafe leaves.bindMemory(to: UInt64.self)
            for index in 0..<words.count {
                unsafe allFinite = allFinite && words[index] & 0x7FF0_0000_0000_0000 != 0x7FF0_0000_0000_0000
            }
        }
        guard allFinite else { throw .malformed(.leaves, "a value that is not finite found") }
    }

    /// Every tree where the one before it ends, and every tree sound.
    ///
    /// Returns the greatest and the total depth.
    private static func checkTrees(
        _ shape: EnsembleShape, _ trees: UnsafePointer<TreeRecord>, _ nodes: UnsafePointer<UInt64>
    ) throws(ModelError) -> (Int, Int) {
        let form = shape.nodeForm
        var nodeCountMax = 0
        for index in 0..<shape.treeCount { nodeCountMax = unsafe max(nodeCountMax, Int(trees[index].nodeCount)) }
        guard nodeCountMax <= shape.nodeSlotCount else {
            throw .malformed(.trees, "a tree of \(nodeCountMax) nodes among \(shape.nodeSlotCount) slots found")
        }
        let levels = UnsafeMutablePointer<Int32>.allocate(capacity: nodeCountMax / 2 + 1)
        unsafe levels.initialize(repeating: 0, count: nodeCountMax / 2 + 1)
        defer { unsafe levels.deallocate() }
        let check = unsafe TreeCheck(shape, levels: levels)
        var firstSlot = 0
        var (stepsMax, stepsTotal) = (0, 0)
        for index in 0..<shape.treeCount {
            let tree = unsafe trees[index]
            let nodeCount = Int(tree.nodeCount)
            guard nodeCount > 0, nodeCount % 2 == 1, Int(tree.root) == firstSlot + 1,
                form.slotCount(nodeCount: nodeCount) <= shape.nodeSlotCount - firstSlot
            else {
                throw .malformed(
                    .trees, "tree \(index) with root \(tree.root) and \(nodeCount) nodes found after slot \(firstSlot)")
            }
            guard shape.leafWidth > 1 ? tree.output == 0 : Int(tree.output) < shape.output.outputCount else {
                throw .malformed(.trees, "tree \(index) with output \(tree.output) found")
            }
            let depth: Int?
            switch form {
            case .small: depth = unsafe check.depth(small: nodes + firstSlot + 1, nodeCount: nodeCount)
            case .wide, .categorical:
                depth = unsafe check.depth(wide: nodes + 2 * (firstSlot + 1), nodeCount: nodeCount)
            }
            guard let depth else {
                throw .malformed(.nodes, "tree \(index) with a child, feature or leaf out of its place found")
            }
            guard depth == Int(tree.steps) else {
                throw .malformed(.trees, "tree \(index) of depth \(depth) with \(tree.steps) steps found")
            }
            stepsMax = max(stepsMax, depth)
            stepsTotal += depth
            firstSlot += form.slotCount(nodeCount: nodeCount)
        }
        guard firstSlot == shape.nodeSlotCount else {
            throw .malformed(.nodes, "\(shape.nodeSlotCount) slots found, \(firstSlot) expected from the trees")
        }
        return (stepsMax, stepsTotal)
    }
}
