package import HearthKernels
import HearthModel

/// The rows of one call where they lie: one after the other, or, for a model over windows of a series, overlapping.
@safe
package struct RowBatch {
    package let values: UnsafePointer<Double>
    package let rowCount: Int
    /// Values from the start of a row to the start of the next; less than the column count where windows overlap.
    package let rowStride: Int

    /// Rows that are copied at once where they overlap.
    private static let blockRowCount = 128

    package init(values: UnsafePointer<Double>, rowCount: Int, rowStride: Int) {
        unsafe self.values = values
        self.rowCount = rowCount
        self.rowStride = rowStride
    }

    /// Bytes of scratch that ``predict(_:range:outputs:scratch:)`` needs.
    package func scratchByteCount(_ model: ServableModel) -> Int {
        model.scratchByteCount + (isContiguous(model) ? 0 : blockByteCount(model))
    }

    /// Scores the rows of `range` into `outputs`, which has room for all rows: output k of row r at
    /// rowCount x (widths before k) + r x width(k). Returns the first row that the model refuses.
    package func predict(
        _ model: ServableModel, range: Range<Int>, outputs: UnsafeMutablePointer<Double>,
        scratch: UnsafeMutableRawPointer
    ) -> RowProblem? {
        if isContiguous(model) {
            return unsafe model.predict(
                rows: values, rowCount: rowCount, range: range, outputs: outputs, scratch: scratch)
        }
        let columns = model.signature.columnCount
        let block = unsafe scratch.bindMemory(
            to: Double.self, capacity: blockByteCount(model) / 8)
        let rest = unsafe scratch + blockByteCount(model)
        var lower = range.lowerBound
        while lower < range.upperBound {
            let upper = min(range.upperBound, lower + Self.blockRowCount)
            for row in lower..<upper {
                unsafe (block + (row - lower) * columns).update(from: values + row * rowStride, count: columns)
            }
            // The kernel finds row r at rows + r x columns: the block stands where row `lower` would.
            let problem = unsafe model.predict(
                rows: block - lower * columns, rowCount: rowCount, range: lower..<upper, outputs: outputs, scratch: rest
            )
            if let problem { return problem }
            lower = upper
        }
        return nil
    }

    private func isContiguous(_ model: ServableModel) -> Bool { rowStride == model.signature.columnCount }

    private func blockByteCount(_ model: ServableModel) -> Int {
        (min(rowCount, Self.blockRowCount) * model.signature.columnCount * 8 + 63) & ~63
    }
}
