/// Finds in one pass whether the nodes of a tree, in level order, are all in their place, and how deep the tree is.
///
/// The children of the n-th inner node must be the n-th pair, so that the next expected pair is all there is to remember, and
/// the first node of the next level is where the pairs stood when this level began. The checks of a node are gathered in
/// one flag without branches: what is a leaf is not predictable, and a wrong guess would cost more than the checks.
enum TreeCheck {
    /// The depth in steps, or nil when the nodes are not a tree in level order.
    static func depth(small nodes: UnsafePointer<UInt64>, nodeCount: Int, of shape: EnsembleShape) -> Int? {
        let featureCount = UInt64(shape.featureCount)
        let leafRowCount = UInt64(shape.leafRowCount)
        var levels = Levels()
        var isSound = true
        for index in 0..<nodeCount {
            levels.enter(index)
            let word = unsafe nodes[index]
            let key = word & 0xFFFF_FFFF
            let feature = word >> 32 & 0xFFFF
            let delta = Int(word >> 48)
            let isInner = delta != 0
            let innerIsSound =
                index &+ delta == levels.nextPair && feature < featureCount && key <= SortableKey.infinity32
            let leafIsSound = feature == 0 && key &- UInt64(SortableKey.firstLeaf32) < leafRowCount
            isSound = isSound && (isInner ? innerIsSound : leafIsSound)
            levels.nextPair &+= isInner ? 2 : 0
        }
        return isSound && levels.nextPair == nodeCount ? levels.depth : nil
    }

    /// The same for nodes of 16 bytes, categorical ones among them where the form allows them.
    static func depth(wide nodes: UnsafePointer<UInt64>, nodeCount: Int, of shape: EnsembleShape) -> Int? {
        let featureCount = UInt64(shape.featureCount)
        let leafRowCount = UInt64(shape.leafRowCount)
        let wordCount = UInt64(shape.categoryWordCount)
        let mayHaveCategories = shape.nodeForm == .categorical
        var levels = Levels()
        var isSound = true
        for index in 0..<nodeCount {
            levels.enter(index)
            let key = unsafe nodes[2 * index]
            let meta = unsafe nodes[2 * index + 1]
            let isCategory = mayHaveCategories && meta & UInt64(NodeForm.categoryBit) != 0
            let feature = meta & (isCategory ? 0x7FFF_FFFF : 0xFFFF_FFFF)
            let delta = Int(meta >> 32)
            let isInner = delta != 0
            let keyIsSound =
                isCategory
                ? (key & 0xFFFF_FFFF) + (key >> 32) <= wordCount : key <= SortableKey.infinity64
            let innerIsSound = index &+ delta == levels.nextPair && feature < featureCount && keyIsSound
            let leafIsSound =
                meta == 0 && key >= SortableKey.firstLeaf64 && key &- SortableKey.firstLeaf64 < leafRowCount
            isSound = isSound && (isInner ? innerIsSound : leafIsSound)
            levels.nextPair &+= isInner ? 2 : 0
        }
        return isSound && levels.nextPair == nodeCount ? levels.depth : nil
    }

    /// Where the pass stands in the levels of the tree.
    private struct Levels {
        /// Where the children of the next inner node must be.
        var nextPair = 1
        private(set) var depth = 0
        private var nextLevel = 1

        @inline(__always)
        mutating func enter(_ index: Int) {
            if index == nextLevel {
                depth += 1
                nextLevel = nextPair
            }
        }
    }
}
