/// Measures of how well scores put anomalies before other rows, whatever the threshold.
package enum RankingMetrics {
    /// The area under the ROC curve: how probable it is that an anomaly scores above another row, ties counting half
    /// (Mann and Whitney's statistic by mid-ranks; equal to scikit-learn's `roc_auc_score`).
    ///
    /// nil when the labels hold only one class.
    package static func rocAUC(scores: [Double], labels: [Bool]) -> Double? {
        let positives = labels.count { $0 }
        let negatives = labels.count - positives
        guard positives > 0, negatives > 0 else { return nil }
        var rankSum = 0.0
        var rank = 0
        forEachTie(scores: scores, labels: labels, ascending: true) { size, positive in
            // Ranks rank+1 ... rank+size, their mean counted once per anomaly in the tie.
            rankSum += Double(positive) * (Double(2 * rank + size + 1) / 2)
            rank += size
        }
        let best = Double(positives) * Double(positives + 1) / 2
        return (rankSum - best) / (Double(positives) * Double(negatives))
    }

    /// Average precision: the sum over thresholds of (recall gained) x (precision there), rows of one score entering
    /// together (scikit-learn's `average_precision_score`, step-wise, no interpolation).
    ///
    /// nil when there is no anomaly.
    package static func averagePrecision(scores: [Double], labels: [Bool]) -> Double? {
        let positives = labels.count { $0 }
        guard positives > 0 else { return nil }
        var sum = 0.0
        var found = 0
        var seen = 0
        forEachTie(scores: scores, labels: labels, ascending: false) { size, positive in
            found += positive
            seen += size
            sum += Double(positive) / Double(positives) * (Double(found) / Double(seen))
        }
        return sum
    }

    /// Calls `body` once per distinct score with how many rows have it and how many of those are anomalies.
    private static func forEachTie(
        scores: [Double], labels: [Bool], ascending: Bool, _ body: (_ size: Int, _ positive: Int) -> Void
    ) {
        precondition(scores.count == labels.count, "there is one label per score")
        let order = scores.indices.sorted { ascending ? scores[$0] < scores[$1] : scores[$0] > scores[$1] }
        var start = 0
        while start < order.count {
            var end = start
            var positive = 0
            while end < order.count, scores[order[end]] == scores[order[start]] || end == start {
                if labels[order[end]] { positive += 1 }
                end += 1
            }
            body(end - start, positive)
            start = end
        }
    }
}
