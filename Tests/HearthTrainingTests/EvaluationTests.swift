import HearthTraining
import Testing

/// Reference values: scikit-learn 1.5.2 `roc_auc_score`, `average_precision_score`.
@Suite struct EvaluationTests {
    private let scores = [0.1, 0.4, 0.4, 0.4, 0.9, 0.9, 0.3, 0.2]
    private let labels = [false, true, false, true, true, false, false, true]

    @Test func `C29: ROC-AUC counts ties half`() {
        // 16 pairs: wins and half-ties of the four anomalies against the four others, by hand: (2.5 + 2.5 + 3.5 + 1) /
        // 16.
        #expect(RankingMetrics.rocAUC(scores: scores, labels: labels) == 9.5 / 16)
        #expect(RankingMetrics.rocAUC(scores: [1, 1, 1, 1], labels: [false, true, false, true]) == 0.5)
        #expect(RankingMetrics.rocAUC(scores: [1, 2, 3], labels: [false, true, true]) == 1)
        #expect(RankingMetrics.rocAUC(scores: [3, 2, 1], labels: [false, true, true]) == 0)
    }

    @Test func `C29: average precision steps once per distinct score`() {
        // Thresholds 0.9, 0.4, 0.3, 0.2: recall gained x precision.
        let byHand = 0.25 * (1.0 / 2) + 0.5 * (3.0 / 5) + 0 * (3.0 / 6) + 0.25 * (4.0 / 7)
        #expect(abs((RankingMetrics.averagePrecision(scores: scores, labels: labels) ?? 0) - byHand) < 1e-15)
        #expect(RankingMetrics.averagePrecision(scores: [1, 1, 1, 1], labels: [false, true, false, true]) == 0.5)
    }

    @Test func `a measure of one class alone is unknown`() {
        #expect(RankingMetrics.rocAUC(scores: [1, 2], labels: [true, true]) == nil)
        #expect(RankingMetrics.rocAUC(scores: [1, 2], labels: [false, false]) == nil)
        #expect(RankingMetrics.averagePrecision(scores: [1, 2], labels: [false, false]) == nil)
        #expect(RankingMetrics.rocAUC(scores: [], labels: []) == nil)
    }

    @Test func `confusion counts and their ratios`() {
        let counts = ConfusionCounts(
            flags: [true, true, false, false, true], labels: [true, false, true, false, true])
        #expect(counts.truePositives == 2)
        #expect(counts.falsePositives == 1)
        #expect(counts.falseNegatives == 1)
        #expect(counts.trueNegatives == 1)
        #expect(counts.accuracy == 0.6)
        #expect(counts.precision == 2.0 / 3)
        #expect(counts.recall == 2.0 / 3)
        #expect(counts.f1 == 4.0 / 6)
    }

    @Test func `a ratio without a denominator is unknown`() {
        let silent = ConfusionCounts(flags: [false, false], labels: [false, false])
        #expect(silent.precision == nil)
        #expect(silent.recall == nil)
        #expect(silent.f1 == nil)
        #expect(silent.accuracy == 1)
        #expect(ConfusionCounts(flags: [], labels: []).accuracy == nil)
    }

    private func marks(_ text: String) -> [Bool] { text.map { $0 == "#" } }

    @Test(arguments: [
        // labels, flags, before, after -> events found/all, alarms right/all
        ("..##..##..", "...#......", 0, 0, 1, 2, 1, 1),
        ("..##..##..", "..#.#...#.", 0, 0, 1, 2, 1, 3),
        ("..##..##..", "....#...#.", 0, 1, 2, 2, 2, 2),
        ("..##..##..", ".#........", 1, 0, 1, 2, 1, 1),
        ("..##..##..", "##########", 0, 0, 2, 2, 1, 1),
        ("####", "....", 0, 0, 0, 1, 0, 0),
        ("....", "#..#", 0, 0, 0, 0, 0, 2),
        ("#..#", "#..#", 5, 5, 2, 2, 2, 2),
        (".#......#.", ".....#....", 3, 3, 1, 2, 1, 1),
    ])
    func `C29: events are found by runs of flags`(
        labels: String, flags: String, before: Int, after: Int, found: Int, events: Int, right: Int, alarms: Int
    ) {
        let counts = EventCounts(
            flags: marks(flags), labels: marks(labels), tolerance: .init(before: before, after: after))
        #expect(counts.foundEventCount == found)
        #expect(counts.eventCount == events)
        #expect(counts.rightAlarmCount == right)
        #expect(counts.alarmCount == alarms)
        #expect(counts.recall == (events == 0 ? nil : Double(found) / Double(events)))
        #expect(counts.precision == (alarms == 0 ? nil : Double(right) / Double(alarms)))
    }

    @Test func `C29: without labels only the flags are counted`() {
        let evaluation = Evaluation(
            scores: [1, 2, 3], flags: [false, false, true], labels: nil, eventTolerance: .init())
        #expect(evaluation.flaggedCount == 1)
        #expect(evaluation.rowCount == 3)
        #expect(evaluation.confusion == nil)
        #expect(evaluation.rocAUC == nil)
        #expect(evaluation.averagePrecision == nil)
        #expect(evaluation.events == nil)
    }

    @Test func `rows that are not in the order of time have no events`() {
        let evaluation = Evaluation(scores: [1, 2], flags: [false, true], labels: [false, true], eventTolerance: nil)
        #expect(evaluation.events == nil)
        #expect(evaluation.rocAUC == 1)
    }
}
