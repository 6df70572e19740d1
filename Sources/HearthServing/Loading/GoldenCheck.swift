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
        let mismatch: GoldenMismatch?
        do { mismatch = try model.mismatch(with: golden) } catch { throw problem("\(error)") }
        if let mismatch {
            throw problem("\(mismatch) bit for bit; this machine computes otherwise than the one that published it")
        }
    }

    private static func problem(_ message: String) -> ModelError {
        ModelError(
            .malformedSection, at: "golden vectors", message,
            hint: "publish the version again on a machine like the one that serves it")
    }
}
