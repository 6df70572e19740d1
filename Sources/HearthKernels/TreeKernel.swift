import HearthModel

/// The fast kernel of tree ensembles: rows in blocks, each block through all trees. Pointers and numbers only.
///
/// Rows of a block stand in tiles of eight, value by value; each tree takes tile after tile (eight rows in flight, the tree in the
/// first-level cache). Rows that do not fill a tile, among them every single row, go through eight trees at a time instead.
/// Either way a row's leaves are added in tree order. Cost per row and tree: one step per level.
@safe
struct TreeKernel {
    let trees: UnsafePointer<TreeRecord>
    let treeCount: Int
    let nodes: UnsafePointer<UInt64>
    let leaves: UnsafeRawPointer
    let categories: UnsafePointer<UInt32>
    let baseValues: UnsafePointer<Double>
    /// Values of a prepared row.
    let featureCount: Int
    /// Every column stands in it twice.
    let splitsMissing: Bool
    let outputCount: Int
    let leafWidth: Int
    /// What the sums are divided by; nil when they are not.
    let divisor: Double?

    init(_ ensemble: PackedEnsemble, baseValues: UnsafePointer<Double>) {
        let shape = ensemble.shape
        unsafe trees = ensemble.trees
        treeCount = shape.treeCount
        unsafe nodes = ensemble.nodes
        unsafe leaves = ensemble.leaves
        unsafe categories = ensemble.categories
        unsafe self.baseValues = baseValues
        featureCount = shape.featureCount
        splitsMissing = shape.splitsMissing
        outputCount = shape.output.outputCount
        leafWidth = shape.leafWidth
        divisor = shape.aggregation == .mean ? Double(shape.treeCount) : nil
    }

    /// The raw values of up to a block of rows, or the first problem. `rows` is the first of them, `index` its number in the request.
    @inline(__always)
    func sum<Walk: NodeWalk, Writer: KeyWriter, Value: BinaryFloatingPoint>(
        _: Walk.Type, _: Writer.Type, _: Value.Type, rows: UnsafePointer<Double>, count: Int, index: Int,
        preparer: RowPreparer, layout: ScratchLayout, scratch: UnsafeMutableRawPointer
    ) -> RowProblem? where Walk.Key == Writer.Key {
        let keys = unsafe (scratch + layout.keysOffset).assumingMemoryBound(to: Walk.Key.self)
        let staged = unsafe (scratch + layout.stagedOffset).assumingMemoryBound(to: Double.self)
        let sums = unsafe (scratch + layout.sumsOffset).assumingMemoryBound(to: Value.self)
        let raw = unsafe (scratch + layout.rawOffset).assumingMemoryBound(to: Double.self)
        let leafRows = unsafe (scratch + layout.leafRowsOffset).assumingMemoryBound(to: UInt32.self)
        let table = unsafe leaves.assumingMemoryBound(to: Value.self)
        let tileCount = count / Lanes.count
        let tiledCount = tileCount &* Lanes.count

        for row in 0..<count {
            let source = unsafe rows + row &* preparer.columnCount
            if let problem = unsafe preparer.infiniteInput(source, index: index + row) { return problem }
            let values = unsafe preparer.stagedRow(source, buffers: staged, bufferWidth: layout.stagedWidth)
            let isTiled = row < tiledCount
            let first = isTiled ? row / Lanes.count &* Lanes.count &* featureCount &+ row % Lanes.count : row &* featureCount
            if let problem = unsafe preparer.writeKeys(
                Writer.self, values, index: index + row, twice: splitsMissing, to: keys + first,
                stride: isTiled ? Lanes.count : 1)
            {
                return problem
            }
        }

        unsafe LeafSum.start(sums, rowCount: count, baseValues: baseValues, outputCount: outputCount)
        if tileCount > 0 {
            for tree in 0..<treeCount {
                unsafe TreeWalk<Walk>.walkRows(
                    trees[tree], nodes: nodes, tiles: keys, tileCount: tileCount, featureCount: featureCount,
                    leafRows: leafRows)
                unsafe LeafSum.addRows(
                    leafRows, of: trees[tree], rowCount: tiledCount, leaves: table, width: leafWidth,
                    outputCount: outputCount, to: sums)
            }
        }
        for row in tiledCount..<count {
            var tree = 0
            while tree < treeCount {
                let chunk = min(ScratchLayout.treeChunkCount, treeCount - tree)
                unsafe TreeWalk<Walk>.walkTrees(
                    trees, first: tree, count: chunk, nodes: nodes, row: keys + row &* featureCount, leafRows: leafRows)
                unsafe LeafSum.addTrees(
                    leafRows, of: trees + tree, count: chunk, leaves: table, width: leafWidth, outputCount: outputCount,
                    to: sums + row &* outputCount)
                tree += chunk
            }
        }
        unsafe LeafSum.finish(sums, count: count &* outputCount, divisor: divisor, to: raw)
        return nil
    }

    /// The same for ensembles with categorical splits: tree after tree, row after row.
    @inline(__always)
    func sumCategorical<Writer: KeyWriter, Value: BinaryFloatingPoint>(
        _: Writer.Type, _: Value.Type, rows: UnsafePointer<Double>, count: Int, index: Int,
        preparer: RowPreparer, layout: ScratchLayout, scratch: UnsafeMutableRawPointer
    ) -> RowProblem? where Writer.Key == UInt64 {
        let keys = unsafe (scratch + layout.keysOffset).assumingMemoryBound(to: UInt64.self)
        let staged = unsafe (scratch + layout.stagedOffset).assumingMemoryBound(to: Double.self)
        let sums = unsafe (scratch + layout.sumsOffset).assumingMemoryBound(to: Value.self)
        let raw = unsafe (scratch + layout.rawOffset).assumingMemoryBound(to: Double.self)
        let leafRows = unsafe (scratch + layout.leafRowsOffset).assumingMemoryBound(to: UInt32.self)
        let table = unsafe leaves.assumingMemoryBound(to: Value.self)

        for row in 0..<count {
            let source = unsafe rows + row &* preparer.columnCount
            if let problem = unsafe preparer.infiniteInput(source, index: index + row) { return problem }
            let values = unsafe preparer.stagedRow(source, buffers: staged, bufferWidth: layout.stagedWidth)
            if let problem = unsafe preparer.writeKeys(
                Writer.self, values, index: index + row, twice: splitsMissing, to: keys + row &* featureCount, stride: 1)
            {
                return problem
            }
        }

        unsafe LeafSum.start(sums, rowCount: count, baseValues: baseValues, outputCount: outputCount)
        for tree in 0..<treeCount {
            for row in 0..<count {
                unsafe leafRows[row] = CategoryWalk.leafRow(
                    root: Int(trees[tree].root), nodes: nodes, categories: categories, row: keys + row &* featureCount)
            }
            unsafe LeafSum.addRows(
                leafRows, of: trees[tree], rowCount: count, leaves: table, width: leafWidth, outputCount: outputCount,
                to: sums)
        }
        unsafe LeafSum.finish(sums, count: count &* outputCount, divisor: divisor, to: raw)
        return nil
    }
}
