import Glibc
import HearthModel

/// Turns the raw values of one row into its named outputs. Plain numbers, so that it is copied without reference counting.
struct OutputWriter {
    private enum Kind {
        case regression
        case classification
        case anomaly(offset: Double)
    }

    private let kind: Kind
    private let link: Link
    private let classRule: ClassRule
    private let isFloat32: Bool
    private let hasProbabilities: Bool
    private let hasDecision: Bool
    /// Raw values per row.
    let rawCount: Int
    private let classCount: Int

    init(_ shape: OutputShape) {
        switch shape.task {
        case .regression: kind = .regression
        case .classification: kind = .classification
        case .anomaly(let offset): kind = .anomaly(offset: offset)
        }
        link = shape.link
        classRule = shape.classRule
        isFloat32 = shape.accumulator == .float32
        hasProbabilities = shape.hasProbabilities
        hasDecision = shape.hasDecision
        rawCount = shape.outputCount
        classCount = shape.classCount
    }

    /// Writes the outputs of row `row` of `rowCount`; each output lies behind those before it, row after row.
    func write(
        raw: UnsafePointer<Double>, row: Int, rowCount: Int, to outputs: UnsafeMutablePointer<Double>
    ) {
        switch kind {
        case .regression: unsafe applyLink(raw, to: outputs + row * rawCount)
        case .anomaly(let offset):
            var score = 0.0
            unsafe applyLink(raw, to: &score)
            let decision = score - offset
            unsafe Self.writeAnomaly(
                score: score, decision: decision, isAnomaly: decision < 0, row: row, rowCount: rowCount, to: outputs)
        case .classification: unsafe writeClass(raw: raw, row: row, rowCount: rowCount, to: outputs)
        }
    }

    /// `score_samples`, `decision_function`, `predict`.
    static func writeAnomaly(
        score: Double, decision: Double, isAnomaly: Bool, row: Int, rowCount: Int, to outputs: UnsafeMutablePointer<Double>
    ) {
        unsafe outputs[row] = score
        unsafe outputs[rowCount + row] = decision
        unsafe outputs[2 * rowCount + row] = isAnomaly ? -1 : 1
    }

    private func writeClass(
        raw: UnsafePointer<Double>, row: Int, rowCount: Int, to outputs: UnsafeMutablePointer<Double>
    ) {
        var next = unsafe outputs + rowCount
        var chosen = unsafe rawCount == 1 ? (raw[0] > 0 ? 1 : 0) : NumericPrimitives.firstLargest(raw, count: rawCount)
        if hasProbabilities {
            let probabilities = unsafe next + row * classCount
            unsafe writeProbabilities(raw, to: probabilities)
            if classRule == .largestProbability {
                chosen = unsafe NumericPrimitives.firstLargest(probabilities, count: classCount)
            }
            unsafe next += rowCount * classCount
        }
        if classRule == .rawAtLeastZero, rawCount == 1 { chosen = unsafe raw[0] >= 0 ? 1 : 0 }
        unsafe outputs[row] = Double(chosen)
        if hasDecision {
            for index in 0..<rawCount { unsafe next[row * rawCount + index] = raw[index] }
        }
    }

    private func writeProbabilities(_ raw: UnsafePointer<Double>, to probabilities: UnsafeMutablePointer<Double>) {
        if rawCount == 1, classCount == 2 {
            unsafe applyLink(raw, to: probabilities + 1)
            let positive = unsafe probabilities[1]
            unsafe probabilities[0] = isFloat32 ? Double(1 - Float(positive)) : 1 - positive
            return
        }
        unsafe applyLink(raw, to: probabilities)
        if case .sigmoid = link {
            let sum = unsafe NumericPrimitives.pairwiseSum(probabilities, count: rawCount)
            for index in 0..<rawCount { unsafe probabilities[index] /= sum }
        }
    }

    private func applyLink(_ raw: UnsafePointer<Double>, to result: UnsafeMutablePointer<Double>) {
        switch link {
        case .identity: for index in 0..<rawCount { unsafe result[index] = raw[index] }
        case .sigmoid:
            for index in 0..<rawCount {
                unsafe result[index] =
                    isFloat32
                    ? Double(NumericPrimitives.sigmoid(Float(raw[index]))) : NumericPrimitives.sigmoid(raw[index])
            }
        case .scaledSigmoid(let factor): unsafe result[0] = NumericPrimitives.sigmoid(factor * raw[0])
        case .exponential:
            for index in 0..<rawCount {
                unsafe result[index] = isFloat32 ? Double(expf(Float(raw[index]))) : exp(raw[index])
            }
        case .softmaxPairwise: unsafe NumericPrimitives.softmax(of: raw, count: rawCount, pairwise: true, into: result)
        case .softmaxSequential:
            if isFloat32 {
                unsafe NumericPrimitives.softmaxFloat32(of: raw, count: rawCount, into: result)
            } else {
                unsafe NumericPrimitives.softmax(of: raw, count: rawCount, pairwise: false, into: result)
            }
        case .softmaxLogSumExp: unsafe NumericPrimitives.softmaxLogSumExp(of: raw, count: rawCount, into: result)
        case .isolation(let normalizer):
            let quotient = unsafe normalizer == 0 ? 1 : raw[0] / normalizer
            unsafe result[0] = -pow(2, -quotient)
        }
    }
}
