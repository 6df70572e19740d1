import HearthModel

/// The walk that the fast kernel is measured against: one tree after the other, each until its leaf, on the same packed
/// nodes, with the same door, sums and outputs.
///
/// Its answers are those of ``ServableModel``, to the bit. For benchmarks and tests only.
package struct PlainWalk: Sendable {
    private let model: ServableModel

    /// nil unless the model is a tree ensemble without categorical splits (those have no other walk) whose leaves are
    /// added in float64.
    package init?(_ model: ServableModel) {
        switch unsafe model.plan.pointee.family {
        case .small, .wide: guard unsafe !model.plan.pointee.addsFloat32 else { return nil }
        case .categorical, .linear, .zScore, .identity, .combination, .kernelMachine, .neighbors: return nil
        }
        self.model = model
    }

    /// As ``ServableModel/predict(rows:rowCount:range:outputs:scratch:)``.
    package func predict(
        rows: UnsafePointer<Double>, rowCount: Int, range: Range<Int>, outputs: UnsafeMutablePointer<Double>,
        scratch: UnsafeMutableRawPointer
    ) -> RowProblem? {
        let plan = unsafe UnsafePointer(model.plan)
        let scratch = unsafe ScratchLayout.aligned(scratch)
        let raw = unsafe (scratch + plan.pointee.layout.rawOffset).assumingMemoryBound(to: Double.self)
        for row in range {
            let problem: RowProblem?
            if unsafe plan.pointee.family == .small {
                problem = unsafe Self.sum(SmallNodeWalk.self, Float32Keys.self, plan, rows, row, raw, scratch)
            } else if unsafe plan.pointee.roundsInputs {
                problem = unsafe Self.sum(WideNodeWalk.self, WidenedFloat32Keys.self, plan, rows, row, raw, scratch)
            } else {
                problem = unsafe Self.sum(WideNodeWalk.self, Float64Keys.self, plan, rows, row, raw, scratch)
            }
            if let problem { return problem }
            unsafe OutputWriter.write(plan, raw: raw, row: row, rowCount: rowCount, to: outputs)
        }
        return nil
    }

    @inline(__always)
    private static func sum<Walk: NodeWalk, Writer: KeyWriter>(
        _: Walk.Type, _: Writer.Type, _ plan: UnsafePointer<KernelPlan>, _ rows: UnsafePointer<Double>, _ row: Int,
        _ raw: UnsafeMutablePointer<Double>, _ scratch: UnsafeMutableRawPointer
    ) -> RowProblem? where Walk.Key == Writer.Key {
        let nodes = unsafe plan.pointee.nodes
        let keys = unsafe (scratch + plan.pointee.layout.keysOffset).assumingMemoryBound(to: Walk.Key.self)
        let leaves = unsafe plan.pointee.leaves.assumingMemoryBound(to: Double.self)
        let width = unsafe plan.pointee.leafWidth
        if let problem = unsafe RowPreparer.writeKeys(
            Writer.self, plan, rows: rows, row: row, index: 0, to: keys, stride: 1, scratch: scratch)
        {
            return problem
        }
        unsafe LeafSum.start(
            raw, rowCount: 1, baseValues: plan.pointee.parameters, outputCount: plan.pointee.outputCount)
        for index in unsafe 0..<plan.pointee.treeCount {
            let tree = unsafe plan.pointee.trees[index]
            var slot = Int(tree.root)
            while unsafe !Walk.isLeaf(nodes, slot) { slot = unsafe Walk.next(nodes, slot, keys, stride: 1) }
            let leaf = unsafe leaves + Int(Walk.leafRow(nodes, slot)) &* width
            for value in 0..<width { unsafe raw[Int(tree.output) &+ value] += leaf[value] }
        }
        unsafe LeafSum.finish(raw, count: plan.pointee.outputCount, divisor: plan.pointee.divisor, to: raw)
        return nil
    }
}
