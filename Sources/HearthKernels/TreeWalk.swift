import HearthModel

/// The walks of the fast kernels: trees side by side with one row, or rows side by side through one tree.
///
/// Free functions over pointers; no allocation, no reference counting, no branch that depends on data except the end of
/// deep trees.
enum TreeWalk<Walk: NodeWalk> {
    /// Rows of a tile.
    static var tileRowCount: Int { 8 }

    /// Trees that are walked at once at most.
    static var treeCountMax: Int { 16 }

    /// Up to this many steps are walked without asking whether all walks have ended: shallow trees (isolation forests
    /// have depth 8) mostly use them up.
    private static var plainStepCount: Int { 8 }

    /// Walks 1 to 16 trees with one row and stores their leaf rows in tree order; `leafRows` has room for 16.
    ///
    /// No tree is deeper than `stepsMax`.
    @inline(__always)
    static func walkTrees(
        _ trees: UnsafePointer<TreeRecord>, count: Int, stepsMax: Int, nodes: UnsafePointer<UInt64>,
        row: UnsafePointer<Walk.Key>, leafRows: UnsafeMutablePointer<UInt32>
    ) {
        if count == treeCountMax {
            let low = unsafe LanePair(
                Quad<Walk>(trees: trees, count: 4, row: row), Quad<Walk>(trees: trees + 4, count: 4, row: row))
            let high = unsafe LanePair(
                Quad<Walk>(trees: trees + 8, count: 4, row: row), Quad<Walk>(trees: trees + 12, count: 4, row: row))
            unsafe walk(LanePair(low, high), stepsMax, nodes, leafRows)
            return
        }
        var first = 0
        while first < count {
            let quad = unsafe Quad<Walk>(trees: trees + first, count: min(4, count &- first), row: row)
            unsafe walk(quad, stepsMax, nodes, leafRows + first)
            first &+= 4
        }
    }

    /// Walks tiles of eight rows through one tree and stores their leaf rows in row order.
    @inline(__always)
    static func walkRows(
        _ tree: TreeRecord, nodes: UnsafePointer<UInt64>, tiles: UnsafePointer<Walk.Key>, tileCount: Int,
        featureCount: Int, leafRows: UnsafeMutablePointer<UInt32>
    ) {
        let tileWidth = featureCount &* tileRowCount
        let steps = Int(tree.steps)
        var index = 0
        while index &+ 2 <= tileCount {
            let tile = unsafe tiles + index &* tileWidth
            let lanes = unsafe LanePair(atRoot(of: tree, tile), atRoot(of: tree, tile + tileWidth))
            unsafe walk(lanes, steps, nodes, leafRows + index &* tileRowCount)
            index &+= 2
        }
        if index < tileCount {
            unsafe walk(atRoot(of: tree, tiles + index &* tileWidth), steps, nodes, leafRows + index &* tileRowCount)
        }
    }

    @inline(__always)
    private static func atRoot(of tree: TreeRecord, _ tile: UnsafePointer<Walk.Key>) -> LanePair<Quad<Walk>, Quad<Walk>>
    {
        unsafe LanePair(
            Quad(root: Int(tree.root), row: tile, stride: tileRowCount),
            Quad(root: Int(tree.root), row: tile + 4, stride: tileRowCount))
    }

    /// All lanes to their leaves.
    ///
    /// Deep trees are asked every fourth step whether anybody still moves.
    @inline(__always)
    private static func walk<Group: Lanes>(
        _ start: Group, _ steps: Int, _ nodes: UnsafePointer<UInt64>, _ leafRows: UnsafeMutablePointer<UInt32>
    ) {
        var lanes = start
        var remaining = min(steps, plainStepCount)
        while remaining > 0 {
            unsafe lanes.step(nodes)
            remaining &-= 1
        }
        if steps > plainStepCount {
            while true {
                let before = lanes
                unsafe lanes.step(nodes)
                if lanes.moved(from: before) == 0 { break }
                unsafe lanes.step(nodes)
                unsafe lanes.step(nodes)
                unsafe lanes.step(nodes)
            }
        }
        unsafe lanes.storeLeafRows(nodes, to: leafRows)
    }
}
