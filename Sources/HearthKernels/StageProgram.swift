import HearthModel

/// The stages of a model ready to run, in memory of their own; parameters stay where they lie in the model's.
@safe
final class StageProgram: Sendable {
    /// The stages in order, valid as long as this object.
    nonisolated(unsafe) let steps: StepList
    /// Doubles that the stages take from section `PARM`.
    let parameterCount: Int
    /// Column of the request that each value comes from which leaves the last stage.
    let sourceColumns: [Int]
    /// Doubles of memory that a run needs.
    let memoryCount: Int
    private let parts: [any AnyObject & Sendable]

    /// - Parameters:
    ///   - sources: column of the request that each value comes from which enters the first stage.
    ///   - parameters: those of the stages, in order.
    ///   - models: those of the members of all stages, in order.
    init(
        _ stages: [StageShape], sources: [Int], parameters: UnsafePointer<Double>, models: [ServableModel] = []
    ) {
        var assembly = unsafe StageAssembly(sources: sources, parameters: parameters, models: models[...])
        for stage in stages { assembly.append(stage) }
        let steps = PlanArray(assembly.steps)
        unsafe self.steps = unsafe StepList(
            steps: steps.start, count: assembly.steps.count, widthMax: assembly.widthMax)
        parameterCount = assembly.parameterCount
        sourceColumns = assembly.sources
        memoryCount = 2 * assembly.widthMax + assembly.innerMemoryCount
        parts = assembly.parts + [steps]
    }
}

/// What ``StageProgram`` is made of, stage by stage.
@safe
private struct StageAssembly {
    var steps: [PreparedStep] = []
    var sources: [Int]
    var parts: [any AnyObject & Sendable] = []
    var widthMax: Int
    /// Doubles that the stages within a stage need at most.
    var innerMemoryCount = 0
    var parameterCount = 0
    /// Whether the row so far may hold infinite values.
    private var mayBeInfinite = true
    private let parameters: UnsafePointer<Double>
    /// Of the members that no stage has taken yet.
    private var models: ArraySlice<ServableModel>

    init(sources: [Int], parameters: UnsafePointer<Double>, models: ArraySlice<ServableModel>) {
        self.sources = sources
        self.models = models
        widthMax = sources.count
        unsafe self.parameters = parameters
    }

    mutating func append(_ shape: StageShape) {
        let check = shape.check(mayBeInfinite: mayBeInfinite)
        let inputs = unsafe hold(sources)
        let inputCount = sources.count
        let values = unsafe parameters + parameterCount
        func add(_ stage: PreparedStage, _ check: PreparedStep.Check) {
            unsafe steps.append(
                PreparedStep(stage: stage, check: check, inputCount: inputCount, sourceColumns: inputs))
        }
        switch shape {
        case .impute(let count, _, let indicatorColumns, let hasMissing):
            let kept = (0..<count).filter { unsafe !values[$0].isNaN }
            sources = (kept + indicatorColumns).map { sources[$0] }
            unsafe add(
                .impute(
                    statistics: values, missing: hasMissing ? values + count : nil, inputCount: count,
                    indicatorColumns: hold(indicatorColumns), indicatorCount: indicatorColumns.count), check)
            mayBeInfinite = false
        case .subtractThenDivide(let count, let hasOffset, let hasScale):
            unsafe add(
                .subtractThenDivide(
                    offset: hasOffset ? values : nil, scale: hasScale ? values + (hasOffset ? count : 0) : nil,
                    count: count), check)
            mayBeInfinite = true
        case .multiplyThenAdd(let count, let clip):
            unsafe add(.multiplyThenAdd(scale: values, offset: values + count, count: count), check)
            if let clip { add(.clip(lower: clip.lowerBound, upper: clip.upperBound, count: count), .none) }
            mayBeInfinite = clip == nil
        case .markMissing(let count, .equal(let value)): add(.markEqual(value: value, count: count), check)
        case .markMissing(let count, .nearZeroCopies(let columns)):
            sources += columns.map { sources[$0] }
            unsafe add(.copyWithoutZeros(columns: hold(columns), columnCount: columns.count, count: count), check)
        case .polynomial(let features):
            let products = features.products() ?? []
            let kept = features.keptCount(of: products.count)
            unsafe add(
                .multiply(
                    features, products: hold(products.flatMap { [$0.earlier, $0.column] }),
                    productCount: products.count, keptCount: kept), check)
            widthMax = max(widthMax, features.plainCount + products.count)
            let all = (features.degreeMax >= 1 ? Array(0..<features.inputCount) : []) + products.map(\.column)
            sources = ((features.includesOne ? [0] : []) + all.suffix(kept)).map { sources[$0] }
            mayBeInfinite = true
        case .project(let shape):
            unsafe add(.project(shape, parameters: values), check)
            // A problem of a projected value is any column's: the first stands for all.
            sources = [Int](repeating: sources[0], count: shape.outputCount)
            mayBeInfinite = true
        case .columns(_, let branches):
            unsafe add(prepared(branches, values), check)
            mayBeInfinite = true
        case .encode(let encoder):
            unsafe add(.encode(prepared(encoder, values), sourceColumns: inputs), check)
            sources = zip(sources, encoder.columns).flatMap { source, column in
                [Int](repeating: source, count: column.width)
            }
            mayBeInfinite = false
        case .estimates(let estimates):
            let plan = unsafe prepared(estimates, values)
            unsafe add(.estimates(plan), check)
            // An answer comes from no column; a problem with it names the first that its member sees.
            sources =
                estimates.members.flatMap { member in
                    [Int](
                        repeating: sources[member.columns?.first ?? 0],
                        count: member.answers.reduce(0) { $0 + $1.width })
                } + (estimates.passesRow ? sources : [])
            mayBeInfinite = true
        }
        widthMax = max(widthMax, sources.count)
        parameterCount += shape.parameterCount
    }

    /// Keeps values at a fixed address as long as the program lives.
    private mutating func hold<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafePointer<Element> {
        let array = PlanArray(elements)
        parts.append(array)
        return unsafe array.start
    }

    private mutating func prepared(_ branches: [BranchShape], _ values: UnsafePointer<Double>) -> PreparedStage {
        var prepared: [PreparedBranch] = []
        var outputs: [Int] = []
        var offset = 0
        for branch in branches {
            let program = unsafe StageProgram(
                branch.stages, sources: branch.columns.map { sources[$0] }, parameters: values + offset)
            parts.append(program)
            offset += program.parameterCount
            unsafe prepared.append(
                PreparedBranch(
                    columns: hold(branch.columns), columnCount: branch.columns.count, steps: program.steps,
                    outputCount: program.sourceColumns.count))
            outputs += program.sourceColumns
            innerMemoryCount = max(innerMemoryCount, branch.columns.count + program.memoryCount)
        }
        sources = outputs
        return unsafe .columns(hold(prepared), count: prepared.count)
    }

    private mutating func prepared(
        _ estimates: EstimatesShape, _ values: UnsafePointer<Double>
    ) -> UnsafePointer<EstimatesPlan> {
        let program = unsafe EstimatesProgram(
            estimates, models: models.prefix(estimates.members.count), classValues: values, sources: sources)
        models = models.dropFirst(estimates.members.count)
        parts.append(program)
        innerMemoryCount = max(innerMemoryCount, program.memoryCount)
        return unsafe hold([program.plan])
    }

    private mutating func prepared(
        _ encoder: EncoderShape, _ values: UnsafePointer<Double>
    ) -> UnsafePointer<PreparedEncoder> {
        var columns: [PreparedEncoder.Column] = []
        var (offset, output) = (0, 0)
        for column in encoder.columns {
            unsafe columns.append(
                PreparedEncoder.Column(
                    categories: values + offset, codes: values + offset + column.categoryCount,
                    categoryCount: column.categoryCount, hasMissing: column.missingCode != nil,
                    missingCode: column.missingCode ?? 0, width: column.width, firstOutput: output))
            offset += 2 * column.categoryCount
            output += column.width
        }
        return unsafe hold([
            PreparedEncoder(
                columns: hold(columns), columnCount: columns.count, isOneHot: encoder.isOneHot,
                refusesUnknown: encoder.unknown == nil, unknown: encoder.unknown ?? 0)
        ])
    }
}

extension StageShape {
    /// What scikit-learn's input check refuses before the stage.
    fileprivate func check(mayBeInfinite: Bool) -> PreparedStep.Check {
        let infinite: PreparedStep.Check = mayBeInfinite ? .notInfinite : .none
        return switch self {
        case .impute(_, _, _, let hasMissing): hasMissing ? .finite : infinite
        case .encode(let shape): shape.acceptsMissing ? infinite : .finite
        case .subtractThenDivide, .multiplyThenAdd: infinite
        case .polynomial, .project: .finite
        // The branches and the members check what they take.
        case .markMissing, .columns, .estimates: .none
        }
    }
}
