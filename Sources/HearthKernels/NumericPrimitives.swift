import Glibc

/// The sums, links and choices of NumPy and scikit-learn, reproduced operation for operation (`SKLEARN.md` section
/// 3.0).
///
/// `exp`, `log` and `pow` are those of glibc.
enum NumericPrimitives {
    /// NumPy's pairwise sum of contiguous values (`numpy/_core/src/umath/loops_utils.h.src`, `pairwise_sum`): eight
    /// partial sums for up to 128 values, above that two halves, the first a multiple of eight long.
    static func pairwiseSum(_ values: UnsafePointer<Double>, count: Int) -> Double {
        if count < 8 {
            return unsafe sequentialSum(values, count: count)
        }
        if count <= 128 {
            var (r0, r1, r2, r3) = unsafe (values[0], values[1], values[2], values[3])
            var (r4, r5, r6, r7) = unsafe (values[4], values[5], values[6], values[7])
            var index = 8
            while index < count - count % 8 {
                unsafe r0 += values[index]
                unsafe r1 += values[index + 1]
                unsafe r2 += values[index + 2]
                unsafe r3 += values[index + 3]
                unsafe r4 += values[index + 4]
                unsafe r5 += values[index + 5]
                unsafe r6 += values[index + 6]
                unsafe r7 += values[index + 7]
                index += 8
            }
            var sum = ((r0 + r1) + (r2 + r3)) + ((r4 + r5) + (r6 + r7))
            while index < count {
                sum += unsafe values[index]
                index += 1
            }
            return sum
        }
        let half = count / 2 / 8 * 8
        return unsafe pairwiseSum(values, count: half) + pairwiseSum(values + half, count: count - half)
    }

    /// Left to right.
    static func sequentialSum(_ values: UnsafePointer<Double>, count: Int) -> Double {
        var sum = 0.0
        for index in 0..<count { sum += unsafe values[index] }
        return sum
    }

    /// `1 / (1 + exp(-x))`.
    @inline(__always)
    static func sigmoid(_ x: Double) -> Double {
        1 / (1 + exp(-x))
    }

    /// XGBoost's logistic function in single precision (`src/common/math.h`, `Sigmoid`).
    static func sigmoid(_ x: Float) -> Float {
        let limit: Float = 88.7
        let epsilon: Float = 1e-16
        return 1 / (expf(-x < limit ? -x : limit) + 1 + epsilon)
    }

    /// Index of the first largest value.
    static func firstLargest(_ values: UnsafePointer<Double>, count: Int) -> Int {
        var largest = 0
        for index in 1..<max(count, 1) where unsafe values[index] > values[largest] { largest = index }
        return largest
    }

    /// Writes `exp(x - max)` for each value and returns the maximum.
    @discardableResult
    static func shiftedExponentials(
        of values: UnsafePointer<Double>, count: Int, into result: UnsafeMutablePointer<Double>
    ) -> Double {
        let largest = unsafe values[firstLargest(values, count: count)]
        for index in 0..<count { unsafe result[index] = exp(values[index] - largest) }
        return largest
    }

    /// `e / sum(e)` with `e = exp(x - max)`.
    static func softmax(
        of values: UnsafePointer<Double>, count: Int, pairwise: Bool, into result: UnsafeMutablePointer<Double>
    ) {
        unsafe shiftedExponentials(of: values, count: count, into: result)
        let sum = unsafe pairwise ? pairwiseSum(result, count: count) : sequentialSum(result, count: count)
        for index in 0..<count { unsafe result[index] /= sum }
    }

    /// `exp(x - (log(sum(exp(x - max))) + max))`, NaN becoming 0: boosting up to scikit-learn 1.3.
    static func softmaxLogSumExp(
        of values: UnsafePointer<Double>, count: Int, pairwise: Bool, into result: UnsafeMutablePointer<Double>
    ) {
        let largest = unsafe shiftedExponentials(of: values, count: count, into: result)
        let sum = unsafe pairwise ? pairwiseSum(result, count: count) : sequentialSum(result, count: count)
        let logSum = log(sum) + largest
        for index in 0..<count {
            let value = unsafe exp(values[index] - logSum)
            unsafe result[index] = value.isNaN ? 0 : value
        }
    }

    /// The softmax of `-value` and `value`.
    static func softmaxOfOpposites(_ value: Double, into result: UnsafeMutablePointer<Double>) {
        let largest = abs(value)
        let (negative, positive) = (exp(-value - largest), exp(value - largest))
        let sum = negative + positive
        unsafe result[0] = negative / sum
        unsafe result[1] = positive / sum
    }

    /// Shares of the sum; when that is 0, equal ones.
    static func divideBySum(_ values: UnsafeMutablePointer<Double>, count: Int) {
        let sum = unsafe pairwiseSum(values, count: count)
        for index in 0..<count { unsafe values[index] = sum == 0 ? 1 / Double(count) : values[index] / sum }
    }

    /// XGBoost's softmax (`src/common/math.h`, `Softmax`): single precision, the sum in double precision.
    static func softmaxFloat32(
        of values: UnsafePointer<Double>, count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        let largest = unsafe Float(values[firstLargest(values, count: count)])
        var sum = 0.0
        for index in 0..<count {
            let value = unsafe expf(Float(values[index]) - largest)
            unsafe result[index] = Double(value)
            sum += Double(value)
        }
        for index in 0..<count { unsafe result[index] = Double(Float(result[index]) / Float(sum)) }
    }
}
