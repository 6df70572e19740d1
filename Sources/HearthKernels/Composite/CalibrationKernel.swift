import Glibc
import HearthModel

/// CalibratedClassifierCV (`sklearn/calibration.py`): each fold's calibrators over its member's answers, and the mean
/// of the folds.
enum CalibrationKernel {
    /// Numbers: folds, values of a member, points of each calibrator; `work` has room for two values per class.
    static func calibrate(
        _ rule: CombinationPlan, _ parameters: UnsafePointer<Double>, _ x: UnsafePointer<Double>,
        to raw: UnsafeMutablePointer<Double>, _ work: UnsafeMutablePointer<Double>
    ) {
        let (folds, width) = unsafe (rule.numbers[0], rule.numbers[1])
        let classCount = rule.classCount
        let mean = unsafe raw + 1
        unsafe mean.update(repeating: 0, count: classCount)
        var next = unsafe parameters
        for fold in 0..<folds {
            let values = unsafe x + fold &* width
            if rule.kind == .calibration {
                let pointCounts = unsafe rule.numbers + (2 &+ fold &* width)
                unsafe next = perClass(classCount, width, pointCounts, next, values, to: work)
            } else {
                unsafe temperature(rule, beta: next[0], values, to: work)
                unsafe next += 1
            }
            for index in 0..<classCount {
                let p = unsafe work[index]
                unsafe mean[index] += p > 1 && p <= 1 + 1e-5 ? 1 : p
            }
        }
        for index in 0..<classCount { unsafe mean[index] /= Double(folds) }
        unsafe raw[0] = Double(NumericPrimitives.firstLargest(mean, count: classCount))
    }

    /// One calibrator per value, then the division by their sum; returns where the next fold's parameters start.
    private static func perClass(
        _ classCount: Int, _ width: Int, _ pointCounts: UnsafePointer<Int>, _ parameters: UnsafePointer<Double>,
        _ values: UnsafePointer<Double>, to result: UnsafeMutablePointer<Double>
    ) -> UnsafePointer<Double> {
        var next = unsafe parameters
        let first = unsafe result + (width == 1 ? 1 : 0)
        for index in 0..<width {
            let count = unsafe pointCounts[index]
            if count == 0 {
                unsafe first[index] = NumericPrimitives.sigmoid(-(next[0] * values[index] + next[1]))
                unsafe next += 2
            } else {
                unsafe first[index] = interpolated(values[index], next, next + count, count)
                unsafe next += 2 &* count
            }
        }
        if width == 1 {
            unsafe result[0] = 1 - result[1]
            return unsafe next
        }
        let sum = unsafe NumericPrimitives.pairwiseSum(result, count: classCount)
        for index in 0..<classCount { unsafe result[index] = sum == 0 ? 1 / Double(classCount) : result[index] / sum }
        return unsafe next
    }

    /// `numpy.interp`: the line between the points around the value, the outer points' values beyond them.
    private static func interpolated(
        _ value: Double, _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ count: Int
    ) -> Double {
        guard unsafe value > x[0] else { return unsafe y[0] }
        guard unsafe value < x[count &- 1] else { return unsafe y[count &- 1] }
        var (low, high) = (0, count &- 1)
        while high &- low > 1 {
            let middle = (low &+ high) / 2
            if unsafe x[middle] <= value { low = middle } else { high = middle }
        }
        if unsafe x[low] == value { return unsafe y[low] }
        let slope = unsafe (y[high] - y[low]) / (x[high] - x[low])
        let rise = unsafe slope * (value - x[low])
        return unsafe rise + y[low]
    }

    /// `softmax(beta logits)`.
    private static func temperature(
        _ rule: CombinationPlan, beta: Double, _ values: UnsafePointer<Double>, to result: UnsafeMutablePointer<Double>
    ) {
        let classCount = rule.classCount
        let logits = unsafe result + classCount
        let isProbability = rule.kind == .temperatureOfProbabilities
        if classCount == 2 {
            unsafe logits[0] = isProbability ? 1 - values[0] : -values[0]
            unsafe logits[1] = values[0]
        } else {
            unsafe logits.update(from: values, count: classCount)
        }
        for index in 0..<classCount {
            let logit = unsafe isProbability ? log(logits[index] + 1e-12) : logits[index]
            unsafe logits[index] = beta * logit
        }
        unsafe NumericPrimitives.softmax(of: logits, count: classCount, pairwise: true, into: result)
    }
}
