import HearthArtifacts
import HearthCore
import HearthMarket
import HearthRegistry
import HearthStrategy
import HearthTraining
import Testing

/// Models from labels in random order, beside the one that was learned from the true ones.
struct ShuffledLabelsTests {
    private let fixture: BarsFixture

    init() throws { fixture = try BarsFixture() }

    private func parameters(_ classifier: Classifier) throws -> [String: JSONValue] {
        let report = try fixture.run(fixture.request(classifier))
        let version = try #require(try fixture.registry.version(report.modelID))
        guard case .object(let members)? = JSONValue(text: version.parametersJSON) else { return [:] }
        return members
    }

    @Test(arguments: [
        Classifier.gradientBoosting(
            BoostingParameters(
                rounds: 7, learningRate: 0.3, maxDepth: 2, minChildWeight: 3, rowShare: 0.7, columnShare: 0.6,
                lambda: 2, gamma: 0.5, treeMethod: .exact, earlyStoppingRounds: nil, classWeight: .balanced, seed: 9,
                threadCount: 2)),
        BarsFixture.boosting,
        .randomForest(ForestParameters(treeCount: 5, maxDepth: 3, columnShare: 0.4, treeMethod: .exact, seed: 3)),
        .logisticRegression(LogisticParameters(strength: 0.1, maxIterations: 50, classWeight: .balanced)),
    ])
    func `a classifier is read back from its version's parameters`(classifier: Classifier) throws {
        let text = try CompactJSON.text(classifier.parameters)
        guard case .object(let members)? = JSONValue(text: text) else { throw TrainingError(.badValue, text) }
        #expect(try Classifier(parameters: members) == classifier)
        for key in members.keys where key != "penalty" && key != "learning_rate" && key != "colsample_bynode" {
            var fewer = members
            fewer[key] = nil
            let error = #expect(throws: TrainingError.self) { try Classifier(parameters: fewer) }
            #expect(error?.message == "the version's parameters have no usable '\(key)'")
        }
    }

    @Test(arguments: [BarsFixture.boosting, BarsFixture.forest, BarsFixture.logistic])
    func `the same seed deals the labels out in the same way, another one otherwise`(classifier: Classifier) throws {
        let labels = try ShuffledLabels(parameters: try parameters(classifier), bars: fixture.bars)
        #expect(labels.classifier == classifier)
        let one = try labels.run(seed: 1, measured: 0..<1200, costs: .free)
        #expect(try labels.run(seed: 1, measured: 0..<1200, costs: .free) == one)
        #expect(try labels.run(seed: 2, measured: 0..<1200, costs: .free).measures != one.measures)
    }

    @Test func `a model earns on the bars it learned from what none from shuffled labels does`() throws {
        let report = try fixture.run(fixture.request(BarsFixture.forest))
        let version = try #require(try fixture.registry.version(report.modelID))
        guard case .object(let members)? = JSONValue(text: version.parametersJSON) else { return }
        let labels = try ShuffledLabels(parameters: members, bars: fixture.bars)
        let first = try #require(report.model.split.training.first)
        let last = try #require(report.model.split.training.last)
        let outcomes = try (1...19).map { try labels.run(seed: $0, measured: first..<last, costs: .free) }
        let model = try StrategyBacktest.run(
            bars: fixture.bars, measured: first..<last,
            scorer: ServableScorer(
                .pinned(modelID: report.modelID.text), directory: fixture.directory, store: fixture.registry),
            limits: .none, costs: .free)
        let comparison = ShuffledComparison(model: model.backtest.measures, outcomes: outcomes)
        #expect(comparison.atLeastAsGoodCount == 0)
        #expect(comparison.pValue == 0.05)
        #expect(comparison.verdict.hasSuffix("So the labels taught this one something that these bars paid for."))
    }

    @Test func `a model that is as good as every other has shown nothing`() throws {
        let labels = try ShuffledLabels(parameters: try parameters(BarsFixture.logistic), bars: fixture.bars)
        let outcome = try labels.run(seed: 1, measured: 1000..<1200, costs: .free)
        let comparison = ShuffledComparison(model: outcome.measures, outcomes: [outcome])
        #expect(comparison.pValue == 1)
        #expect(comparison.verdict.hasSuffix("(fewer than 19 can never show more)."))
    }

    @Test func `bars that the model did not learn from are refused`() throws {
        let members = try parameters(BarsFixture.logistic)
        for bars in [Array(fixture.bars.prefix(500)), Array(fixture.bars.suffix(500))] {
            let error = #expect(throws: TrainingError.self) { try ShuffledLabels(parameters: members, bars: bars) }
            #expect(error?.message.contains("are not all there with those that warm its features up") == true)
        }
    }
}
