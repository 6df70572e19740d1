package import HearthModel

/// The first output that is not what the golden vectors say.
package struct GoldenMismatch: Sendable, Equatable, CustomStringConvertible {
    package var row: Int
    package var output: String
    package var found: Double
    package var expected: Double

    package var description: String {
        "golden row \(row), output \(output): \(found) found, \(expected) expected"
    }
}

extension ServableModel {
    /// Computes the golden rows and compares every bit; nil when all are equal (two NaN are).
    ///
    /// A row that the model refuses is thrown as a ``RowProblem``. For loading and publishing; it allocates.
    package func mismatch(with golden: GoldenVectors) throws(RowProblem) -> GoldenMismatch? {
        guard golden.columnCount == signature.columnCount, golden.outputWidth == outputWidth else {
            return GoldenMismatch(
                row: 0, output: "shape", found: Double(outputWidth), expected: Double(golden.outputWidth))
        }
        let found = try outputs(of: golden.rows)
        var start = 0
        for output in outputs {
            for index in start..<start + golden.rowCount * output.width {
                let (left, right) = (found[index], golden.outputs[index])
                if left.bitPattern == right.bitPattern || left.isNaN && right.isNaN { continue }
                return GoldenMismatch(
                    row: (index - start) / output.width, output: output.name, found: left, expected: right)
            }
            start += golden.rowCount * output.width
        }
        return nil
    }

    /// All outputs of whole rows, in arrays of its own: for golden vectors, training and tools, not for the request
    /// path.
    package func outputs(of rows: [Double]) throws(RowProblem) -> [Double] {
        let rowCount = rows.count / signature.columnCount
        precondition(rowCount * signature.columnCount == rows.count, "whole rows")
        var results = [Double](repeating: 0, count: rowCount * outputWidth)
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: scratchByteCount, alignment: 64)
        defer { unsafe scratch.deallocate() }
        guard rowCount > 0, let memory = scratch.baseAddress else { return results }
        let problem = unsafe predict(
            rows: rows, rowCount: rowCount, range: 0..<rowCount, outputs: &results, scratch: memory)
        if let problem { throw problem }
        return results
    }
}
