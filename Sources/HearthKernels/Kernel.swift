import HearthModel

/// Blocks of rows through the kernel of their family, and from raw values to outputs.
///
/// Static functions over the plan's address: nothing is copied, counted or allocated.
enum Kernel {
    /// See ``ServableModel/predict(rows:rowCount:range:outputs:scratch:)``; `scratch` is aligned to 64 bytes.
    static func predict(
        _ plan: UnsafePointer<KernelPlan>, rows: UnsafePointer<Double>, rowCount: Int, range: Range<Int>,
        outputs: UnsafeMutablePointer<Double>, scratch: UnsafeMutableRawPointer
    ) -> RowProblem? {
        let raw = unsafe (scratch + plan.pointee.layout.rawOffset).assumingMemoryBound(to: Double.self)
        let rawCount = unsafe plan.pointee.outputCount
        var first = range.lowerBound
        while first < range.upperBound {
            let count = unsafe min(plan.pointee.layout.blockRowCount, range.upperBound &- first)
            let block = unsafe rows + first &* plan.pointee.preparer.columnCount
            if let problem = unsafe computeRaw(
                plan, rows: block, count: count, index: first, raw: raw, scratch: scratch)
            {
                return problem
            }
            if unsafe plan.pointee.writer.isBinarySigmoid {
                unsafe OutputWriter.writeBinary(
                    plan, raw: raw, rows: first..<first &+ count, rowCount: rowCount, to: outputs)
            } else {
                for row in 0..<count {
                    unsafe OutputWriter.write(
                        plan, raw: raw + row &* rawCount, row: first &+ row, rowCount: rowCount, to: outputs)
                }
            }
            first &+= count
        }
        return nil
    }

    @inline(__always)
    private static func computeRaw(
        _ plan: UnsafePointer<KernelPlan>, rows: UnsafePointer<Double>, count: Int, index: Int,
        raw: UnsafeMutablePointer<Double>, scratch: UnsafeMutableRawPointer
    ) -> RowProblem? {
        switch unsafe plan.pointee.family {
        case .small:
            return unsafe plan.pointee.addsFloat32
                ? TreeKernel<SmallNodeWalk, Float32Keys, Float>.sum(
                    plan, rows: rows, count: count, index: index, scratch: scratch)
                : TreeKernel<SmallNodeWalk, Float32Keys, Double>.sum(
                    plan, rows: rows, count: count, index: index, scratch: scratch)
        case .wide:
            return unsafe plan.pointee.roundsInputs
                ? sumWide(WidenedFloat32Keys.self, plan, rows, count, index, scratch)
                : sumWide(Float64Keys.self, plan, rows, count, index, scratch)
        case .categorical:
            return unsafe plan.pointee.roundsInputs
                ? sumCategorical(WidenedFloat32Keys.self, plan, rows, count, index, scratch)
                : sumCategorical(Float64Keys.self, plan, rows, count, index, scratch)
        case .linear:
            if unsafe !plan.pointee.addsFloat32 {
                return unsafe LinearKernel.decide(
                    plan, rows: rows, count: count, index: index, to: raw, scratch: scratch)
            }
            return unsafe computeStaged(plan, rows, count, index, raw, scratch)
        case .zScore, .identity, .kernelMachine, .neighbors, .combination:
            return unsafe computeStaged(plan, rows, count, index, raw, scratch)
        }
    }

    @inline(never)
    private static func sumWide<Writer: KeyWriter>(
        _: Writer.Type, _ plan: UnsafePointer<KernelPlan>, _ rows: UnsafePointer<Double>, _ count: Int, _ index: Int,
        _ scratch: UnsafeMutableRawPointer
    ) -> RowProblem? where Writer.Key == UInt64 {
        unsafe plan.pointee.addsFloat32
            ? TreeKernel<WideNodeWalk, Writer, Float>.sum(
                plan, rows: rows, count: count, index: index, scratch: scratch)
            : TreeKernel<WideNodeWalk, Writer, Double>.sum(
                plan, rows: rows, count: count, index: index, scratch: scratch)
    }

    @inline(never)
    private static func sumCategorical<Writer: KeyWriter>(
        _: Writer.Type, _ plan: UnsafePointer<KernelPlan>, _ rows: UnsafePointer<Double>, _ count: Int, _ index: Int,
        _ scratch: UnsafeMutableRawPointer
    ) -> RowProblem? where Writer.Key == UInt64 {
        unsafe plan.pointee.addsFloat32
            ? CategoryKernel<Writer, Float>.sum(plan, rows: rows, count: count, index: index, scratch: scratch)
            : CategoryKernel<Writer, Double>.sum(plan, rows: rows, count: count, index: index, scratch: scratch)
    }

    /// Linear models in float32, z-scores, kernel machines, neighbours, combinations, and staged rows that are the
    /// answer: row by row.
    @inline(never)
    private static func computeStaged(
        _ plan: UnsafePointer<KernelPlan>, _ rows: UnsafePointer<Double>, _ count: Int, _ index: Int,
        _ raw: UnsafeMutablePointer<Double>, _ scratch: UnsafeMutableRawPointer
    ) -> RowProblem? {
        let isLinear = unsafe plan.pointee.family == .linear
        let rawCount = unsafe plan.pointee.outputCount
        for row in 0..<count {
            guard let values = unsafe RowPreparer.stagedRow(plan, rows: rows, row: row, scratch: scratch) else {
                return unsafe RowPreparer.stageProblem(plan, row: index &+ row, scratch: scratch)
            }
            if unsafe plan.pointee.family == .identity {
                unsafe (raw + row &* rawCount).update(from: values, count: rawCount)
                continue
            }
            // What the members before it have answered.
            if let rule = unsafe plan.pointee.combination {
                unsafe CombinationKernel.combine(
                    plan, rule, values, to: raw + row &* rawCount,
                    work: (scratch + plan.pointee.layout.workOffset).assumingMemoryBound(to: Double.self))
                continue
            }
            if isLinear {
                guard let column = unsafe LinearKernel.decideFloat32(plan, values, to: raw + row &* rawCount) else {
                    continue
                }
                return unsafe RowPreparer.problem(plan, values[column], column: column, row: index &+ row)
            }
            if let problem = unsafe RowPreparer.notFinite(plan, values, index: index &+ row) { return problem }
            switch unsafe plan.pointee.family {
            case .kernelMachine:
                let own = unsafe (scratch + plan.pointee.layout.workOffset).assumingMemoryBound(to: Double.self)
                unsafe raw[row] = MachineKernel.decide(plan, values, difference: own)
            case .neighbors:
                unsafe raw[row] = NeighborKernel.score(plan, values, scratch: scratch + plan.pointee.layout.workOffset)
            default: unsafe raw[row] = ZScoreKernel.score(plan, values)
            }
        }
        return nil
    }
}
