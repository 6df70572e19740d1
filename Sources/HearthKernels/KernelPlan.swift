import HearthModel

/// All that a call of a kernel reads besides the model's arrays: pointers and numbers, no references.
///
/// It lies at a fixed address as long as the model lives, and the kernels are static functions that take that address.
/// Passed by value it would be copied at every call, which cost as much as ten trees.
@safe
struct KernelPlan {
    enum Family: UInt8 {
        case small
        case wide
        case categorical
        case linear
        case zScore
        case identity
        case combination
        case kernelMachine
        case neighbors
    }

    var family: Family
    /// Leaves, or the products of a linear model, are added in float32.
    var addsFloat32 = false
    /// Trees with wide nodes: values are rounded to float32 before they are compared.
    var roundsInputs = false
    var preparer: RowPreparer
    var layout: ScratchLayout
    var writer: OutputWriter

    // Trees.
    var trees: UnsafePointer<TreeRecord>
    var treeCount = 0
    /// Steps of the deepest tree.
    var stepsMax = 0
    var nodes: UnsafePointer<UInt64>
    var leaves: UnsafeRawPointer
    var categories: UnsafePointer<UInt32>
    /// Values of a prepared row.
    var featureCount = 0
    /// Every column stands in it twice.
    var splitsMissing = false
    /// Categorical splits: what they make of a value below zero.
    var negativeIsMissing = true
    /// Categorical splits: a value above -1 is category 0.
    var truncatesNegative = false
    var leafWidth = 1
    /// What the sums are divided by; 0 when they are not.
    var divisor = 0.0

    /// Of a combination: its rule.
    var combination: CombinationPlan?

    // All families.
    /// Raw values per row.
    var outputCount = 1
    /// Base values; or coefficients, then intercepts; or centers, then scales.
    var parameters: UnsafePointer<Double>
    /// Values that reach the estimator.
    var columnCount: Int
    /// Of a z-score.
    var threshold = 0.0
    /// Of a z-score: the score of a value that differs from a column that has never varied.
    var constantColumnScore = ZScore.constantColumnScore

    var machine = MachinePlan.none
    var neighbors: NeighborPlan

    /// `rowCountMax` bounds the rows of a block: a member of another model gets one row at a time.
    init(
        _ packed: PackedModel, stages: StageProgram, sourceColumns: PlanArray<Int>, combinationNumbers: PlanArray<Int>,
        targetCounts: PlanArray<Int>, rowCountMax: Int
    ) {
        let descriptor = packed.descriptor
        unsafe parameters = packed.parameters + stages.parameterCount
        columnCount = descriptor.estimator.columnCount
        // Not read by families without trees, but always an address.
        unsafe trees = UnsafeRawPointer(packed.parameters).assumingMemoryBound(to: TreeRecord.self)
        unsafe nodes = UnsafeRawPointer(packed.parameters).assumingMemoryBound(to: UInt64.self)
        unsafe leaves = UnsafeRawPointer(packed.parameters)
        unsafe categories = UnsafeRawPointer(packed.parameters).assumingMemoryBound(to: UInt32.self)
        var (acceptsMissing, acceptsInfinite) = (false, false)
        if case .treeEnsemble(let shape) = descriptor.estimator {
            acceptsMissing = shape.acceptsMissing
            acceptsInfinite = shape.acceptsInfinite
        }
        unsafe preparer = RowPreparer(
            columnCount: descriptor.signature.columnCount, stages: stages.steps,
            preparedCount: descriptor.estimator.columnCount, sourceColumns: sourceColumns.start,
            acceptsMissing: acceptsMissing, acceptsInfinite: acceptsInfinite)
        var keyByteCount = 0
        // Bytes that a combination, a kernel machine or neighbours work with.
        var workByteCount = 0
        unsafe neighbors = NeighborPlan(
            unused: UnsafeRawPointer(packed.parameters).assumingMemoryBound(to: UInt32.self))
        switch descriptor.estimator {
        case .treeEnsemble(let shape):
            switch shape.nodeForm {
            case .small: family = .small
            case .wide: family = .wide
            case .categorical: family = .categorical
            }
            addsFloat32 = shape.output.accumulator == .float32
            roundsInputs = shape.inputs == .float32
            keyByteCount = shape.featureCount * (shape.nodeForm == .small ? 4 : 8)
            treeCount = shape.treeCount
            featureCount = shape.featureCount
            splitsMissing = shape.splitsMissing
            negativeIsMissing = shape.negativeCategory == .missing
            truncatesNegative = shape.negativeCategory == .truncated
            leafWidth = shape.leafWidth
            divisor = shape.aggregation == .mean ? Double(shape.treeCount) : 0
            outputCount = shape.output.outputCount
            writer = unsafe OutputWriter(shape.output, targetCounts: targetCounts.start)
        case .linear(_, let output):
            family = .linear
            addsFloat32 = output.accumulator == .float32
            outputCount = output.outputCount
            writer = unsafe OutputWriter(output, targetCounts: targetCounts.start)
        case .zScore(_, _, let threshold):
            family = .zScore
            self.threshold = threshold
            writer = unsafe .zScore(targetCounts.start)
        case .identity(let columnCount):
            family = .identity
            outputCount = columnCount
            writer = unsafe OutputWriter(.transform(width: columnCount), targetCounts: targetCounts.start)
        case .combination(let shape):
            family = .combination
            unsafe combination = CombinationPlan(shape, numbers: combinationNumbers.start)
            workByteCount = 8 * shape.workCount
            outputCount = shape.output.outputCount
            writer = unsafe OutputWriter(shape.output, targetCounts: targetCounts.start)
        case .kernelMachine(let shape):
            family = .kernelMachine
            machine = MachinePlan(shape)
            workByteCount = 8 * shape.columnCount
            writer = unsafe OutputWriter(shape.output, targetCounts: targetCounts.start)
        case .localOutlierFactor(let shape):
            family = .neighbors
            let words = unsafe packed.neighborTree ?? neighbors.words
            unsafe neighbors = NeighborPlan(shape, words: words)
            workByteCount = neighbors.scratchByteCount
            writer = unsafe OutputWriter(shape.output, targetCounts: targetCounts.start)
        }
        layout = ScratchLayout(
            stagedCount: stages.memoryCount, keyByteCountPerRow: keyByteCount, outputCount: outputCount,
            tileCount: family == .linear ? LinearKernel.tileRowCount * columnCount : 0, workByteCount: workByteCount,
            rowCountMax: rowCountMax)
        if let ensemble = packed.ensemble {
            unsafe trees = ensemble.trees
            unsafe nodes = ensemble.nodes
            stepsMax = ensemble.stepsMax
            unsafe leaves = ensemble.leaves
            unsafe categories = ensemble.categories
        }
    }
}

extension EnsembleShape {
    /// HistGradientBoosting and LightGBM compare infinite values as they are, and what became infinite as a float32 is
    /// compared by XGBoost and by isolation forests that take missing values.
    fileprivate var acceptsInfinite: Bool {
        guard acceptsMissing else { return false }
        if case .isolation = output.link { return true }
        return inputs == .float64 || output.accumulator == .float32
    }
}
