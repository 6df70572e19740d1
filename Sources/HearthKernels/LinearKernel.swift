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

    /// Rows that are staged together and decided four at a time.
    static var tileRowCount: Int { 8 }

    /// The raw values of up to a block of rows, or the first problem.
    ///
    /// `index` is the number of the first one in the request.
    static func decide(
        _ plan: UnsafePointer<KernelPlan>, rows: UnsafePointer<Double>, count: Int, index: Int,
        to raw: UnsafeMutablePointer<Double>, scratch: UnsafeMutableRawPointer
    ) -> RowProblem? {
        let hasStages = unsafe plan.pointee.preparer.stages.count > 0
        let columnCount = unsafe plan.pointee.columnCount
        let tile = unsafe (scratch + plan.pointee.layout.tileOffset).assumingMemoryBound(to: Double.self)
        var first = 0
        while first < count {
            let tileCount = min(tileRowCount, count &- first)
            let values = unsafe hasStages ? UnsafePointer(tile) : rows + first &* columnCount
            for row in 0..<tileCount {
                let staged = unsafe tile + row &* columnCount
                if hasStages,
                    unsafe !RowPreparer.stage(plan, rows: rows, row: first &+ row, to: staged, scratch: scratch)
                {
                    return unsafe RowPreparer.stageProblem(plan, row: index &+ first &+ row, scratch: scratch)
                }
                let decided = unsafe values + row &* columnCount
                if unsafe ColumnPairs.sumIsFinite(decided, count: columnCount) { continue }
                if let problem = unsafe RowPreparer.notFinite(plan, decided, index: index &+ first &+ row) {
                    return problem
                }
            }
            unsafe decide(plan, tile: values, count: tileCount, to: raw + first &* plan.pointee.outputCount)
            first &+= tileCount
        }
        return nil
    }

    /// Rows side by side: each sum waits for its own additions, and four of them wait together.
    @inline(__always)
    private static func decide(
        _ plan: UnsafePointer<KernelPlan>, tile: UnsafePointer<Double>, count: Int,
        to raw: UnsafeMutablePointer<Double>
    ) {
        let columnCount = unsafe plan.pointee.columnCount
        let outputCount = unsafe plan.pointee.outputCount
        let parameters = unsafe plan.pointee.parameters
        for output in 0..<outputCount {
            let coefficients = unsafe parameters + output &* columnCount
            let intercept = unsafe parameters[outputCount &* columnCount &+ output]
            var row = 0
            while row &+ 4 <= count {
                let a = unsafe tile + row &* columnCount
                let (b, c, d) = unsafe (a + columnCount, a + 2 &* columnCount, a + 3 &* columnCount)
                var (sumA, sumB, sumC, sumD) = (0.0, 0.0, 0.0, 0.0)
                for column in 0..<columnCount {
                    let coefficient = unsafe coefficients[column]
                    unsafe sumA += a[column] * coefficient
                    unsafe sumB += b[column] * coefficient
                    unsafe sumC += c[column] * coefficient
                    unsafe sumD += d[column] * coefficient
                }
                let result = unsafe raw + (row &* outputCount &+ output)
                unsafe result[0] = sumA + intercept
                unsafe result[outputCount] = sumB + intercept
                unsafe result[2 &* outputCount] = sumC + intercept
                unsafe result[3 &* outputCount] = sumD + intercept
                row &+= 4
            }
            while row < count {
                let values = unsafe tile + row &* columnCount
                var sum = 0.0
                for column in 0..<columnCount { unsafe sum += values[column] * coefficients[column] }
                unsafe raw[row &* outputCount &+ output] = sum + intercept
                row &+= 1
            }
        }
    }
}
