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
        var problems: UInt64 = 0
        var depth: Int32 = 0
        for index in 0..<nodeCount {
            let word = unsafe nodes[index]
            let key = word & 0xFFFF_FFFF
            let feature = word >> 32 & 0xFFFF
            let innerProblems = one(feature >= featureCount) | one(key > UInt64(SortableKey.infinity32))
            let leafProblems = one(feature != 0) | one(key &- UInt64(SortableKey.firstLeaf32) >= leafRowCount)
            problems |= descend(index, Int(word >> 48), nodeCount, innerProblems, leafProblems, &depth)
        }
        return problems == 0 ? Int(depth) : nil
    }

    /// The same for nodes of 16 bytes, categorical ones among them where the form allows them.
    func depth(wide nodes: UnsafePointer<UInt64>, nodeCount: Int) -> Int? {
        unsafe levels.update(repeating: 0, count: nodeCount &+ 2)
        var problems: UInt64 = 0
        var depth: Int32 = 0
        for index in 0..<nodeCount {
            let key = unsafe nodes[2 &* index]
            let meta = unsafe nodes[2 &* index &+ 1]
            var feature = meta & 0xFFFF_FFFF
            var keyProblem = one(key > SortableKey.infinity64)
            if mayHaveCategories && meta & UInt64(NodeForm.categoryBit) != 0 {
                feature &= 0x7FFF_FFFF
                keyProblem = one((key & 0xFFFF_FFFF) &+ (key >> 32) > wordCount)
            }
            let innerProblems = one(feature >= featureCount) | keyProblem
            let leafProblems =
                one(meta != 0) | one(key < SortableKey.firstLeaf64)
                | one(key &- SortableKey.firstLeaf64 >= leafRowCount)
            problems |= descend(index, Int(meta >> 32), nodeCount, innerProblems, leafProblems, &depth)
        }
        return problems == 0 ? Int(depth) : nil
    }

    /// Hands the level of a node down to its children (a leaf hands it to the two that nobody reads) and returns the
    /// problems that count: those of an inner node, a child outside the tree among them, or those of a leaf.
    @inline(__always)
    private func descend(
        _ index: Int, _ delta: Int, _ nodeCount: Int, _ innerProblems: UInt64, _ leafProblems: UInt64,
        _ depth: inout Int32
    ) -> UInt64 {
        let level = unsafe levels[index]
        let child = index &+ delta
        let isInner = 0 &- one(delta != 0)
        let isInside = 0 &- one(child &+ 1 < nodeCount)
        let target = nodeCount &+ (child &- nodeCount) & Int(bitPattern: UInt(isInner & isInside))
        let below = level &+ 1
        // A node with two parents (nobody packs one) counts from the deeper one.
        unsafe levels[target] = max(levels[target], below)
        unsafe levels[target &+ 1] = max(levels[target &+ 1], below)
        depth = max(depth, level)
        return (innerProblems | ~isInside) & isInner | leafProblems & ~isInner
    }

    /// 1 for true, without the branch that `condition ? 1 : 0` may become.
    @inline(__always)
    private func one(_ condition: Bool) -> UInt64 {
        unsafe UInt64(unsafeBitCast(condition, to: UInt8.self))
    }
}
