extension ZScore {
    /// A column must have at least this many finite values to be fitted on.
    package static let finiteCountMin = 12

    /// A score of 1 for one standard deviation of a normal distribution: 0.75 quantile of the standard normal.
    ///
    /// B. Iglewicz and D. C. Hoaglin, How to Detect and Handle Outliers, ASQC 1993, section 3.3 (there rounded to
    /// 0.6745).
    package static let normalQuartile = 0.6744897501960817

    /// What the mean absolute deviation is multiplied by when the MAD is 0 (more than half of the values are equal):
    /// sqrt(pi / 2) to six digits, as in IBM SPSS Modeler, Algorithms Guide, "Anomaly Detection", modified z-score.
    package static let meanDeviationFactor = 1.253314

    /// Iglewicz and Hoaglin's recommendation for the modified z-score.
    package static let robustThreshold = 3.5

    /// Centers and scales of the columns of `rows` (row-major, `columnCount` values per row).
    ///
    /// NaN and infinite values are left out; a column needs ``finiteCountMin`` others.
    ///
    /// `standard` takes mean and population standard deviation; `robust` median and median absolute deviation, or when
    /// that is 0 the mean absolute deviation from the median. A column that never varies gets scale 0 (see
    /// ``ZScore/scales``).
    package static func fit(
        rows: [Double], columnCount: Int, method: Method, threshold: Double
    ) throws(ModelError) -> ZScore {
        guard columnCount >= 1, rows.count % columnCount == 0 else {
            throw .invalid(
                "z-score", "\(rows.count) values for rows of \(columnCount) columns found, whole rows expected")
        }
        let columns = (0..<columnCount).map { column in
            stride(from: column, to: rows.count, by: columnCount).map { rows[$0] }
        }
        return try fit(columns: columns, method: method, threshold: threshold)
    }

    /// The same for values given column by column.
    package static func fit(
        columns: [[Double]], method: Method, threshold: Double
    ) throws(ModelError) -> ZScore {
        var centers: [Double] = []
        var scales: [Double] = []
        for (index, column) in columns.enumerated() {
            let values = column.filter(\.isFinite)
            guard values.count >= finiteCountMin else {
                throw ModelError(
                    .insufficientData, at: "column \(index)",
                    "\(values.count) finite values found, at least \(finiteCountMin) expected",
                    hint: "give a longer history, or leave the column out")
            }
            let (center, scale) = method == .standard ? standardSpread(of: values) : robustSpread(of: values)
            guard center.isFinite, scale.isFinite else {
                throw .invalid("column \(index)", "values too large to be added found")
            }
            centers.append(center)
            scales.append(scale)
        }
        return ZScore(method: method, centers: centers, scales: scales, threshold: threshold)
    }

    /// The score of one row of as many finite values as there are columns, as the kernel computes it: the largest
    /// distance from a column's center, in units of its scale.
    package func score(_ row: ArraySlice<Double>) -> Double {
        var largest = 0.0
        for (column, value) in row.enumerated() {
            let distance = abs(value - centers[column])
            let score = scales[column] > 0 ? distance / scales[column] : distance > 0 ? Self.constantColumnScore : 0
            largest = max(largest, score)
        }
        return min(largest, .greatestFiniteMagnitude)
    }

    private static func standardSpread(of values: [Double]) -> (center: Double, scale: Double) {
        guard let first = values.first, values.contains(where: { $0 != first }) else { return (values.first ?? 0, 0) }
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        return (mean, variance.squareRoot())
    }

    private static func robustSpread(of values: [Double]) -> (center: Double, scale: Double) {
        let center = median(of: values)
        let deviations = values.map { abs($0 - center) }
        let medianDeviation = median(of: deviations)
        if medianDeviation > 0 { return (center, medianDeviation / normalQuartile) }
        let meanDeviation = deviations.reduce(0, +) / Double(values.count)
        return (center, meanDeviationFactor * meanDeviation)
    }

    /// The middle value, or the mean of the two in the middle.
    private static func median(of values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] / 2 + sorted[middle] / 2)
    }
}
