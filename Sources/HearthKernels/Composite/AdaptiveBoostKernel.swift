import Glibc
import HearthModel

/// AdaBoostClassifier (`sklearn/ensemble/_weight_boosting.py`): weighted votes, or sums of logarithms of probabilities,
/// and the softmax of them.
enum AdaptiveBoostKernel {
    /// Parameters: the sum of weights; for votes then hits and misses. Numbers: members.
    static func decide(
        _ rule: CombinationPlan, _ parameters: UnsafePointer<Double>, _ x: UnsafePointer<Double>,
        to raw: UnsafeMutablePointer<Double>, _ sums: UnsafeMutablePointer<Double>
    ) {
        let members = unsafe rule.numbers[0]
        let classCount = rule.classCount
        unsafe sums.update(repeating: 0, count: classCount)
        for member in 0..<members {
            if rule.kind == .realBoost {
                unsafe addLogarithms(x + member &* classCount, classCount, to: sums, work: raw + 1)
                continue
            }
            let chosen = unsafe Int(x[member])
            let (hit, miss) = unsafe (parameters[1 &+ member], parameters[1 &+ members &+ member])
            for index in 0..<classCount { unsafe sums[index] += index == chosen ? hit : miss }
        }
        for index in 0..<classCount { unsafe sums[index] /= parameters[0] }
        let probabilities = unsafe raw + 1
        let decision = unsafe probabilities + classCount
        if classCount == 2 {
            let value = unsafe -sums[0] + sums[1]
            unsafe decision[0] = value
            unsafe raw[0] = value > 0 ? 1 : 0
            unsafe sums[0] = -value / 2
            unsafe sums[1] = value / 2
        } else {
            unsafe decision.update(from: sums, count: classCount)
            unsafe raw[0] = Double(NumericPrimitives.firstLargest(decision, count: classCount))
            for index in 0..<classCount { unsafe sums[index] /= Double(classCount &- 1) }
        }
        // The votes' array has a column per class, which NumPy adds left to right.
        unsafe NumericPrimitives.softmax(
            of: sums, count: classCount, pairwise: rule.kind == .realBoost, into: probabilities)
    }

    /// SAMME.R: `(K - 1) (log p - (1 / K) sum(log p))`, `p` at least the machine epsilon.
    private static func addLogarithms(
        _ probabilities: UnsafePointer<Double>, _ classCount: Int, to sums: UnsafeMutablePointer<Double>,
        work: UnsafeMutablePointer<Double>
    ) {
        for index in 0..<classCount { unsafe work[index] = log(max(probabilities[index], Double.ulpOfOne)) }
        let mean = unsafe (1 / Double(classCount)) * NumericPrimitives.pairwiseSum(work, count: classCount)
        for index in 0..<classCount { unsafe sums[index] += Double(classCount &- 1) * (work[index] - mean) }
    }
}

/// AdaBoostRegressor: the answer at which half of the weights is reached.
enum WeightedMedian {
    /// `work` has room for two times `count` values.
    static func value(
        _ x: UnsafePointer<Double>, weights: UnsafePointer<Double>, count: Int, work: UnsafeMutablePointer<Double>
    ) -> Double {
        let order = unsafe sorted(x, count: count, work: work)
        var total = 0.0
        for index in 0..<count { unsafe total += weights[Int(order[index])] }
        let half = 0.5 * total
        var sum = 0.0
        for index in 0..<count {
            unsafe sum += weights[Int(order[index])]
            if sum >= half { return unsafe x[Int(order[index])] }
        }
        // Nothing reaches half of a negative or absent total: the library's argmax over no hit is the first.
        return unsafe x[Int(order[0])]
    }

    /// Indices in ascending order of their values, equal ones in their own order: runs merged bottom up.
    private static func sorted(
        _ x: UnsafePointer<Double>, count: Int, work: UnsafeMutablePointer<Double>
    ) -> UnsafePointer<Double> {
        var source = unsafe work
        var target = unsafe work + count
        for index in 0..<count { unsafe source[index] = Double(index) }
        var width = 1
        while width < count {
            var start = 0
            while start < count {
                let middle = min(start &+ width, count)
                let end = min(middle &+ width, count)
                var (left, right) = (start, middle)
                for index in start..<end {
                    let takesLeft =
                        unsafe left < middle
                        && (right >= end || !(x[Int(source[right])] < x[Int(source[left])]))
                    unsafe target[index] = takesLeft ? source[left] : source[right]
                    if takesLeft { left &+= 1 } else { right &+= 1 }
                }
                start = end
            }
            unsafe swap(&source, &target)
            width &*= 2
        }
        return unsafe UnsafePointer(source)
    }
}
