import Glibc
import HearthModel

/// Turns the raw values of one row into its named outputs.
///
/// Plain numbers, so that it is copied without reference counting.
@safe
struct OutputWriter {
    enum Kind: UInt8 {
        case regression
        case classification
        case anomaly
        case anomalyDecision
        case multiOutputClassification
        case zScore
        /// The class is chosen and the outputs are computed.
        case finished
    }

    enum LinkKind: UInt8 {
        case identity
        case sigmoid
        case scaledSigmoid
        case softmaxPairwise
        case softmaxSequential
        case softmaxLogSumExp
        case softmaxLogSumExpSequential
        case softmaxOfOpposites
        case clippedUnit
        case exponential
        case softplus
        case signedSquare
        case step
        case isolation
    }

    let kind: Kind
    let link: LinkKind
    let choosesProbability: Bool
    let zeroIsPositive: Bool
    let isFloat32: Bool
    let hasProbabilities: Bool
    let hasDecision: Bool
    /// Two classes whose probabilities are the sigmoid of one value in float64: most classifiers.
    let isBinarySigmoid: Bool
    let classCount: Int
    /// What an anomaly's decision subtracts.
    let offset: Double
    /// The normalizer of the isolation link, or the factor of the sigmoid.
    let linkParameter: Double
    /// 2. In memory, because the compiler makes `exp2` of a power of the literal, and glibc's `exp2` rounds otherwise
    /// than its `pow`.
    let powerBase: Double
    /// Targets of a classifier with several, and the classes of each.
    let targetCount: Int
    let targetCounts: UnsafePointer<Int>

    init(_ shape: OutputShape, targetCounts: UnsafePointer<Int>) {
        var targetCount = 0
        switch shape.task {
        case .regression, .transform: (kind, offset) = (.regression, 0)
        case .classification:
            if case .finished = shape.family { kind = .finished } else { kind = .classification }
            offset = 0
        case .anomaly(let offset): (kind, self.offset) = (.anomaly, offset)
        case .anomalyDecision(let offset): (kind, self.offset) = (.anomalyDecision, offset)
        case .multiOutputClassification(let targets):
            (kind, offset) = (.multiOutputClassification, 0)
            targetCount = targets.count
        }
        switch shape.link {
        case .identity: (link, linkParameter) = (.identity, 0)
        case .sigmoid: (link, linkParameter) = (.sigmoid, 0)
        case .scaledSigmoid(let factor): (link, linkParameter) = (.scaledSigmoid, factor)
        case .softmaxPairwise: (link, linkParameter) = (.softmaxPairwise, 0)
        case .softmaxSequential: (link, linkParameter) = (.softmaxSequential, 0)
        case .softmaxLogSumExp: (link, linkParameter) = (.softmaxLogSumExp, 0)
        case .softmaxLogSumExpSequential: (link, linkParameter) = (.softmaxLogSumExpSequential, 0)
        case .softmaxOfOpposites: (link, linkParameter) = (.softmaxOfOpposites, 0)
        case .clippedUnit: (link, linkParameter) = (.clippedUnit, 0)
        case .exponential: (link, linkParameter) = (.exponential, 0)
        case .softplus: (link, linkParameter) = (.softplus, 0)
        case .signedSquare: (link, linkParameter) = (.signedSquare, 0)
        case .step: (link, linkParameter) = (.step, 0)
        case .isolation(let normalizer): (link, linkParameter) = (.isolation, normalizer)
        }
        // As flags: comparing an enum of another target is a call through its witness table.
        switch shape.classRule {
        case .largestProbability: (choosesProbability, zeroIsPositive) = (true, false)
        case .rawAboveZero: (choosesProbability, zeroIsPositive) = (false, false)
        case .rawAtLeastZero: (choosesProbability, zeroIsPositive) = (false, true)
        }
        isFloat32 = shape.accumulator == .float32
        hasProbabilities = shape.hasProbabilities
        hasDecision = shape.hasDecision
        classCount = shape.classCount
        isBinarySigmoid =
            kind == .classification && link == .sigmoid && hasProbabilities && !isFloat32 && shape.outputCount == 1
            && shape.classCount == 2
        powerBase = 2
        self.targetCount = targetCount
        unsafe self.targetCounts = targetCounts
    }

    private init(kind: Kind, _ targetCounts: UnsafePointer<Int>) {
        targetCount = 0
        unsafe self.targetCounts = targetCounts
        self.kind = kind
        (link, choosesProbability, zeroIsPositive, isFloat32) = (.identity, false, false, false)
        (hasProbabilities, hasDecision, isBinarySigmoid) = (false, false, false)
        (classCount, offset, linkParameter, powerBase) = (0, 0, 0, 2)
    }

    /// For a z-score, whose raw value is the score.
    static func zScore(_ targetCounts: UnsafePointer<Int>) -> OutputWriter {
        unsafe OutputWriter(kind: .zScore, targetCounts)
    }

    /// Writes the outputs of row `row` of `rowCount`; each output lies behind those before it, row after row.
    @inline(__always)
    static func write(
        _ plan: UnsafePointer<KernelPlan>, raw: UnsafePointer<Double>, row: Int, rowCount: Int,
        to outputs: UnsafeMutablePointer<Double>
    ) {
        switch unsafe plan.pointee.writer.kind {
        case .anomaly:
            unsafe applyLink(plan, raw, to: outputs + row)
            let decision = unsafe outputs[row] - plan.pointee.writer.offset
            unsafe outputs[rowCount &+ row] = decision
            unsafe outputs[2 &* rowCount &+ row] = decision < 0 ? -1 : 1
        case .anomalyDecision:
            let decision = unsafe raw[0]
            unsafe outputs[row] = decision + plan.pointee.writer.offset
            unsafe outputs[rowCount &+ row] = decision
            let isInlier = unsafe decision > 0 || plan.pointee.writer.zeroIsPositive && decision >= 0
            unsafe outputs[2 &* rowCount &+ row] = isInlier ? 1 : -1
        case .multiOutputClassification: unsafe writeTargets(plan, raw: raw, row: row, rowCount: rowCount, to: outputs)
        case .zScore:
            let score = unsafe raw[0]
            let threshold = unsafe plan.pointee.threshold
            unsafe outputs[row] = -score
            unsafe outputs[rowCount &+ row] = threshold - score
            unsafe outputs[2 &* rowCount &+ row] = score > threshold ? -1 : 1
        case .regression: unsafe applyLink(plan, raw, to: outputs + row &* plan.pointee.outputCount)
        case .classification: unsafe writeClass(plan, raw: raw, row: row, rowCount: rowCount, to: outputs)
        case .finished: unsafe writeFinished(plan, raw: raw, row: row, rowCount: rowCount, to: outputs)
        }
    }

    private static func writeFinished(
        _ plan: UnsafePointer<KernelPlan>, raw: UnsafePointer<Double>, row: Int, rowCount: Int,
        to outputs: UnsafeMutablePointer<Double>
    ) {
        let probabilityCount = unsafe plan.pointee.writer.hasProbabilities ? plan.pointee.writer.classCount : 0
        let decisionCount = unsafe plan.pointee.outputCount &- 1 &- probabilityCount
        unsafe outputs[row] = raw[0]
        let probabilities = unsafe outputs + rowCount
        unsafe (probabilities + row &* probabilityCount).update(from: raw + 1, count: probabilityCount)
        let decisions = unsafe probabilities + rowCount &* probabilityCount
        unsafe (decisions + row &* decisionCount).update(from: raw + 1 + probabilityCount, count: decisionCount)
    }

    /// For each target the first largest of its probabilities, then those of each target.
    private static func writeTargets(
        _ plan: UnsafePointer<KernelPlan>, raw: UnsafePointer<Double>, row: Int, rowCount: Int,
        to outputs: UnsafeMutablePointer<Double>
    ) {
        let targetCount = unsafe plan.pointee.writer.targetCount
        var probabilities = unsafe raw
        var next = unsafe outputs + rowCount &* targetCount
        for target in 0..<targetCount {
            let classCount = unsafe plan.pointee.writer.targetCounts[target]
            unsafe outputs[row &* targetCount &+ target] = Double(
                NumericPrimitives.firstLargest(probabilities, count: classCount))
            for index in 0..<classCount { unsafe next[row &* classCount &+ index] = probabilities[index] }
            unsafe probabilities += classCount
            unsafe next += rowCount &* classCount
        }
    }

    private static func writeClass(
        _ plan: UnsafePointer<KernelPlan>, raw: UnsafePointer<Double>, row: Int, rowCount: Int,
        to outputs: UnsafeMutablePointer<Double>
    ) {
        let rawCount = unsafe plan.pointee.outputCount
        let classCount = unsafe plan.pointee.writer.classCount
        var next = unsafe outputs + rowCount
        var chosen = unsafe NumericPrimitives.firstLargest(raw, count: rawCount)
        if rawCount == 1, classCount == 2 {
            chosen = unsafe raw[0] > 0 || plan.pointee.writer.zeroIsPositive && raw[0] >= 0 ? 1 : 0
        }
        if unsafe plan.pointee.writer.hasProbabilities {
            let probabilities = unsafe next + row &* classCount
            unsafe writeProbabilities(plan, raw, to: probabilities)
            if unsafe plan.pointee.writer.choosesProbability {
                chosen = unsafe NumericPrimitives.firstLargest(probabilities, count: classCount)
            }
            unsafe next += rowCount &* classCount
        }
        unsafe outputs[row] = Double(chosen)
        if unsafe plan.pointee.writer.hasDecision {
            for index in 0..<rawCount { unsafe next[row &* rawCount &+ index] = raw[index] }
        }
    }

    private static func writeProbabilities(
        _ plan: UnsafePointer<KernelPlan>, _ raw: UnsafePointer<Double>, to probabilities: UnsafeMutablePointer<Double>
    ) {
        let rawCount = unsafe plan.pointee.outputCount
        if unsafe plan.pointee.writer.link == .softmaxOfOpposites {
            return unsafe NumericPrimitives.softmaxOfOpposites(raw[0], into: probabilities)
        }
        if unsafe rawCount == 1 && plan.pointee.writer.classCount == 2 {
            unsafe applyLink(plan, raw, to: probabilities + 1)
            let positive = unsafe probabilities[1]
            unsafe probabilities[0] = plan.pointee.writer.isFloat32 ? Double(1 - Float(positive)) : 1 - positive
            return
        }
        unsafe applyLink(plan, raw, to: probabilities)
        if unsafe plan.pointee.writer.link == .clippedUnit {
            unsafe NumericPrimitives.divideBySum(probabilities, count: rawCount)
        }
        if unsafe plan.pointee.writer.link == .sigmoid {
            let sum = unsafe NumericPrimitives.pairwiseSum(probabilities, count: rawCount)
            for index in 0..<rawCount { unsafe probabilities[index] /= sum }
        }
    }

    private static func applyLink(
        _ plan: UnsafePointer<KernelPlan>, _ raw: UnsafePointer<Double>, to result: UnsafeMutablePointer<Double>
    ) {
        let rawCount = unsafe plan.pointee.outputCount
        let isFloat32 = unsafe plan.pointee.writer.isFloat32
        let parameter = unsafe plan.pointee.writer.linkParameter
        switch unsafe plan.pointee.writer.link {
        case .identity: for index in 0..<rawCount { unsafe result[index] = raw[index] }
        case .sigmoid:
            for index in 0..<rawCount {
                unsafe result[index] =
                    isFloat32
                    ? Double(NumericPrimitives.sigmoid(Float(raw[index]))) : NumericPrimitives.sigmoid(raw[index])
            }
        case .scaledSigmoid:
            for index in 0..<rawCount {
                unsafe result[index] =
                    isFloat32
                    ? Double(1 / (1 + expf(-Float(raw[index])))) : NumericPrimitives.sigmoid(parameter * raw[index])
            }
        case .exponential:
            for index in 0..<rawCount {
                unsafe result[index] = isFloat32 ? Double(expf(Float(raw[index]))) : exp(raw[index])
            }
        case .softplus: for index in 0..<rawCount { unsafe result[index] = log1p(exp(raw[index])) }
        case .signedSquare:
            for index in 0..<rawCount {
                let value = unsafe raw[index]
                unsafe result[index] = (value > 0 ? 1 : value < 0 ? -1 : 0) * value * value
            }
        case .step: for index in 0..<rawCount { unsafe result[index] = raw[index] > 0 ? 1 : 0 }
        case .softmaxPairwise: unsafe NumericPrimitives.softmax(of: raw, count: rawCount, pairwise: true, into: result)
        case .softmaxSequential:
            if isFloat32 {
                unsafe NumericPrimitives.softmaxFloat32(of: raw, count: rawCount, into: result)
            } else {
                unsafe NumericPrimitives.softmax(of: raw, count: rawCount, pairwise: false, into: result)
            }
        case .softmaxLogSumExp:
            unsafe NumericPrimitives.softmaxLogSumExp(of: raw, count: rawCount, pairwise: true, into: result)
        case .softmaxLogSumExpSequential:
            unsafe NumericPrimitives.softmaxLogSumExp(of: raw, count: rawCount, pairwise: false, into: result)
        case .softmaxOfOpposites: unsafe NumericPrimitives.softmaxOfOpposites(raw[0], into: result)
        case .clippedUnit:
            for index in 0..<rawCount { unsafe result[index] = (min(max(raw[index], -1), 1) + 1) / 2 }
        case .isolation:
            let quotient = unsafe parameter == 0 ? 1 : raw[0] / parameter
            unsafe result[0] = -pow(plan.pointee.writer.powerBase, -quotient)
        }
    }
}
