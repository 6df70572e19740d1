import Foundation
import HearthArtifacts
import HearthMarket
import HearthTraining
import Testing

/// On the series that `deploy/fetch-data` leaves in the cache; skipped where it has not run.
@Suite struct RealBarsTrainingTests {
    private static let path: String = {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache"
        return "\(cache)/hearth/data/EURUSD-1h.csv"
    }()

    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: path), "deploy/fetch-data has not run"),
        arguments: [
            Classifier.gradientBoosting(BoostingParameters()),
            .randomForest(ForestParameters(treeCount: 60, maxDepth: 7)), .logisticRegression(LogisticParameters()),
        ])
    func `a year of real hours is learned from, measured, and answered with libxgboost's bits`(
        classifier: Classifier
    ) throws {
        let request = BarsTrainingRequest(
            symbol: "EURUSD", timeframe: try Timeframe("1h"), barsPath: Self.path,
            schema: FeaturePreset.basic.schema,
            label: .tripleBarrier(horizon: 12, upper: 2, lower: 2, volatilityWindow: 24), neutral: .leftOut,
            classifier: classifier, windows: TrainingWindows(embargo: 12),
            costs: try TradeCosts(feeBasisPoints: 0.2, slippageBasisPoints: 0.3))
        let model = try BarsTrainer(request).train()
        #expect(model.bars.count == 5000 && model.split.testRange == 4000..<5000)
        #expect(model.test.classification.rowCount > 300)
        // Nobody foresees real prices well: a figure far from chance would be a leak.
        let area = try #require(model.test.rocAUC)
        #expect(area > 0.4 && area < 0.65)
        let samples = try BarSamples(
            bars: model.bars, schema: request.schema, label: request.label, neutral: request.neutral)
        let rows = samples.rows(samples.firstRow..<5000)
        if let file = model.fitted.original {
            let expected = try XGBoostBooster.read(savedUBJ: file.bytes).predictions(of: XGBoostMatrix.make(rows))
            let found = try LearnerFixture.probabilities(model.fitted.definition, rows)
            #expect(zip(found, expected).allSatisfy { $0.bitPattern == Double($1).bitPattern })
        } else {
            #expect(model.fitted.library.name == "hearth")
        }
    }
}
