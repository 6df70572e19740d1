/// Eight walks in flight: their slots, in registers.
///
/// A step of one walk waits for two loads (the node, then the value of its feature), some 12 cycles; the steps of eight walks do
/// not wait for each other, so the processor overlaps them.
@safe
struct Lanes {
    static let count = 8

    var s0, s1, s2, s3, s4, s5, s6, s7: Int

    /// One step of eight trees with one row.
    @inline(__always)
    mutating func step<Walk: NodeWalk>(
        _: Walk.Type, _ nodes: UnsafePointer<UInt64>, row: UnsafePointer<Walk.Key>
    ) {
        unsafe s0 = Walk.next(nodes, s0, row, stride: 1)
        unsafe s1 = Walk.next(nodes, s1, row, stride: 1)
        unsafe s2 = Walk.next(nodes, s2, row, stride: 1)
        unsafe s3 = Walk.next(nodes, s3, row, stride: 1)
        unsafe s4 = Walk.next(nodes, s4, row, stride: 1)
        unsafe s5 = Walk.next(nodes, s5, row, stride: 1)
        unsafe s6 = Walk.next(nodes, s6, row, stride: 1)
        unsafe s7 = Walk.next(nodes, s7, row, stride: 1)
    }

    /// One step of one tree with eight rows: value f of row r is `tile[f * 8 + r]`.
    @inline(__always)
    mutating func step<Walk: NodeWalk>(
        _: Walk.Type, _ nodes: UnsafePointer<UInt64>, tile: UnsafePointer<Walk.Key>
    ) {
        unsafe s0 = Walk.next(nodes, s0, tile, stride: 8)
        unsafe s1 = Walk.next(nodes, s1, tile + 1, stride: 8)
        unsafe s2 = Walk.next(nodes, s2, tile + 2, stride: 8)
        unsafe s3 = Walk.next(nodes, s3, tile + 3, stride: 8)
        unsafe s4 = Walk.next(nodes, s4, tile + 4, stride: 8)
        unsafe s5 = Walk.next(nodes, s5, tile + 5, stride: 8)
        unsafe s6 = Walk.next(nodes, s6, tile + 6, stride: 8)
        unsafe s7 = Walk.next(nodes, s7, tile + 7, stride: 8)
    }

    /// The leaf rows on which the walks have ended.
    @inline(__always)
    func storeLeafRows<Walk: NodeWalk>(
        _: Walk.Type, _ nodes: UnsafePointer<UInt64>, to leafRows: UnsafeMutablePointer<UInt32>
    ) {
        unsafe leafRows[0] = Walk.leafRow(nodes, s0)
        unsafe leafRows[1] = Walk.leafRow(nodes, s1)
        unsafe leafRows[2] = Walk.leafRow(nodes, s2)
        unsafe leafRows[3] = Walk.leafRow(nodes, s3)
        unsafe leafRows[4] = Walk.leafRow(nodes, s4)
        unsafe leafRows[5] = Walk.leafRow(nodes, s5)
        unsafe leafRows[6] = Walk.leafRow(nodes, s6)
        unsafe leafRows[7] = Walk.leafRow(nodes, s7)
    }

    /// Whether `other` stands where this does: after a step in which nobody moved, all walks are on leaves.
    @inline(__always)
    func isEqual(_ other: Lanes) -> Bool {
        let low = (s0 ^ other.s0) | (s1 ^ other.s1) | (s2 ^ other.s2) | (s3 ^ other.s3)
        let high = (s4 ^ other.s4) | (s5 ^ other.s5) | (s6 ^ other.s6) | (s7 ^ other.s7)
        return low | high == 0
    }
}
