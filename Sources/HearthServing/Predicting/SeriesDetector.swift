package import HearthCore
import HearthKernels
import HearthModel

/// Turns the outputs of an anomaly model into what `Detect` answers: a score per point (higher = worse) and whether it
/// is an anomaly (C7). The decision is the model's own `predict`; the score is `-score_samples`.
package enum SeriesDetector {
    /// The outputs that an anomaly model has, in this order.
    private static let outputNames = ["score_samples", "decision_function", "predict"]

    /// Whether the model finds anomalies at all; the failure says what it is instead.
    package static func check(_ servable: Servable) throws(CallFailure) {
        guard servable.model.outputs.map(\.name) == outputNames else {
            let message =
                "model '\(servable.name)' is no anomaly model: its outputs are "
                + servable.model.outputs.map(\.name).joined(separator: ", ") + "; use Predict"
            throw CallFailure(.failedPrecondition, message)
        }
        guard servable.model.texts?.takesText != true else {
            throw CallFailure(
                .failedPrecondition, "model '\(servable.name)' takes text, which a series has not; use Predict")
        }
    }

    /// The rows in a series of `valueCount` values: one per point from the first that has a whole window before it.
    package static func batch(
        _ servable: Servable, columnCount: Int, values: UnsafeBufferPointer<Double>
    ) throws(CallFailure) -> (rows: RowBatch, firstPoint: Int) {
        let signature = servable.model.signature
        let step = signature.columnCount / signature.window
        guard columnCount == 0 || columnCount == step else {
            throw CallFailure(
                .invalidArgument,
                "\(columnCount) values per point found; model '\(servable.name)' takes \(step)")
        }
        guard let start = values.baseAddress, values.count % step == 0, values.count / step >= signature.window else {
            let message =
                "\(values.count) values found; model '\(servable.name)' takes \(step) per point and at least "
                + "\(signature.window) points"
            throw CallFailure(.invalidArgument, message)
        }
        let rowCount = values.count / step - signature.window + 1
        guard rowCount <= Predictor.outputByteCountMax / 16 else {
            let message =
                "\(rowCount) points would make a reply over 4 MiB; send at most \(Predictor.outputByteCountMax / 16)"
            throw CallFailure(.resourceExhausted, message)
        }
        return unsafe (RowBatch(values: start, rowCount: rowCount, rowStride: step), signature.window - 1)
    }

    /// The score at or beyond which a point is an anomaly.
    package static func threshold(_ servable: Servable) -> Double { servable.model.threshold ?? 0 }

    /// Rewrites the outputs in place: `scores` takes the place of `score_samples`, the flags that of
    /// `decision_function`.
    package static func finish(
        outputs: UnsafeMutablePointer<Double>, rowCount: Int
    ) -> (scores: UnsafePointer<Double>, anomalies: UnsafePointer<UInt8>) {
        let flags = unsafe UnsafeMutableRawPointer(outputs + rowCount).bindMemory(
            to: UInt8.self, capacity: rowCount)
        let predictions = unsafe outputs + 2 * rowCount
        for row in 0..<rowCount {
            unsafe outputs[row] = unsafe -outputs[row]
            unsafe flags[row] = unsafe predictions[row] < 0 ? 1 : 0
        }
        return unsafe (UnsafePointer(outputs), UnsafePointer(flags))
    }
}
