import HearthModel

/// Walks in flight side by side.
///
/// A step of one walk waits for two loads (the node, then the value of its feature), some 15 cycles; the steps of
/// several walks do not wait for each other, so the processor overlaps them. Measured on a Zen 4 EPYC, cycles a step:
/// one walk 15, four 2.7, eight
/// 1.8, sixteen 1.5; with more the processor is short of instructions per cycle, not of waiting walks.
protocol Lanes {
    associatedtype Walk: NodeWalk

    static var count: Int { get }

    /// One step of each walk.
    mutating func step(_ nodes: UnsafePointer<UInt64>)

    /// 0 when every walk stands where it stood in `other`: after one step between the two, all are on leaves.
    func moved(from other: Self) -> Int

    /// Stores the leaf rows on which the walks have ended.
    func storeLeafRows(_ nodes: UnsafePointer<UInt64>, to leafRows: UnsafeMutablePointer<UInt32>)
}

/// Four walks, their slots in registers.
@safe
struct Quad<Walk: NodeWalk>: Lanes {
    static var count: Int { 4 }

    private var s0, s1, s2, s3: Int
    private let row: UnsafePointer<Walk.Key>
    private let stride: Int

    /// Four rows of a tile at the root of one tree; value f of the n-th is `row[f * stride + n]`.
    @inline(__always)
    init(root: Int, row: UnsafePointer<Walk.Key>, stride: Int) {
        (s0, s1, s2, s3) = (root, root, root, root)
        unsafe self.row = row
        self.stride = stride
    }

    /// The first `count` (1 to 4) of `trees` with one row; the last one several times over.
    @inline(__always)
    init(trees: UnsafePointer<TreeRecord>, count: Int, row: UnsafePointer<Walk.Key>) {
        let last = count &- 1
        unsafe s0 = Int(trees[0].root)
        unsafe s1 = Int(trees[min(1, last)].root)
        unsafe s2 = Int(trees[min(2, last)].root)
        unsafe s3 = Int(trees[last].root)
        unsafe self.row = row
        stride = 1
    }

    @inline(__always)
    mutating func step(_ nodes: UnsafePointer<UInt64>) {
        let next = stride == 1 ? 0 : 1
        unsafe s0 = Walk.next(nodes, s0, row, stride: stride)
        unsafe s1 = Walk.next(nodes, s1, row + next, stride: stride)
        unsafe s2 = Walk.next(nodes, s2, row + 2 * next, stride: stride)
        unsafe s3 = Walk.next(nodes, s3, row + 3 * next, stride: stride)
    }

    @inline(__always)
    func moved(from other: Quad) -> Int {
        (s0 ^ other.s0) | (s1 ^ other.s1) | (s2 ^ other.s2) | (s3 ^ other.s3)
    }

    @inline(__always)
    func storeLeafRows(_ nodes: UnsafePointer<UInt64>, to leafRows: UnsafeMutablePointer<UInt32>) {
        unsafe leafRows[0] = Walk.leafRow(nodes, s0)
        unsafe leafRows[1] = Walk.leafRow(nodes, s1)
        unsafe leafRows[2] = Walk.leafRow(nodes, s2)
        unsafe leafRows[3] = Walk.leafRow(nodes, s3)
    }
}

/// The walks of two groups together.
struct LanePair<Low: Lanes, High: Lanes>: Lanes where Low.Walk == High.Walk {
    typealias Walk = Low.Walk

    static var count: Int { Low.count &+ High.count }

    private var low: Low
    private var high: High

    @inline(__always)
    init(_ low: Low, _ high: High) {
        self.low = low
        self.high = high
    }

    @inline(__always)
    mutating func step(_ nodes: UnsafePointer<UInt64>) {
        unsafe low.step(nodes)
        unsafe high.step(nodes)
    }

    @inline(__always)
    func moved(from other: LanePair) -> Int {
        low.moved(from: other.low) | high.moved(from: other.high)
    }

    @inline(__always)
    func storeLeafRows(_ nodes: UnsafePointer<UInt64>, to leafRows: UnsafeMutablePointer<UInt32>) {
        unsafe low.storeLeafRows(nodes, to: leafRows)
        unsafe high.storeLeafRows(nodes, to: leafRows + Low.count)
    }
}
