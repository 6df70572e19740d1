package import HearthModel

/// Rows as the model will see them: one per point of the table, or one per window of points.
package struct Dataset: Sendable {
    package var rows: RowMatrix
    /// One per row: whether its last point is an anomaly.
    ///
    /// Nil when the table has no labels.
    package var labels: [Bool]?
    package var signature: InputSignature
    /// The table's row that is the last point of each row.
    package var points: [Int]

    package var rowCount: Int { rows.rowCount }

    /// Makes the rows of `table`.
    ///
    /// - Parameter window: a row is made of this many points, oldest first: all columns of the oldest point, …, all
    ///   columns of the point itself. The first `window - 1` points have no row.
    /// - Throws: ``TrainingError`` when the window is longer than the table, or a column has no value at all.
    package init(
        _ table: Table, window: Int = 1, limits: TableLimits = TableLimits()
    ) throws(TrainingError) {
        guard window >= 1 else {
            throw TrainingError(.badParameter, "a window of \(window) points was asked for, expected at least 1")
        }
        for (name, column) in zip(table.columnNames, table.columns)
        where !column.isEmpty && column.allSatisfy(\.isNaN) {
            throw TrainingError(
                .unusableData, "column '\(name)' has no value in any of its \(column.count) rows",
                hint: "leave it out with --columns")
        }
        let pointWidth = table.columns.count
        let (width, overflow) = pointWidth.multipliedReportingOverflow(by: window)
        guard !overflow, width <= limits.columnCountMax else {
            throw TrainingError(
                .badParameter,
                "a window of \(window) points of \(pointWidth) columns is wider than \(limits.columnCountMax)",
                hint: "choose a shorter window or fewer columns")
        }
        guard table.rowCount >= window else {
            throw TrainingError(
                .unusableData, "the table has \(table.rowCount) rows, a window takes \(window)",
                hint: "choose a shorter window")
        }
        let points = Array(window - 1..<table.rowCount)
        guard points.count <= limits.valueCountMax / width else {
            throw TrainingError(
                .badParameter,
                "\(points.count) windows of \(width) values are more than \(limits.valueCountMax) values",
                hint: "choose a shorter window or fewer rows")
        }
        var values: [Double] = []
        values.reserveCapacity(points.count * width)
        for point in points {
            for past in point - window + 1...point {
                for column in table.columns { values.append(column[past]) }
            }
        }
        rows = RowMatrix(values: values, columnCount: width)
        labels = table.labels.map { labels in points.map { labels[$0] } }
        signature = InputSignature(
            columnCount: width, columnNames: Self.names(table.columnNames, window: window), window: window)
        self.points = points
    }

    /// `level` for a window of one point, else `level@-2`, `level@-1`, `level@0`: points before the one that is judged.
    private static func names(_ names: [String], window: Int) -> [String] {
        guard window > 1 else { return names }
        return (0..<window).flatMap { step in names.map { "\($0)@\(step - window + 1)" } }
    }
}
