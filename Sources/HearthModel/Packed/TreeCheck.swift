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
    /// The level of each pair of children of the tree at hand.
    private let levels: UnsafeMutablePointer<Int32>

    /// `levels` has room for half the nodes of the largest tree and one more.
    init(_ shape: EnsembleShape, levels: UnsafeMutablePointer<Int32>) {
        featureCount = UInt64(shape.featureCount)
        leafRowCount = UInt64(shape.leafRowCount)
        wordCount = UInt64(shape.categoryWordCount)
        mayHaveCategories = shape.nodeForm == .categorical
        unsafe self.levels = levels
    }

    /// The depth in steps of a tree of small nodes, or nil when one of them is out of its place.
    func depth(small nodes: UnsafePointer<UInt64>, nodeCount: Int) -> Int? {
        depth(nodeCount: nodeCount) { index in
            let word = unsafe nodes[index]
            let delta = word >> 48
            let firstLeaf = UInt64(SortableKey.firstLeaf32)
            // A leaf has nothing above its key; keys of inner nodes end where those of leaves begin.
            let leafProblems = one(word &- firstLeaf >= leafRowCount)
            let innerProblems =
                one(word & 0xFFFF_FFFF_FFFF >= featureCount << 32) | one(word & 0xFFFF_FFFF >= firstLeaf)
            let inner = 0 &- one(delta != 0)
            let problems = delta != 0 ? innerProblems : leafProblems
            return (Int(truncatingIfNeeded: delta), inner, problems)
        }
    }

    /// The same for nodes of 16 bytes, categorical ones among them where the form allows them.
    func depth(wide nodes: UnsafePointer<UInt64>, nodeCount: Int) -> Int? {
        depth(nodeCount: nodeCount) { index in
            let key = unsafe nodes[2 &* index]
            let meta = unsafe nodes[2 &* index &+ 1]
            let delta = meta >> 32
            let inner = 0 &- one(delta != 0)
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
            return (Int(truncatingIfNeeded: delta), inner, innerProblems & inner | leafProblems & ~inner)
        }
    }

    /// Hands levels down from pair to pair of children: the root is pair 0, nodes 1 and 2 are pair 1, and so on.
    ///
    /// `look` tells how far the children of a node are from it, all ones if it has any, and 1 when something about it
    /// is wrong. A leaf hands its level down to its own pair, whose level was read already and is not read again.
    @inline(__always)
    private func depth(nodeCount: Int, _ look: (Int) -> (delta: Int, inner: UInt64, problems: UInt64)) -> Int? {
        let pairCount = nodeCount / 2
        unsafe levels.update(repeating: 0, count: pairCount &+ 1)
        var problems: UInt64 = 0
        var depth: Int32 = 0
        func descend(_ index: Int, _ level: Int32) {
            let (delta, inner, found) = look(index)
            let child = index &+ delta
            // Children are an odd node and the one after it, within the tree.
            let pair = (child &+ 1) &>> 1
            problems |= found | (one(child & 1 == 0) | one(pair > pairCount)) & inner
            let target = pair <= pairCount ? pair : 0
            // A pair with two parents (nobody packs one) counts from the deeper one.
            unsafe levels[target] = max(levels[target], level)
        }
        descend(0, 1)
        var pair = 0
        while pair < pairCount {
            pair &+= 1
            let level = unsafe levels[pair]
            depth = max(depth, level)
            descend(2 &* pair &- 1, level &+ 1)
            descend(2 &* pair, level &+ 1)
        }
        return problems & 1 == 0 ? Int(depth) : nil
    }

    /// 1 for true, without the branch that `condition ? 1 : 0` may become.
    @inline(__always)
    private func one(_ condition: Bool) -> UInt64 {
        unsafe UInt64(unsafeBitCast(condition, to: UInt8.self))
    }
}
