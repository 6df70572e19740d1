import HearthKernels
import HearthModel

/// Holds a model against the rows and outputs that were stored when it was published.
enum GoldenCheck {
    /// Throws ``ModelError`` when there are no golden vectors, or the model does not give their outputs bit for bit.
    static func verify(_ model: ServableModel, _ section: UnsafeRawBufferPointer?) throws(ModelError) {
        guard let section = unsafe section else {
            throw problem("none found; a published model carries some, publish it again")
        }
        let golden = unsafe try GoldenVectors(decoding: section)
        guard golden.columnCount == model.signature.columnCount, golden.outputWidth == model.outputWidth else {
            throw problem(
                "\(golden.columnCount) columns and \(golden.outputWidth) outputs found; the model has "
                    + "\(model.signature.columnCount) and \(model.outputWidth)")
        }
        guard golden.rowCount > 0 else {
            throw problem("no rows found; a published model carries some, publish it again")
        }
        let outputs = try score(model, rows: golden.rows, rowCount: golden.rowCount)
        for index in outputs.indices where outputs[index].bitPattern != golden.outputs[index].bitPattern {
            // NaN has many bit patterns; any of them is as good as another.
            if outputs[index].isNaN, golden.outputs[index].isNaN { continue }
            throw problem(
                "output \(index) is \(outputs[index]), \(golden.outputs[index]) was stored; this machine computes "
                    + "otherwise than the one that published it")
        }
    }

    private static func problem(_ message: String) -> ModelError {
        ModelError(
            .malformedSection, at: "golden vectors", message,
            hint: "publish the version again on a machine like the one that serves it")
    }

    private static func score(
        _ model: ServableModel, rows: [Double], rowCount: Int
    ) throws(ModelError) -> [Double] {
        var outputs = [Double](repeating: 0, count: rowCount * model.outputWidth)
        let scratch = UnsafeMutableRawPointer.allocate(byteCount: model.scratchByteCount, alignment: 64)
        defer { unsafe scratch.deallocate() }
        let refusal = unsafe rows.withUnsafeBufferPointer { rows in
            unsafe outputs.withUnsafeMutableBufferPointer { outputs -> RowProblem? in
                guard let rows = rows.baseAddress, let outputs = outputs.baseAddress else { return nil }
                return unsafe model.predict(
                    rows: rows, rowCount: rowCount, range: 0..<rowCount, outputs: outputs, scratch: scratch)
            }
        }
        if let refusal { throw problem("\(refusal)") }
        return outputs
    }
}
