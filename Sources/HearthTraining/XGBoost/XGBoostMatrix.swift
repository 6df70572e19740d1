import CXGBoost

/// Rows with labels and weights as libxgboost holds them: a copy of its own, in single precision.
///
/// Missing values are NaN. Freed at the end of its life; used by one thread at a time.
@safe
package struct XGBoostMatrix: ~Copyable {
    let handle: DMatrixHandle
    package let rowCount: Int
    package let columnCount: Int

    /// More values than this would take more than 2 GiB in libxgboost.
    package static let valueCountMax = 1 << 29

    private init(owning handle: DMatrixHandle, rowCount: Int, columnCount: Int) {
        unsafe self.handle = unsafe handle
        self.rowCount = rowCount
        self.columnCount = columnCount
    }

    /// Copies `rows`, each value rounded to 32 bits.
    ///
    /// - Parameters:
    ///   - labels: one per row, 0 or 1; nil for rows that are only predicted.
    ///   - weights: one per row; nil for 1 each.
    ///   - threadCount: at least 1.
    /// - Throws: ``TrainingError`` for no rows, too many, or a value that is infinite in 32 bits.
    package static func make(
        _ rows: RowMatrix, labels: [Float]? = nil, weights: [Float]? = nil, threadCount: Int = 1
    ) throws(TrainingError) -> XGBoostMatrix {
        precondition(labels.map { $0.count == rows.rowCount } ?? true, "there is one label per row")
        precondition(weights.map { $0.count == rows.rowCount } ?? true, "there is one weight per row")
        guard rows.rowCount > 0 else { throw TrainingError(.unusableData, "there are no rows to give to libxgboost") }
        guard rows.values.count <= valueCountMax else {
            throw TrainingError(
                .unusableData, "\(rows.values.count) values are more than \(valueCountMax)",
                hint: "learn from fewer rows")
        }
        let values = rows.values.map(Float.init)
        if let index = values.firstIndex(where: \.isInfinite) {
            throw TrainingError(
                .badValue,
                "the value \(rows.values[index]) in row \(index / rows.columnCount), column "
                    + "\(index % rows.columnCount) is too large for a 32-bit float", hint: "trees see 32-bit floats")
        }
        var created: DMatrixHandle?
        try XGBoostStatus.check(
            unsafe XGDMatrixCreateFromMat_omp(
                values, UInt64(rows.rowCount), UInt64(rows.columnCount), .nan, &created,
                Int32(clamping: max(1, threadCount))), "take the rows")
        guard let handle = unsafe created else {
            throw TrainingError(.learnerFailed, "libxgboost gave no matrix", hint: "try again with more memory")
        }
        let matrix = unsafe XGBoostMatrix(owning: handle, rowCount: rows.rowCount, columnCount: rows.columnCount)
        if let labels { try matrix.set("label", labels) }
        if let weights { try matrix.set("weight", weights) }
        return matrix
    }

    deinit {
        unsafe XGDMatrixFree(handle)
    }

    private func set(_ field: String, _ values: [Float]) throws(TrainingError) {
        try XGBoostStatus.check(
            unsafe XGDMatrixSetFloatInfo(handle, field, values, UInt64(values.count)), "take the \(field)s")
    }
}
