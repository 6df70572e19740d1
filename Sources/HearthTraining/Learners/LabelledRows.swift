/// Rows with the class of each: true is class 1, for bars "up".
package struct LabelledRows: Sendable {
    package var rows: RowMatrix
    package var labels: [Bool]

    /// There is one label per row.
    package init(rows: RowMatrix, labels: [Bool]) {
        precondition(rows.rowCount == labels.count, "there is one label per row")
        self.rows = rows
        self.labels = labels
    }

    package var count: Int { labels.count }

    /// Throws ``TrainingError`` unless rows of both classes are there.
    ///
    /// - Parameter part: what the rows are for, such as "training".
    func checkBothClasses(_ part: String) throws(TrainingError) {
        let positives = labels.count { $0 }
        guard positives > 0, positives < labels.count else {
            throw TrainingError(
                .unusableData,
                "of the \(labels.count) \(part) rows \(positives) are labelled up, expected some of both classes",
                hint: "use more bars, a narrower dead zone or nearer barriers")
        }
    }
}
