import HearthKernels
import HearthModel

extension ServableModel {
    convenience init(_ definition: ModelDefinition) throws(ModelError) {
        try self.init(PackedModel.pack(definition))
    }

    /// All outputs of `rows`, computed range by range; the first problem is thrown.
    func predict(_ rows: [Double], ranges: [Range<Int>]? = nil) throws -> [Double] {
        let rowCount = rows.count / signature.columnCount
        var outputs = [Double](repeating: .signalingNaN, count: rowCount * outputWidth)
        var scratch = [UInt8](repeating: 0xAA, count: scratchByteCount)
        for range in ranges ?? [0..<rowCount] {
            let problem = unsafe rows.withUnsafeBufferPointer { rows in
                unsafe outputs.withUnsafeMutableBufferPointer { outputs in
                    unsafe scratch.withUnsafeMutableBytes { scratch -> RowProblem? in
                        guard let rows = rows.baseAddress, let outputs = outputs.baseAddress,
                            let scratch = scratch.baseAddress
                        else { return nil }
                        return unsafe predict(
                            rows: rows, rowCount: rowCount, range: range, outputs: outputs, scratch: scratch)
                    }
                }
            }
            if let problem { throw problem }
        }
        return outputs
    }

    /// What the oracle says, laid out as the kernels lay it out.
    func expected(_ oracle: Oracle, _ rows: [Double]) -> [Double] {
        let columnCount = signature.columnCount
        let all = stride(from: 0, to: rows.count, by: columnCount).map {
            oracle.outputs(of: Array(rows[$0..<$0 + columnCount]))
        }
        return outputs.indices.flatMap { output in all.flatMap { $0[output] } }
    }
}

/// Bits, with every NaN the same.
func bits(_ values: [Double]) -> [UInt64] {
    values.map { $0.isNaN ? 0x7FF8_0000_0000_0000 : $0.bitPattern }
}
