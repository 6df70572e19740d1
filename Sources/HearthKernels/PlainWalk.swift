import HearthModel

/// The walk that the fast kernel is measured against: one tree after the other, each until its leaf, on the same packed nodes, with
/// the same door, sums and outputs. Its answers are those of ``ServableModel``, to the bit. For benchmarks and tests only.
@safe
package struct PlainWalk: Sendable {
    private let model: ServableModel

    /// nil unless the model is a tree ensemble without categorical splits (those have no other walk) whose leaves are added in
    /// float64.
    package init?(_ model: ServableModel) {
        switch unsafe model.kernel {
        case .small(_, let isFloat32), .wide(_, let isFloat32, _):
            guard !isFloat32 else { return nil }
        case .categorical, .linear, .zScore: return nil
        }
        self.model = model
    }

    /// As ``ServableModel/predict(rows:rowCount:range:outputs:scratch:)``.
    package func predict(
        rows: UnsafePointer<Double>, rowCount: Int, range: Range<Int>, outputs: UnsafeMutablePointer<Double>,
        scratch: UnsafeMutableRawPointer
    ) -> RowProblem? {
        let scratch = unsafe ScratchLayout.aligned(scratch)
        for row in range {
            let problem: RowProblem?
            switch unsafe model.kernel {
            case .small(let trees, _):
                problem = unsafe sum(trees, SmallNodeWalk.self, Float32Keys.self, rows, row, scratch)
            case .wide(let trees, _, let roundsInputs):
                problem = unsafe roundsInputs
                    ? sum(trees, WideNodeWalk.self, WidenedFloat32Keys.self, rows, row, scratch)
                    : sum(trees, WideNodeWalk.self, Float64Keys.self, rows, row, scratch)
            case .categorical, .linear, .zScore: preconditionFailure("the initialiser takes no such model")
            }
            if let problem { return problem }
            let raw = unsafe (scratch + model.layout.rawOffset).assumingMemoryBound(to: Double.self)
            unsafe model.writer?.write(raw: raw, row: row, rowCount: rowCount, to: outputs)
        }
        return nil
    }

    @inline(__always)
    private func sum<Walk: NodeWalk, Writer: KeyWriter>(
        _ trees: TreeKernel, _: Walk.Type, _: Writer.Type, _ rows: UnsafePointer<Double>, _ row: Int,
        _ scratch: UnsafeMutableRawPointer
    ) -> RowProblem? where Walk.Key == Writer.Key {
        let layout = model.layout
        let preparer = unsafe model.preparer
        let keys = unsafe (scratch + layout.keysOffset).assumingMemoryBound(to: Walk.Key.self)
        let staged = unsafe (scratch + layout.stagedOffset).assumingMemoryBound(to: Double.self)
        let raw = unsafe (scratch + layout.rawOffset).assumingMemoryBound(to: Double.self)
        let leaves = unsafe trees.leaves.assumingMemoryBound(to: Double.self)
        let source = unsafe rows + row * preparer.columnCount
        if let problem = unsafe preparer.infiniteInput(source, index: row) { return problem }
        let values = unsafe preparer.stagedRow(source, buffers: staged, bufferWidth: layout.stagedWidth)
        if let problem = unsafe preparer.writeKeys(
            Writer.self, values, index: row, twice: trees.splitsMissing, to: keys, stride: 1)
        {
            return problem
        }
        unsafe LeafSum.start(raw, rowCount: 1, baseValues: trees.baseValues, outputCount: trees.outputCount)
        for index in 0..<trees.treeCount {
            let tree = unsafe trees.trees[index]
            var slot = Int(tree.root)
            while unsafe !Walk.isLeaf(trees.nodes, slot) { slot = unsafe Walk.next(trees.nodes, slot, keys, stride: 1) }
            let leaf = unsafe leaves + Int(Walk.leafRow(trees.nodes, slot)) * trees.leafWidth
            let first = unsafe raw + Int(tree.output)
            for value in 0..<trees.leafWidth { unsafe first[value] += leaf[value] }
        }
        unsafe LeafSum.finish(raw, count: trees.outputCount, divisor: trees.divisor, to: raw)
        return nil
    }
}
