package import HearthModel

/// A model ready to answer: stages, estimator, link and outputs over packed sections in memory that it does not own.
///
/// Immutable, so any number of threads call ``predict(rows:rowCount:range:outputs:scratch:)`` at once. A call allocates nothing,
/// takes no lock and counts no references; all its working memory is the caller's scratch.
@safe
package final class ServableModel: Sendable {
    /// What a row looks like.
    package let signature: InputSignature
    /// The named outputs, in the order in which they are written.
    package let outputs: [OutputSignature]
    /// Values per row over all outputs.
    package let outputWidth: Int
    /// For anomaly models: the score (higher = worse) at which a row is an anomaly, for display.
    package let threshold: Double?
    /// Bytes of scratch that any call needs; no alignment asked.
    package let scratchByteCount: Int
    /// What a row costs, in steps of a tree walk (about half a nanosecond each in a single row's walk) or multiplications: for
    /// deciding which batches to split.
    package let workPerRow: Int

    // Pointers into memory that `owner` and `program` keep, written only here, read by any thread.
    nonisolated(unsafe) let preparer: RowPreparer
    nonisolated(unsafe) let kernel: Kernel
    let writer: OutputWriter?
    let layout: ScratchLayout
    private let program: StageProgram
    private let owner: any AnyObject & Sendable

    /// What computes a block of rows.
    @safe
    enum Kernel {
        case small(TreeKernel, isFloat32: Bool)
        case wide(TreeKernel, isFloat32: Bool, roundsInputs: Bool)
        case categorical(TreeKernel, isFloat32: Bool, roundsInputs: Bool)
        case linear(LinearKernel)
        case zScore(ZScoreKernel)
    }

    /// Checks the sections (``PackedModel``) and takes them as they lie. `owner` is held as long as the model lives and keeps
    /// the memory mapped and unchanged.
    package init(
        section: (SectionID) -> UnsafeRawBufferPointer?, owner: any AnyObject & Sendable
    ) throws(ModelError) {
        let packed = try unsafe PackedModel(sections: section)
        let descriptor = packed.descriptor
        let program = unsafe StageProgram(descriptor, parameters: packed.parameters)
        let estimatorParameters = unsafe packed.parameters + program.parameterCount
        var keyByteCountPerRow = 0
        var outputCount = 1
        switch descriptor.estimator {
        case .treeEnsemble(let shape):
            guard let ensemble = packed.ensemble else { preconditionFailure("a packed ensemble has its arrays") }
            let trees = unsafe TreeKernel(ensemble, baseValues: estimatorParameters)
            let isFloat32 = shape.output.accumulator == .float32
            let rounds = shape.inputs == .float32
            switch shape.nodeForm {
            case .small: unsafe kernel = .small(trees, isFloat32: isFloat32)
            case .wide: unsafe kernel = .wide(trees, isFloat32: isFloat32, roundsInputs: rounds)
            case .categorical: unsafe kernel = .categorical(trees, isFloat32: isFloat32, roundsInputs: rounds)
            }
            keyByteCountPerRow = shape.featureCount * (shape.nodeForm == .small ? 4 : 8)
            outputCount = shape.output.outputCount
            outputs = OutputSignature.outputs(of: shape.output)
            writer = OutputWriter(shape.output)
            workPerRow = ensemble.stepsTotal + shape.treeCount
        case .linear(let columnCount, let shape):
            unsafe kernel = .linear(
                LinearKernel(parameters: estimatorParameters, columnCount: columnCount, outputCount: shape.outputCount))
            outputCount = shape.outputCount
            outputs = OutputSignature.outputs(of: shape)
            writer = OutputWriter(shape)
            workPerRow = columnCount * shape.outputCount
        case .zScore(_, let columnCount, let threshold):
            unsafe kernel = .zScore(
                ZScoreKernel(
                    centers: estimatorParameters, scales: estimatorParameters + columnCount, columnCount: columnCount,
                    threshold: threshold))
            outputs = OutputSignature.anomaly
            writer = nil
            workPerRow = columnCount
        }
        signature = descriptor.signature
        threshold = descriptor.threshold
        outputWidth = outputs.reduce(0) { $0 + $1.width }
        layout = ScratchLayout(
            stagedWidth: program.widthMax, keyByteCountPerRow: keyByteCountPerRow, outputCount: outputCount)
        scratchByteCount = layout.byteCount
        unsafe preparer = program.preparer
        self.program = program
        self.owner = owner
    }

    /// A model over a copy of its sections, for training and tests.
    package convenience init(_ sections: [ModelSection]) throws(ModelError) {
        let memory = AlignedMemory(copying: sections)
        try unsafe self.init(section: { unsafe memory.bytes(of: $0) }, owner: memory)
    }

    /// Computes the rows of `range`, or names the first value that the model refuses (then the outputs are not to be used).
    ///
    /// `rows` holds `rowCount` rows of ``InputSignature/columnCount`` values. Output k of row r is written at `outputs` +
    /// `rowCount` x (widths of the outputs before k) + r x (width of k), so calls with other ranges of the same batch may run at
    /// the same time, each with its own scratch. A class is written as its index in ``OutputSignature/labels``.
    package func predict(
        rows: UnsafePointer<Double>, rowCount: Int, range: Range<Int>, outputs: UnsafeMutablePointer<Double>,
        scratch: UnsafeMutableRawPointer
    ) -> RowProblem? {
        precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "the range lies within the rows")
        let scratch = unsafe ScratchLayout.aligned(scratch)
        let raw = unsafe (scratch + layout.rawOffset).assumingMemoryBound(to: Double.self)
        var first = range.lowerBound
        while first < range.upperBound {
            let count = min(layout.blockRowCount, range.upperBound - first)
            let block = unsafe rows + first * preparer.columnCount
            if let problem = unsafe computeBlock(
                block, count: count, first: first, rowCount: rowCount, outputs: outputs, scratch: scratch)
            {
                return problem
            }
            if let writer {
                for row in 0..<count {
                    unsafe writer.write(
                        raw: raw + row &* writer.rawCount, row: first + row, rowCount: rowCount, to: outputs)
                }
            }
            first += count
        }
        return nil
    }

    @inline(__always)
    private func computeBlock(
        _ rows: UnsafePointer<Double>, count: Int, first: Int, rowCount: Int, outputs: UnsafeMutablePointer<Double>,
        scratch: UnsafeMutableRawPointer
    ) -> RowProblem? {
        switch unsafe kernel {
        case .small(let trees, let isFloat32):
            if isFloat32 {
                return unsafe trees.sum(
                    SmallNodeWalk.self, Float32Keys.self, Float.self, rows: rows, count: count, index: first,
                    preparer: preparer, layout: layout, scratch: scratch)
            }
            return unsafe trees.sum(
                SmallNodeWalk.self, Float32Keys.self, Double.self, rows: rows, count: count, index: first,
                preparer: preparer, layout: layout, scratch: scratch)
        case .wide(let trees, let isFloat32, let roundsInputs):
            return unsafe roundsInputs
                ? sumWide(trees, WidenedFloat32Keys.self, isFloat32, rows, count, first, scratch)
                : sumWide(trees, Float64Keys.self, isFloat32, rows, count, first, scratch)
        case .categorical(let trees, let isFloat32, let roundsInputs):
            return unsafe roundsInputs
                ? sumCategorical(trees, WidenedFloat32Keys.self, isFloat32, rows, count, first, scratch)
                : sumCategorical(trees, Float64Keys.self, isFloat32, rows, count, first, scratch)
        case .linear(let linear):
            let raw = unsafe (scratch + layout.rawOffset).assumingMemoryBound(to: Double.self)
            for row in 0..<count {
                switch unsafe finiteRow(rows, row, first, scratch) {
                case .failure(let problem): return problem
                case .success(let values): unsafe linear.decide(values, to: raw + row &* linear.outputCount)
                }
            }
            return nil
        case .zScore(let zScore):
            for row in 0..<count {
                switch unsafe finiteRow(rows, row, first, scratch) {
                case .failure(let problem): return problem
                case .success(let values):
                    let score = unsafe zScore.score(values)
                    unsafe OutputWriter.writeAnomaly(
                        score: -score, decision: zScore.threshold - score, isAnomaly: score > zScore.threshold,
                        row: first + row, rowCount: rowCount, to: outputs)
                }
            }
            return nil
        }
    }

    @inline(__always)
    private func sumWide<Writer: KeyWriter>(
        _ trees: TreeKernel, _: Writer.Type, _ isFloat32: Bool, _ rows: UnsafePointer<Double>, _ count: Int, _ first: Int,
        _ scratch: UnsafeMutableRawPointer
    ) -> RowProblem? where Writer.Key == UInt64 {
        if isFloat32 {
            return unsafe trees.sum(
                WideNodeWalk.self, Writer.self, Float.self, rows: rows, count: count, index: first, preparer: preparer,
                layout: layout, scratch: scratch)
        }
        return unsafe trees.sum(
            WideNodeWalk.self, Writer.self, Double.self, rows: rows, count: count, index: first, preparer: preparer,
            layout: layout, scratch: scratch)
    }

    @inline(__always)
    private func sumCategorical<Writer: KeyWriter>(
        _ trees: TreeKernel, _: Writer.Type, _ isFloat32: Bool, _ rows: UnsafePointer<Double>, _ count: Int, _ first: Int,
        _ scratch: UnsafeMutableRawPointer
    ) -> RowProblem? where Writer.Key == UInt64 {
        if isFloat32 {
            return unsafe trees.sumCategorical(
                Writer.self, Float.self, rows: rows, count: count, index: first, preparer: preparer, layout: layout,
                scratch: scratch)
        }
        return unsafe trees.sumCategorical(
            Writer.self, Double.self, rows: rows, count: count, index: first, preparer: preparer, layout: layout,
            scratch: scratch)
    }

    /// One row after the stages, every value finite.
    @inline(__always)
    private func finiteRow(
        _ rows: UnsafePointer<Double>, _ row: Int, _ first: Int, _ scratch: UnsafeMutableRawPointer
    ) -> Result<UnsafePointer<Double>, RowProblem> {
        let source = unsafe rows + row &* preparer.columnCount
        if let problem = unsafe preparer.infiniteInput(source, index: first + row) { return unsafe .failure(problem) }
        let buffers = unsafe (scratch + layout.stagedOffset).assumingMemoryBound(to: Double.self)
        let values = unsafe preparer.stagedRow(source, buffers: buffers, bufferWidth: layout.stagedWidth)
        if let problem = unsafe preparer.notFinite(values, index: first + row) { return unsafe .failure(problem) }
        return unsafe .success(values)
    }
}
