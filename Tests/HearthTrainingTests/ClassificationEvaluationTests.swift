import Foundation
import HearthArtifacts
import HearthTraining
import Testing

@Suite struct ClassificationEvaluationTests {
    /// Worked out by hand.
    private let evaluation = ClassificationEvaluation(
        probabilities: [0.9, 0.6, 0.5, 0.4, 0.2], labels: [true, false, true, true, false])

    @Test func `both classes have precision, recall and F1 of their own`() {
        #expect(evaluation.up.precision == 2.0 / 3 && evaluation.up.recall == 2.0 / 3)
        #expect(evaluation.down.precision == 0.5 && evaluation.down.recall == 0.5 && evaluation.down.f1 == 0.5)
        #expect(evaluation.up.accuracy == 0.6 && evaluation.down.accuracy == 0.6)
    }

    @Test func `log loss, Brier's score and ROC-AUC are those of their definitions`() throws {
        let loss = -(log(0.9) + log(0.4) + log(0.5) + log(0.4) + log(0.8)) / 5
        #expect((try #require(evaluation.logLoss) - loss).magnitude < 1e-15)
        let brier = (0.01 + 0.36 + 0.25 + 0.36 + 0.04) / 5
        #expect((try #require(evaluation.brier) - brier).magnitude < 1e-15)
        // Of the 6 pairs of an up and a down row, 4 are in the right order.
        #expect(evaluation.rocAUC == 4.0 / 6)
    }

    @Test func `a certain error is a great loss, not an infinite one`() {
        let loss = ProbabilityMeasures.logLoss([0, 1], [true, true])
        #expect(loss > 17 && loss < 19)
    }

    @Test func `weights count rows several times`() {
        let weighted = ProbabilityMeasures.logLoss([0.9, 0.3], [true, false], weights: [3, 1])
        let repeated = ProbabilityMeasures.logLoss([0.9, 0.9, 0.9, 0.3], [true, true, true, false])
        #expect((weighted - repeated).magnitude < 1e-15)
    }

    @Test func `without rows nothing is known, and nothing is 0`() {
        let metrics = ClassificationEvaluation(probabilities: [], labels: []).metrics
        for name in ["accuracy", "precision", "recall", "f1", "log_loss", "brier", "roc_auc", "pr_auc"] {
            #expect(metrics[name] == .null, "\(name)")
        }
        #expect(metrics["test_rows"] == .integer(0))
    }
}
