/// Mean and population deviation of every column, as scikit-learn's `StandardScaler`: a constant column is only
/// centred.
struct Standardisation {
    let means: [Double]
    /// 1 for a constant column.
    let deviations: [Double]

    /// `rows` has at least one row, and no missing values.
    init(_ rows: RowMatrix) {
        let count = Double(rows.rowCount)
        var means: [Double] = []
        var deviations: [Double] = []
        for column in 0..<rows.columnCount {
            let values = rows.column(column)
            let mean = values.reduce(0, +) / count
            let variance = values.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) } / count
            means.append(mean)
            // What is left of a constant column is the rounding of its mean.
            let isConstant = values.allSatisfy { $0 == values[0] } || variance.squareRoot() <= mean.magnitude * 1e-14
            deviations.append(isConstant ? 1 : variance.squareRoot())
        }
        self.means = means
        self.deviations = deviations
    }

    /// `(x - mean) / deviation`, as the served model computes it.
    func applied(to rows: RowMatrix) -> RowMatrix {
        var scaled = rows
        for row in 0..<rows.rowCount {
            for column in 0..<rows.columnCount {
                scaled[row, column] = (rows[row, column] - means[column]) / deviations[column]
            }
        }
        return scaled
    }
}
