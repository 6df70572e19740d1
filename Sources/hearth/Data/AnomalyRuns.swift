/// Neighbouring points that are all anomalies.
struct AnomalyRun: Equatable {
    /// Indices of the points.
    var range: Range<Int>
    /// The highest score in it.
    var peak: Double

    /// The runs in `isAnomaly`, whose first point has the index `firstPoint`.
    static func runs(_ isAnomaly: [Bool], scores: [Double], firstPoint: Int) -> [AnomalyRun] {
        var runs: [AnomalyRun] = []
        for index in isAnomaly.indices where isAnomaly[index] {
            let point = firstPoint + index
            let score = index < scores.count ? scores[index] : .nan
            if let last = runs.last, last.range.upperBound == point {
                runs[runs.count - 1] = AnomalyRun(
                    range: last.range.lowerBound..<point + 1, peak: max(last.peak, score))
            } else {
                runs.append(AnomalyRun(range: point..<point + 1, peak: score))
            }
        }
        return runs
    }
}

/// Found runs held against known ones.
struct RunComparison {
    /// Known runs that some found point lies in.
    var found: [Range<Int>] = []
    /// Known runs without one.
    var missed: [Range<Int>] = []
    /// Found runs that touch no known one.
    var falseRuns: [AnomalyRun] = []

    /// `slack` points before and after a known run still count as found: a model over a window reports late.
    init(known: [Range<Int>], found runs: [AnomalyRun], slack: Int = 0) {
        for range in known {
            let wide = range.lowerBound - slack..<range.upperBound + slack
            if runs.contains(where: { $0.range.overlaps(wide) }) { found.append(range) } else { missed.append(range) }
        }
        falseRuns = runs.filter { run in
            !known.contains { ($0.lowerBound - slack..<$0.upperBound + slack).overlaps(run.range) }
        }
    }
}
