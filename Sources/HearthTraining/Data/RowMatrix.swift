/// Rows of numbers, one after the other.
package struct RowMatrix: Sendable, Equatable {
    /// Row-major: `rowCount * columnCount` numbers.
    package private(set) var values: [Double]
    package let columnCount: Int

    package var rowCount: Int { values.count / columnCount }

    /// `columnCount` is at least 1 and divides `values.count`.
    package init(values: [Double], columnCount: Int) {
        precondition(columnCount > 0 && values.count.isMultiple(of: columnCount), "rows are of equal length")
        self.values = values
        self.columnCount = columnCount
    }

    /// The values of one row.
    package func row(_ index: Int) -> ArraySlice<Double> {
        values[index * columnCount..<(index + 1) * columnCount]
    }

    /// One value.
    package subscript(row: Int, column: Int) -> Double {
        get { values[row * columnCount + column] }
        set { values[row * columnCount + column] = newValue }
    }

    /// The rows with these indices, in this order.
    package func rows(_ indices: [Int]) -> RowMatrix {
        var chosen: [Double] = []
        chosen.reserveCapacity(indices.count * columnCount)
        for index in indices { chosen += row(index) }
        return RowMatrix(values: chosen, columnCount: columnCount)
    }

    /// The values of one column, row by row.
    package func column(_ index: Int) -> [Double] {
        (0..<rowCount).map { self[$0, index] }
    }
}
