/// Finds in one pass whether the nodes of a tree are all in their place, and how deep the tree is.
///
/// Every child must come after its parent and within the tree, so one pass from the root on meets parents first and
/// hands their level down; the deepest level is the number of steps after which every walk stands on a leaf. The checks
/// of a node are gathered in one flag without branches: what is a leaf is not predictable, and a wrong guess would cost
/// more than the checks.
@safe
struct TreeCheck {
    private let featureCount: UInt64
    private let leafRowCount: UInt64
    private let wordCount: UInt64
    private let mayHaveCategories: Bool
    /// The level of each node of the tree at hand, then two that nobody reads.
    private let levels: UnsafeMutablePointer<Int32>

    /// `levels` has room for the largest tree and two more.
    init(_ shape: EnsembleShape, levels: UnsafeMutablePointer<Int32>) {
        featureCount = UInt64(shape.featureCount)
        leafRowCount = UInt64(shape.leafRowCount)
        wordCount = UInt64(shape.categoryWordCount)
        mayHaveCategories = shape.nodeForm == .categorical
        unsafe self.levels = levels
    }

    /// The depth in steps of a tree of small nodes, or nil when one of them is out of its place.
    func depth(small nodes: UnsafePointer<UInt64>, nodeCount: Int) -> Int? {
        unsafe levels.update(repeating: 0, count: nodeCount &+ 2)
        var isSound = true
        var depth: Int32 = 0
        for index in 0..<nodeCount {
            let word = unsafe nodes[index]
            let key = word & 0xFFFF_FFFF
            let feature = word >> 32 & 0xFFFF
            let delta = Int(word >> 48)
            let innerIsSound = feature < featureCount && key <= SortableKey.infinity32
            let leafIsSound = feature == 0 && key &- UInt64(SortableKey.firstLeaf32) < leafRowCount
            isSound = isSound && (delta != 0 ? innerIsSound : leafIsSound)
            descend(index, delta, nodeCount, &isSound, &depth)
        }
        return isSound ? Int(depth) : nil
    }

    /// The same for nodes of 16 bytes, categorical ones among them where the form allows them.
    func depth(wide nodes: UnsafePointer<UInt64>, nodeCount: Int) -> Int? {
        unsafe levels.update(repeating: 0, count: nodeCount &+ 2)
        var isSound = true
        var depth: Int32 = 0
        for index in 0..<nodeCount {
            let key = unsafe nodes[2 &* index]
            let meta = unsafe nodes[2 &* index &+ 1]
            let isCategory = mayHaveCategories && meta & UInt64(NodeForm.categoryBit) != 0
            let feature = meta & (isCategory ? 0x7FFF_FFFF : 0xFFFF_FFFF)
            let delta = Int(meta >> 32)
            let keyIsSound =
                isCategory ? (key & 0xFFFF_FFFF) + (key >> 32) <= wordCount : key <= SortableKey.infinity64
            let innerIsSound = feature < featureCount && keyIsSound
            let leafIsSound =
                meta == 0 && key >= SortableKey.firstLeaf64 && key &- SortableKey.firstLeaf64 < leafRowCount
            isSound = isSound && (delta != 0 ? innerIsSound : leafIsSound)
            descend(index, delta, nodeCount, &isSound, &depth)
        }
        return isSound ? Int(depth) : nil
    }

    /// Hands the level of a node down to its children; a leaf hands it to the two that nobody reads.
    @inline(__always)
    private func descend(_ index: Int, _ delta: Int, _ nodeCount: Int, _ isSound: inout Bool, _ depth: inout Int32) {
        let level = unsafe levels[index]
        let child = index &+ delta
        let isInside = child &+ 1 < nodeCount
        isSound = isSound && (delta == 0 || isInside)
        let target = delta != 0 && isInside ? child : nodeCount
        let below = level &+ 1
        // A node with two parents (nobody packs one) counts from the deeper one.
        unsafe levels[target] = max(levels[target], below)
        unsafe levels[target &+ 1] = max(levels[target &+ 1], below)
        depth = max(depth, level)
    }
}
