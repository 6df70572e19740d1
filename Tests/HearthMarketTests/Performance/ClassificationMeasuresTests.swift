import HearthArtifacts
import Testing

@testable import HearthMarket

/// Measures of probabilities (R145); the numbers are scikit-learn 1.9's for the same rows.
struct ClassificationMeasuresTests {
    @Test func `two classes give what scikit-learn gives`() throws {
        let measures = try ClassificationMeasures(
            labels: [true, false, true, true, false, false], probabilities: [0.9, 0.2, 0.4, 0.8, 0.6, 0.1])
        // precision_recall_fscore_support(y, p >= 0.5), log_loss(y, p), brier_score_loss(y, p)
        #expect(measures.classes.map(\.support) == [3, 3])
        #expect(measures.classes.map(\.precision) == [2.0 / 3, 2.0 / 3])
        #expect(measures.classes.map(\.recall) == [2.0 / 3, 2.0 / 3])
        #expect(measures.classes.map(\.f1) == [2.0 / 3, 2.0 / 3])
        #expect(abs(measures.accuracy - 2.0 / 3) < 1e-15)
        #expect(abs(measures.logLoss - 0.414931599615397) < 1e-12)
        #expect(abs(measures.brier - 0.13666666666666666) < 1e-12)
    }

    @Test func `three classes give what scikit-learn gives`() throws {
        let measures = try ClassificationMeasures(
            labels: [0, 1, 2, 2, 1],
            probabilities: [0.7, 0.2, 0.1, 0.3, 0.4, 0.3, 0.1, 0.1, 0.8, 0.5, 0.3, 0.2, 0.2, 0.2, 0.6], classCount: 3)
        #expect(measures.classes.map(\.precision) == [0.5, 1, 0.5])
        #expect(measures.classes.map(\.recall) == [1, 0.5, 0.5])
        #expect(abs(measures.logLoss - 0.9429970103990597) < 1e-12)
        #expect(abs(measures.brier - 0.552) < 1e-12)
    }

    @Test func `a class that is neither there nor predicted has no precision, recall or F1`() throws {
        let measures = try ClassificationMeasures(labels: [false, false], probabilities: [0.1, 0.2])
        #expect(measures.classes[1].precision == nil)
        #expect(measures.classes[1].recall == nil)
        #expect(measures.classes[1].f1 == nil)
        #expect(measures.metrics["precision_1"] == .null)
        #expect(measures.metrics["recall_0"] == .number(1))
    }

    @Test func `a certain mistake costs much, but not without end`() throws {
        let measures = try ClassificationMeasures(labels: [true], probabilities: [0])
        #expect(abs(measures.logLoss - 36.04365338911715) < 1e-9)
        #expect(measures.brier == 1)
    }

    @Test func `equal probabilities predict the first class`() throws {
        let measures = try ClassificationMeasures(labels: [false], probabilities: [0.5])
        #expect(measures.accuracy == 1)
    }

    @Test(arguments: [[-0.1, 1.1], [0.2, 0.2], [.nan, 0.5], [0.5], []])
    func `what are no probabilities is refused`(row: [Double]) {
        #expect(throws: MarketError.self) {
            try ClassificationMeasures(labels: [0], probabilities: row, classCount: 2)
        }
    }

    @Test func `a label outside the classes is refused`() {
        let error = #expect(throws: MarketError.self) {
            try ClassificationMeasures(labels: [0, 2], probabilities: [0.5, 0.5, 0.5, 0.5], classCount: 2)
        }
        #expect(error?.message == "row 1 has the label 2, expected 0 to 1")
    }
}
