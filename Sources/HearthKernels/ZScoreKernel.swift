/// Z-scores: the largest distance from a column's center, in units of its scale.
enum ZScoreKernel {
    /// The score of one staged row of finite values; finite.
    @inline(__always)
    static func score(_ plan: UnsafePointer<KernelPlan>, _ row: UnsafePointer<Double>) -> Double {
        let columnCount = unsafe plan.pointee.columnCount
        let centers = unsafe plan.pointee.parameters
        let scales = unsafe centers + columnCount
        let constantColumnScore = unsafe plan.pointee.constantColumnScore
        var largest = 0.0
        for column in 0..<columnCount {
            let distance = unsafe abs(row[column] - centers[column])
            let scale = unsafe scales[column]
            let score = scale > 0 ? distance / scale : distance > 0 ? constantColumnScore : 0
            if score > largest { largest = score }
        }
        return min(largest, Double.greatestFiniteMagnitude)
    }
}
