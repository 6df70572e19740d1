import HearthModel

/// The fast kernel of tree ensembles: rows in blocks, each block through all trees.
///
/// Rows of a block stand in tiles of eight, value by value; each tree takes tile after tile (the tree in the
/// first-level cache). Rows that do not fill a tile, among them every single row, go through sixteen trees at a time
/// instead. Either way a row's leaves are added in tree order. Cost per row and tree: one step per level.
enum TreeKernel<Walk: NodeWalk, Writer: KeyWriter, Value: BinaryFloatingPoint & SIMDScalar>
where Walk.Key == Writer.Key {
    /// Writes the raw values of up to a block of rows into the scratch, or returns the first problem.
    ///
    /// `rows` is the first of them, `index` its number in the request.
    @inline(__always)
    static func sum(
        _ plan: UnsafePointer<KernelPlan>, rows: UnsafePointer<Double>, count: Int, index: Int,
        scratch: UnsafeMutableRawPointer
    ) -> RowProblem? {
        let featureCount = unsafe plan.pointee.featureCount
        let outputCount = unsafe plan.pointee.outputCount
        let keys = unsafe (scratch + plan.pointee.layout.keysOffset).assumingMemoryBound(to: Walk.Key.self)
        let sums = unsafe (scratch + plan.pointee.layout.sumsOffset).assumingMemoryBound(to: Value.self)
        let leafRows = unsafe (scratch + plan.pointee.layout.leafRowsOffset).assumingMemoryBound(to: UInt32.self)
        let tiledCount = count / TreeWalk<Walk>.tileRowCount &* TreeWalk<Walk>.tileRowCount

        for row in 0..<count {
            let isTiled = row < tiledCount
            let first =
                isTiled
                ? row / TreeWalk<Walk>.tileRowCount &* TreeWalk<Walk>.tileRowCount &* featureCount &+ row
                    % TreeWalk<Walk>.tileRowCount : row &* featureCount
            if let problem = unsafe RowPreparer.writeKeys(
                Writer.self, plan, rows: rows, row: row, index: index, to: keys + first,
                stride: isTiled ? TreeWalk<Walk>.tileRowCount : 1, scratch: scratch)
            {
                return problem
            }
        }

        unsafe LeafSum.start(sums, rowCount: count, baseValues: plan.pointee.parameters, outputCount: outputCount)
        if tiledCount > 0 { unsafe addTiles(plan, keys, tiledCount, leafRows, to: sums) }
        for row in tiledCount..<count {
            unsafe addTrees(plan, keys + row &* featureCount, leafRows, to: sums + row &* outputCount)
        }
        unsafe LeafSum.finish(
            sums, count: count &* outputCount, divisor: plan.pointee.divisor,
            to: (scratch + plan.pointee.layout.rawOffset).assumingMemoryBound(to: Double.self))
        return nil
    }

    /// All trees, each with all tiles.
    @inline(__always)
    private static func addTiles(
        _ plan: UnsafePointer<KernelPlan>, _ keys: UnsafePointer<Walk.Key>, _ rowCount: Int,
        _ leafRows: UnsafeMutablePointer<UInt32>, to sums: UnsafeMutablePointer<Value>
    ) {
        let leaves = unsafe plan.pointee.leaves.assumingMemoryBound(to: Value.self)
        for index in unsafe 0..<plan.pointee.treeCount {
            let tree = unsafe plan.pointee.trees[index]
            unsafe TreeWalk<Walk>.walkRows(
                tree, nodes: plan.pointee.nodes, tiles: keys, tileCount: rowCount / TreeWalk<Walk>.tileRowCount,
                featureCount: plan.pointee.featureCount, leafRows: leafRows)
            unsafe LeafSum.addRows(
                leafRows, of: tree, rowCount: rowCount, leaves: leaves, width: plan.pointee.leafWidth,
                outputCount: plan.pointee.outputCount, to: sums)
        }
    }

    /// All trees with one row.
    ///
    /// Leaves are added while the processor already walks the next trees.
    @inline(__always)
    private static func addTrees(
        _ plan: UnsafePointer<KernelPlan>, _ row: UnsafePointer<Walk.Key>, _ leafRows: UnsafeMutablePointer<UInt32>,
        to sums: UnsafeMutablePointer<Value>
    ) {
        let leaves = unsafe plan.pointee.leaves.assumingMemoryBound(to: Value.self)
        let treeCount = unsafe plan.pointee.treeCount
        var tree = 0
        while tree < treeCount {
            let count = min(TreeWalk<Walk>.treeCountMax, treeCount &- tree)
            let trees = unsafe plan.pointee.trees + tree
            unsafe TreeWalk<Walk>.walkTrees(
                trees, count: count, stepsMax: plan.pointee.stepsMax, nodes: plan.pointee.nodes, row: row,
                leafRows: leafRows)
            unsafe LeafSum.addTrees(
                leafRows, of: trees, count: count, leaves: leaves, width: plan.pointee.leafWidth,
                outputCount: plan.pointee.outputCount, to: sums)
            tree &+= count
        }
    }
}

/// The kernel of ensembles with categorical splits: tree after tree, row after row.
enum CategoryKernel<Writer: KeyWriter, Value: BinaryFloatingPoint & SIMDScalar> where Writer.Key == UInt64 {
    /// As ``TreeKernel/sum(_:rows:count:index:scratch:)``.
    @inline(__always)
    static func sum(
        _ plan: UnsafePointer<KernelPlan>, rows: UnsafePointer<Double>, count: Int, index: Int,
        scratch: UnsafeMutableRawPointer
    ) -> RowProblem? {
        let featureCount = unsafe plan.pointee.featureCount
        let outputCount = unsafe plan.pointee.outputCount
        let keys = unsafe (scratch + plan.pointee.layout.keysOffset).assumingMemoryBound(to: UInt64.self)
        let sums = unsafe (scratch + plan.pointee.layout.sumsOffset).assumingMemoryBound(to: Value.self)
        let leafRows = unsafe (scratch + plan.pointee.layout.leafRowsOffset).assumingMemoryBound(to: UInt32.self)
        let leaves = unsafe plan.pointee.leaves.assumingMemoryBound(to: Value.self)
        for row in 0..<count {
            if let problem = unsafe RowPreparer.writeKeys(
                Writer.self, plan, rows: rows, row: row, index: index, to: keys + row &* featureCount, stride: 1,
                scratch: scratch)
            {
                return problem
            }
        }
        unsafe LeafSum.start(sums, rowCount: count, baseValues: plan.pointee.parameters, outputCount: outputCount)
        for treeIndex in unsafe 0..<plan.pointee.treeCount {
            let tree = unsafe plan.pointee.trees[treeIndex]
            for row in 0..<count {
                unsafe leafRows[row] = CategoryWalk.leafRow(
                    plan, root: Int(tree.root), row: keys + row &* featureCount)
            }
            unsafe LeafSum.addRows(
                leafRows, of: tree, rowCount: count, leaves: leaves, width: plan.pointee.leafWidth,
                outputCount: outputCount, to: sums)
        }
        unsafe LeafSum.finish(
            sums, count: count &* outputCount, divisor: plan.pointee.divisor,
            to: (scratch + plan.pointee.layout.rawOffset).assumingMemoryBound(to: Double.self))
        return nil
    }
}
