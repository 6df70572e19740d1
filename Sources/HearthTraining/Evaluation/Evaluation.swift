/// What is measured of a model, always in the same way (C29), so that two models of a series can be compared.
///
/// 1. The rows that the model has not learned from (``DataSplit``) are scored, with the model as it is published.
/// 2. A row is flagged by the model's own rule (isolation forest: `decision_function < 0`; z-score: score above the
///    threshold).
/// 3. Per row: ROC-AUC, average precision (PR-AUC), and the confusion counts with precision, recall and F1.
/// 4. Per event, for rows in the order of time: ``EventCounts``.
///
/// Without labels nothing but the count of flags is known, and every other measure is nil. A measure that is undefined
/// (no anomaly among the rows, nothing flagged) is nil too, never 0.
package struct Evaluation: Sendable, Equatable {
    package var rowCount: Int
    package var flaggedCount: Int
    /// nil without labels, as are all below.
    package var confusion: ConfusionCounts?
    package var rocAUC: Double?
    package var averagePrecision: Double?
    /// nil also when the rows are not in the order of time.
    package var events: EventCounts?

    /// - Parameters:
    ///   - scores: anomaly scores, higher being worse.
    ///   - flags: the model's own decision per row.
    ///   - labels: true for an anomaly; nil when unknown.
    ///   - eventTolerance: nil when the rows are not in the order of time.
    package init(scores: [Double], flags: [Bool], labels: [Bool]?, eventTolerance: EventCounts.Tolerance?) {
        precondition(scores.count == flags.count, "there is one flag per score")
        rowCount = scores.count
        flaggedCount = flags.count { $0 }
        guard let labels else { return }
        confusion = ConfusionCounts(flags: flags, labels: labels)
        rocAUC = RankingMetrics.rocAUC(scores: scores, labels: labels)
        averagePrecision = RankingMetrics.averagePrecision(scores: scores, labels: labels)
        if let eventTolerance {
            events = EventCounts(flags: flags, labels: labels, tolerance: eventTolerance)
        }
    }

    /// The evaluation of no row at all.
    static let nothing = Evaluation(scores: [], flags: [], labels: nil, eventTolerance: nil)
}
