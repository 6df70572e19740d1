package import HearthCore
package import HearthModel

/// A model ready to answer: stages, estimator, link and outputs over packed sections in memory that it does not own.
///
/// Immutable, so any number of threads call ``predict(rows:rowCount:range:outputs:scratch:)`` at once. A call allocates
/// nothing, takes no lock and counts no references; all its working memory is the caller's scratch.
@safe
package final class ServableModel: Sendable {
    /// What a row looks like.
    package let signature: InputSignature
    /// The named outputs, in the order in which they are written.
    package let outputs: [OutputSignature]
    /// Values per row over all outputs.
    package let outputWidth: Int
    /// What the columns take, when one takes text or is not read; nil when all take numbers.
    package let texts: TextTable?
    /// For anomaly models: the score (higher = worse) at which a row is an anomaly, for display.
    package let threshold: Double?
    /// Bytes of scratch that any call needs; no alignment asked.
    package let scratchByteCount: Int
    /// What a row costs, in steps of a tree walk (about 0.7 ns each) or multiplications: for
    /// deciding which batches to split.
    package let workPerRow: Int

    // Filled by the initialiser, read by any thread afterwards, freed with the object. It points into memory that
    // `owner` and
    // `stages` keep.
    nonisolated(unsafe) let plan: UnsafeMutablePointer<KernelPlan>
    private let stages: StageProgram
    private let sourceColumns: PlanArray<Int>
    private let combinationNumbers: PlanArray<Int>
    private let targetCounts: PlanArray<Int>
    private let outputShape: OutputShape?
    private let owner: any AnyObject & Sendable

    /// Checks the sections (``PackedModel``) and takes them as they lie.
    ///
    /// `owner` is held as long as the model lives and keeps the memory mapped and unchanged.
    package convenience init(
        section: (SectionID) -> UnsafeRawBufferPointer?, owner: any AnyObject & Sendable
    ) throws(ModelError) {
        let packed = try unsafe PackedModel(sections: section)
        self.init(packed, owner: owner, rowCountMax: ScratchLayout.blockRowCountMax)
    }

    private init(_ packed: PackedModel, owner: any AnyObject & Sendable, rowCountMax: Int) {
        let descriptor = packed.descriptor
        // A member gets one row at a time, so the smallest block does.
        let members = packed.children.map { ServableModel($0, owner: owner, rowCountMax: 1) }
        let stages = unsafe StageProgram(
            descriptor.stages, sources: Array(0..<descriptor.signature.columnCount), parameters: packed.parameters,
            models: members)
        let sourceColumns = PlanArray(stages.sourceColumns)
        var numbers: [Int] = []
        if case .combination(let shape) = descriptor.estimator { numbers = shape.numbers }
        let combinationNumbers = PlanArray(numbers)
        let targetCounts = PlanArray(descriptor.estimator.outputShape?.targetCounts ?? [])
        let plan = KernelPlan(
            packed, stages: stages, sourceColumns: sourceColumns, combinationNumbers: combinationNumbers,
            targetCounts: targetCounts, rowCountMax: rowCountMax)
        var workPerRow = members.reduce(0) { $0 + $1.workPerRow }
        switch descriptor.estimator {
        case .treeEnsemble(let shape):
            outputs = OutputSignature.outputs(of: shape.output)
            workPerRow += (packed.ensemble?.stepsTotal ?? 0) + shape.treeCount
        case .linear(let columnCount, let shape):
            outputs = OutputSignature.outputs(of: shape)
            workPerRow += columnCount * shape.outputCount
        case .zScore(_, let columnCount, _):
            outputs = OutputSignature.anomaly
            workPerRow += columnCount
        case .identity(let columnCount):
            outputs = OutputSignature.outputs(of: .transform(width: columnCount))
            workPerRow += columnCount
        case .combination(let shape):
            outputs = OutputSignature.outputs(of: shape.output)
            workPerRow += shape.columnCount
        case .kernelMachine(let shape):
            outputs = OutputSignature.outputs(of: shape.output)
            workPerRow += shape.vectorCount * (4 * shape.columnCount + 20)
        case .localOutlierFactor(let shape):
            outputs = OutputSignature.outputs(of: shape.output)
            workPerRow += shape.pointCount * 4 * shape.columnCount
        }
        self.workPerRow = workPerRow
        outputShape = descriptor.estimator.outputShape
        signature = descriptor.signature
        texts = Self.texts(of: descriptor)
        threshold = descriptor.threshold
        outputWidth = outputs.reduce(0) { $0 + $1.width }
        scratchByteCount = plan.layout.byteCount
        unsafe self.plan = .allocate(capacity: 1)
        unsafe self.plan.initialize(to: plan)
        self.stages = stages
        self.sourceColumns = sourceColumns
        self.combinationNumbers = combinationNumbers
        self.targetCounts = targetCounts
        self.owner = owner
    }

    /// A model over a copy of its sections, for training and tests.
    package convenience init(_ sections: [ModelSection]) throws(ModelError) {
        let memory = AlignedMemory(copying: sections)
        try unsafe self.init(section: { unsafe memory.bytes(of: $0) }, owner: memory)
    }

    /// Where an output starts in what is written for one row.
    func start(of source: Estimates.Answer.Source) -> Int {
        outputShape?.offset(of: source) ?? 0
    }

    deinit {
        unsafe plan.deallocate()
    }

    private static func texts(of descriptor: ModelDescriptor) -> TextTable? {
        let signature = descriptor.signature
        let read = readColumns(of: descriptor.stages, columnCount: signature.columnCount)
        let unused = (0..<signature.columnCount).filter { !read.contains($0) }
        guard !unused.isEmpty || !signature.vocabularies.isEmpty else { return nil }
        return TextTable(
            columnCount: signature.columnCount, texts: signature.vocabularies.map { ($0.column, $0.texts) },
            unused: unused)
    }

    /// The columns that stages look at: those that no branch of a first stage of columns takes are dropped there.
    private static func readColumns(of stages: [StageShape], columnCount: Int) -> Set<Int> {
        guard case .columns(_, let branches) = stages.first else { return Set(0..<columnCount) }
        var read: Set<Int> = []
        for branch in branches {
            let places = readColumns(of: branch.stages, columnCount: branch.columns.count)
            read.formUnion(places.map { branch.columns[$0] })
        }
        return read
    }

    /// Computes the rows of `range`, or names the first value that the model refuses (then the outputs are not to be
    /// used).
    ///
    /// `rows` holds `rowCount` rows of ``InputSignature/columnCount`` values. Output k of row r is written at `outputs`
    /// +
    /// `rowCount` x (widths of the outputs before k) + r x (width of k), so calls with other ranges of the same batch
    /// may run at the same time, each with its own scratch. A class is written as its index in
    /// ``OutputSignature/labels``.
    package func predict(
        rows: UnsafePointer<Double>, rowCount: Int, range: Range<Int>, outputs: UnsafeMutablePointer<Double>,
        scratch: UnsafeMutableRawPointer
    ) -> RowProblem? {
        precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "the range lies within the rows")
        return unsafe Kernel.predict(
            plan, rows: rows, rowCount: rowCount, range: range, outputs: outputs,
            scratch: ScratchLayout.aligned(scratch))
    }
}
