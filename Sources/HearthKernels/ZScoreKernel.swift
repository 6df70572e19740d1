import HearthModel

/// Z-scores: the largest distance from a column's center, in units of its scale.
@safe
struct ZScoreKernel {
    let centers: UnsafePointer<Double>
    let scales: UnsafePointer<Double>
    let columnCount: Int
    let threshold: Double

    /// The score of one staged row of finite values; finite.
    @inline(__always)
    func score(_ row: UnsafePointer<Double>) -> Double {
        var largest = 0.0
        for column in 0..<columnCount {
            let distance = unsafe abs(row[column] - centers[column])
            let scale = unsafe scales[column]
            let score = scale > 0 ? distance / scale : distance > 0 ? ZScore.constantColumnScore : 0
            if score > largest { largest = score }
        }
        return min(largest, Double.greatestFiniteMagnitude)
    }
}
