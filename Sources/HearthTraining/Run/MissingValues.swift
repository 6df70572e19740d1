import HearthModel

/// What happens to missing values: each becomes the median of its column in the rows that are learned from, at serving
/// as in training (scikit-learn's `SimpleImputer(strategy="median")`), so a missing value speaks neither for nor
/// against an anomaly.
///
/// A table without missing values gives a model that refuses them.
enum MissingValues {
    /// The medians of `rows`.
    ///
    /// Throws ``TrainingError`` naming a column with no value in any of the rows.
    static func imputer(for rows: RowMatrix, columnNames: [String]) throws(TrainingError) -> Imputer {
        var statistics: [Double] = []
        for (index, name) in columnNames.enumerated() {
            let present = rows.column(index).filter { !$0.isNaN }
            guard !present.isEmpty else {
                throw TrainingError(
                    .unusableData, "column '\(name)' has no value in any of the \(rows.rowCount) training rows",
                    hint: "leave it out with --columns, or learn from other rows")
            }
            statistics.append(percentile(present, 50))
        }
        return Imputer(statistics: statistics)
    }

    /// `rows` as the imputer passes them on.
    static func filled(_ rows: RowMatrix, by imputer: Imputer) -> RowMatrix {
        var filled = rows
        for row in 0..<rows.rowCount {
            for column in 0..<rows.columnCount where rows[row, column].isNaN {
                filled[row, column] = imputer.statistics[column]
            }
        }
        return filled
    }
}
