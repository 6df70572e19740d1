import HearthModel

/// The walks of the fast kernels: eight trees with one row, or eight rows through one tree. Free functions over pointers;
/// no allocation, no reference counting, no branch that depends on data except the end of deep trees.
enum TreeWalk<Walk: NodeWalk> {
    /// Up to this many steps are walked without asking whether all walks have ended: shallow trees (isolation forests have
    /// depth 8) mostly use them up.
    private static var plainStepCount: Int { 8 }

    /// Steps between two such questions.
    private static var questionPeriod: Int { 4 }

    /// Walks trees `first..<first + count` with one row and stores their leaf rows in tree order; `leafRows` has room for
    /// `count` rounded up to eight.
    static func walkTrees(
        _ trees: UnsafePointer<TreeRecord>, first: Int, count: Int, nodes: UnsafePointer<UInt64>,
        row: UnsafePointer<Walk.Key>, leafRows: UnsafeMutablePointer<UInt32>
    ) {
        var index = 0
        while index < count {
            // The last group walks its last tree several times over; that costs nothing, the walks overlap.
            let last = min(index + Lanes.count, count) - 1
            let group = unsafe trees + first
            var (lanes, steps) = unsafe start(group, index, last)
            unsafe walk(&lanes, steps: steps, nodes: nodes, row: row)
            unsafe lanes.storeLeafRows(Walk.self, nodes, to: leafRows + index)
            index += Lanes.count
        }
    }

    /// Walks tiles of eight rows through one tree and stores their leaf rows in row order.
    static func walkRows(
        _ tree: TreeRecord, nodes: UnsafePointer<UInt64>, tiles: UnsafePointer<Walk.Key>, tileCount: Int,
        featureCount: Int, leafRows: UnsafeMutablePointer<UInt32>
    ) {
        let root = Int(tree.root)
        for index in 0..<tileCount {
            let tile = unsafe tiles + index * featureCount * Lanes.count
            var lanes = Lanes(s0: root, s1: root, s2: root, s3: root, s4: root, s5: root, s6: root, s7: root)
            unsafe walk(&lanes, steps: Int(tree.steps), nodes: nodes, tile: tile)
            unsafe lanes.storeLeafRows(Walk.self, nodes, to: leafRows + index * Lanes.count)
        }
    }

    /// The roots of trees `index...last`, the last one repeated, and the steps of the deepest.
    @inline(__always)
    private static func start(_ trees: UnsafePointer<TreeRecord>, _ index: Int, _ last: Int) -> (Lanes, Int) {
        let t0 = unsafe trees[index]
        let (t1, t2) = unsafe (trees[min(index + 1, last)], trees[min(index + 2, last)])
        let (t3, t4) = unsafe (trees[min(index + 3, last)], trees[min(index + 4, last)])
        let (t5, t6) = unsafe (trees[min(index + 5, last)], trees[min(index + 6, last)])
        let t7 = unsafe trees[last]
        let low = max(max(t0.steps, t1.steps), max(t2.steps, t3.steps))
        let high = max(max(t4.steps, t5.steps), max(t6.steps, t7.steps))
        let lanes = Lanes(
            s0: Int(t0.root), s1: Int(t1.root), s2: Int(t2.root), s3: Int(t3.root),
            s4: Int(t4.root), s5: Int(t5.root), s6: Int(t6.root), s7: Int(t7.root))
        return (lanes, Int(max(low, high)))
    }

    @inline(__always)
    private static func walk(
        _ lanes: inout Lanes, steps: Int, nodes: UnsafePointer<UInt64>, row: UnsafePointer<Walk.Key>
    ) {
        var current = lanes
        for _ in 0..<min(steps, plainStepCount) { unsafe current.step(Walk.self, nodes, row: row) }
        var remaining = steps - plainStepCount
        while remaining > 0 {
            let before = current
            unsafe current.step(Walk.self, nodes, row: row)
            if current.isEqual(before) { break }
            for _ in 1..<questionPeriod { unsafe current.step(Walk.self, nodes, row: row) }
            remaining -= questionPeriod
        }
        lanes = current
    }

    @inline(__always)
    private static func walk(
        _ lanes: inout Lanes, steps: Int, nodes: UnsafePointer<UInt64>, tile: UnsafePointer<Walk.Key>
    ) {
        var current = lanes
        for _ in 0..<min(steps, plainStepCount) { unsafe current.step(Walk.self, nodes, tile: tile) }
        var remaining = steps - plainStepCount
        while remaining > 0 {
            let before = current
            unsafe current.step(Walk.self, nodes, tile: tile)
            if current.isEqual(before) { break }
            for _ in 1..<questionPeriod { unsafe current.step(Walk.self, nodes, tile: tile) }
            remaining -= questionPeriod
        }
        lanes = current
    }
}
