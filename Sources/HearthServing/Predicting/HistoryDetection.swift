package import HearthCore
import HearthModel

/// What a z-score finds among the points of one request: the last link of the chain, which needs no model.
///
/// Robust z-scores of the points among themselves, the largest of a point's columns: Iglewicz and Hoaglin's modified
/// z-score, as ``ZScore`` has it, with their threshold of 3.5. Median and deviation are those of all points given, so
/// that a request which carries its history is scored against that.
package struct HistoryDetection: Sendable {
    /// So many values are scored within a call: some 0.1 ms.
    package static let inlineValueCountMax = 1024

    /// A point whose score is above it is an anomaly.
    package let threshold: Double
    /// One per point, higher = worse.
    package let scores: [Double]
    /// One per point: 1 for an anomaly, else 0.
    package let anomalies: [UInt8]

    /// - Parameters:
    ///   - values: the points, oldest first: point count x `columnCount`.
    ///   - cause: why no model answered.
    /// - Throws: INVALID_ARGUMENT for values that no model would take; `cause` with a word more when there are fewer
    ///   than ``ZScore/finiteCountMin`` points.
    package init(
        _ values: [Double], columnCount: Int, cause: CallFailure
    ) throws(CallFailure) {
        guard columnCount > 0, !values.isEmpty, values.count % columnCount == 0 else {
            throw CallFailure(
                .invalidArgument,
                "\(values.count) values found, whole points of \(columnCount) and at least one expected")
        }
        let pointCount = values.count / columnCount
        guard pointCount <= Predictor.outputByteCountMax / 16 else {
            throw CallFailure(
                .resourceExhausted,
                "\(pointCount) points would make a reply over 4 MiB; send at most \(Predictor.outputByteCountMax / 16)")
        }
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw CallFailure(
                .invalidArgument,
                "point \(index / columnCount), column \(index % columnCount): \(values[index]) found, a finite "
                    + "number expected")
        }
        guard pointCount >= ZScore.finiteCountMin else {
            throw CallFailure(
                cause.code,
                "\(cause.message); \(pointCount) points are too few for a z-score instead, which needs "
                    + "\(ZScore.finiteCountMin): send more of the series' history")
        }
        let fitted: ZScore
        do throws(ModelError) {
            fitted = try ZScore.fit(
                rows: values, columnCount: columnCount, method: .robust,
                threshold: ZScore.robustThreshold)
        } catch {
            throw CallFailure(.invalidArgument, "\(error)")
        }
        let scores = (0..<pointCount).map { point in
            fitted.score(values[point * columnCount..<(point + 1) * columnCount])
        }
        self.scores = scores
        anomalies = scores.map { $0 > fitted.threshold ? 1 : 0 }
        threshold = fitted.threshold
    }
}
