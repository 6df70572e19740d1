/// Linear models: each decision value is the sum over the columns from left to right, then the intercept.
///
/// BLAS sums in other orders that depend on the batch (`SKLEARN.md` section 4.3); this order is the same for every
/// batch.
enum LinearKernel {
    /// XGBoost's `gblinear` (`src/gbm/gblinear.cc`, `Pred`): all in float32, the intercept first, missing values left
    /// out.
    ///
    /// Returns the first column whose value is infinite in float32, which XGBoost refuses, or nil.
    @inline(__always)
    static func decideFloat32(
        _ plan: UnsafePointer<KernelPlan>, _ row: UnsafePointer<Double>, to raw: UnsafeMutablePointer<Double>
    ) -> Int? {
        let columnCount = unsafe plan.pointee.columnCount
        let outputCount = unsafe plan.pointee.outputCount
        let parameters = unsafe plan.pointee.parameters
        for column in 0..<columnCount where unsafe Float(row[column]).isInfinite { return column }
        for output in 0..<outputCount {
            let coefficients = unsafe parameters + output &* columnCount
            var sum = unsafe Float(parameters[outputCount &* columnCount &+ output])
            for column in 0..<columnCount where unsafe !row[column].isNaN {
                // The product is rounded before it is added: Swift fuses nothing on its own.
                let product = unsafe Float(row[column]) * Float(coefficients[column])
                sum += product
            }
            unsafe raw[output] = Double(sum)
        }
        return nil
    }

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
