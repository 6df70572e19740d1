import HearthModel

/// Linear models: each decision value is the sum over the columns from left to right, then the intercept.
@safe
struct LinearKernel {
    /// One row of coefficients per output, then the intercepts.
    let parameters: UnsafePointer<Double>
    let columnCount: Int
    let outputCount: Int

    /// The raw values of one staged row.
    @inline(__always)
    func decide(_ row: UnsafePointer<Double>, to raw: UnsafeMutablePointer<Double>) {
        for output in 0..<outputCount {
            let coefficients = unsafe parameters + output &* columnCount
            var sum = 0.0
            for column in 0..<columnCount { unsafe sum += row[column] * coefficients[column] }
            unsafe raw[output] = sum + parameters[outputCount &* columnCount &+ output]
        }
    }
}
