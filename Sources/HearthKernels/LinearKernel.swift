/// Linear models: each decision value is the sum over the columns from left to right, then the intercept.
///
/// BLAS sums in other orders that depend on the batch (`SKLEARN.md` section 4.3); this order is the same for every
/// batch.
enum LinearKernel {
    /// The raw values of one staged row.
    @inline(__always)
    static func decide(
        _ plan: UnsafePointer<KernelPlan>, _ row: UnsafePointer<Double>, to raw: UnsafeMutablePointer<Double>
    ) {
        let columnCount = unsafe plan.pointee.columnCount
        let outputCount = unsafe plan.pointee.outputCount
        let parameters = unsafe plan.pointee.parameters
        for output in 0..<outputCount {
            let coefficients = unsafe parameters + output &* columnCount
            var sum = 0.0
            for column in 0..<columnCount { unsafe sum += row[column] * coefficients[column] }
            unsafe raw[output] = sum + parameters[outputCount &* columnCount &+ output]
        }
    }
}
