import Glibc
import HearthModel

/// One answer of the answers of several models, by the rule of a ``CombinationPlan``, in the order of scikit-learn and
/// NumPy.
///
/// `x` holds the answers, `raw` takes the raw values (for a classifier that chooses here: the class, probabilities,
/// decision values), `work` has room for ``CombinationShape/workCount`` doubles.
enum CombinationKernel {
    static func combine(
        _ plan: UnsafePointer<KernelPlan>, _ rule: CombinationPlan, _ x: UnsafePointer<Double>,
        to raw: UnsafeMutablePointer<Double>, work: UnsafeMutablePointer<Double>
    ) {
        let parameters = unsafe plan.pointee.parameters
        switch rule.kind {
        case .mean: unsafe mean(rule, parameters, x, to: raw)
        case .votes: unsafe votes(rule, weights: parameters, x, to: raw, work)
        case .weightedMedian:
            unsafe raw[0] = WeightedMedian.value(x, weights: parameters, count: rule.numbers[0], work: work)
        case .discreteBoost, .realBoost: unsafe AdaptiveBoostKernel.decide(rule, parameters, x, to: raw, work)
        case .calibration, .temperatureOfDecision, .temperatureOfProbabilities:
            unsafe CalibrationKernel.calibrate(rule, parameters, x, to: raw, work)
        case .oneVersusRest: unsafe oneVersusRest(rule, threshold: parameters[0], x, to: raw)
        case .boostedStart: unsafe boosted(rule, epsilon: parameters[0], x, plan.pointee.outputCount, to: raw)
        }
    }

    /// `numpy.average` over the members; numbers: members, values of a member, float32, weighted.
    private static func mean(
        _ rule: CombinationPlan, _ parameters: UnsafePointer<Double>, _ x: UnsafePointer<Double>,
        to raw: UnsafeMutablePointer<Double>
    ) {
        let (members, width) = unsafe (rule.numbers[0], rule.numbers[1])
        let (isFloat32, isWeighted) = unsafe (rule.numbers[2] == 1, rule.numbers[3] == 1)
        let (start, divisor) = unsafe (parameters[0], parameters[1])
        let weights = unsafe parameters + 2
        let values = unsafe raw + (rule.classCount > 0 ? 1 : 0)
        for column in 0..<width {
            if isFloat32 {
                var sum = Float(start)
                for member in 0..<members { unsafe sum += Float(x[member &* width &+ column]) }
                unsafe values[column] = Double(sum / Float(divisor))
                continue
            }
            var sum = start
            for member in 0..<members {
                let value = unsafe x[member &* width &+ column]
                // The product is rounded before it is added: Swift fuses nothing on its own.
                sum += unsafe isWeighted ? value * weights[member] : value
            }
            unsafe values[column] = sum / divisor
        }
        if rule.classCount > 0 {
            unsafe raw[0] = Double(NumericPrimitives.firstLargest(values, count: rule.classCount))
        }
    }

    /// `argmax(bincount(classes, weights))`.
    private static func votes(
        _ rule: CombinationPlan, weights: UnsafePointer<Double>, _ x: UnsafePointer<Double>,
        to raw: UnsafeMutablePointer<Double>, _ work: UnsafeMutablePointer<Double>
    ) {
        unsafe work.update(repeating: 0, count: rule.classCount)
        for member in unsafe 0..<rule.numbers[0] { unsafe work[Int(x[member])] += weights[member] }
        unsafe raw[0] = Double(NumericPrimitives.firstLargest(work, count: rule.classCount))
    }

    /// Numbers: members, decision values, probabilities, last of equal ones, rows of zeros stay.
    private static func oneVersusRest(
        _ rule: CombinationPlan, threshold: Double, _ x: UnsafePointer<Double>, to raw: UnsafeMutablePointer<Double>
    ) {
        let members = unsafe rule.numbers[0]
        let (hasDecision, hasProbabilities) = unsafe (rule.numbers[1] == 1, rule.numbers[2] == 1)
        let (prefersLast, keepsZeros) = unsafe (rule.numbers[3] == 1, rule.numbers[4] == 1)
        let stride = (hasDecision ? 1 : 0) &+ (hasProbabilities ? 1 : 0)
        var chosen = 0
        if members == 1 {
            chosen = unsafe x[0] > threshold ? 1 : 0
        } else {
            for member in 1..<members {
                let (score, best) = unsafe (x[member &* stride], x[chosen &* stride])
                if score > best || prefersLast && score == best { chosen = member }
            }
        }
        unsafe raw[0] = Double(chosen)
        var next = unsafe raw + 1
        if hasProbabilities {
            let first = unsafe x + (stride &- 1)
            if members == 1 {
                unsafe next[0] = 1 - first[0]
                unsafe next[1] = first[0]
            } else {
                for member in 0..<members { unsafe next[member] = first[member &* stride] }
            }
            // The library's array has a column per member, which NumPy adds left to right.
            let sum = unsafe NumericPrimitives.sequentialSum(next, count: rule.classCount)
            if sum != 0 || !keepsZeros {
                for index in 0..<rule.classCount { unsafe next[index] /= sum }
            }
            unsafe next += rule.classCount
        }
        if hasDecision {
            for member in 0..<members { unsafe next[member] = x[member &* stride] }
        }
    }

    /// Boosting that starts from another model's answer; numbers: trees, transform.
    private static func boosted(
        _ rule: CombinationPlan, epsilon: Double, _ x: UnsafePointer<Double>, _ outputCount: Int,
        to raw: UnsafeMutablePointer<Double>
    ) {
        let transform = unsafe rule.numbers[1]
        for output in 0..<outputCount {
            let value = unsafe x[output]
            unsafe raw[output] = transform == 0 ? value : min(max(value, epsilon), 1 - epsilon)
        }
        unsafe BoostedStartTransform.apply(transform, to: raw, count: outputCount)
        let values = unsafe x + outputCount
        var tree = 0
        while unsafe tree < rule.numbers[0] {
            for output in 0..<outputCount { unsafe raw[output] += values[tree &+ output] }
            tree &+= outputCount
        }
    }
}

/// What turns probabilities into the start of boosted sums.
enum BoostedStartTransform {
    /// `transform` is the code of ``Combination/BoostedStart/Transform``.
    static func apply(_ transform: Int, to values: UnsafeMutablePointer<Double>, count: Int) {
        switch transform {
        case 1, 2, 3, 4:
            for index in 0..<count {
                let p = unsafe values[index]
                let odds = transform > 2 ? logit(p) : log(p / (1 - p))
                unsafe values[index] = transform == 2 || transform == 4 ? 0.5 * odds : odds
            }
        case 5: for index in 0..<count { unsafe values[index] = log(values[index]) }
        case 6:
            // The sum of logarithms runs over a contiguous row of them.
            let mean = unsafe pairwiseLogSum(values, count: count) / Double(count)
            let center = exp(mean)
            for index in 0..<count { unsafe values[index] = log(values[index] / center) }
        default: break
        }
    }

    /// SciPy's `logit` from 1.15 on.
    private static func logit(_ p: Double) -> Double {
        guard p >= 0.3, p <= 0.65 else { return log(p / (1 - p)) }
        let doubled = 2 * (p - 0.5)
        return log1p(doubled) - log1p(-doubled)
    }

    /// NumPy's pairwise sum of the logarithms, without a place to keep them.
    private static func pairwiseLogSum(_ values: UnsafePointer<Double>, count: Int) -> Double {
        if count < 8 {
            var sum = 0.0
            for index in 0..<count { sum += unsafe log(values[index]) }
            return sum
        }
        if count > 128 {
            let half = count / 2 / 8 * 8
            return unsafe pairwiseLogSum(values, count: half)
                + pairwiseLogSum(values + half, count: count - half)
        }
        let whole = count / 8 * 8
        var partial = SIMD8<Double>()
        for lane in 0..<8 { unsafe partial[lane] = log(values[lane]) }
        for index in 8..<max(8, whole) { unsafe partial[index & 7] += log(values[index]) }
        var sum =
            ((partial[0] + partial[1]) + (partial[2] + partial[3]))
            + ((partial[4] + partial[5]) + (partial[6] + partial[7]))
        for index in whole..<count { sum += unsafe log(values[index]) }
        return sum
    }
}
