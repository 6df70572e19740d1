import HearthArtifacts
import HearthCore
import HearthKernels
import HearthMarket
import HearthModel
import HearthRegistry
import HearthTraining
import Synchronization
import Testing

@Suite struct BarsTrainingRunTests {
    let fixture: BarsFixture

    init() throws { fixture = try BarsFixture() }

    private func members(_ text: String) throws -> [String: JSONValue] {
        guard case .object(let members)? = JSONValue(text: text) else {
            Issue.record("no object: \(text)")
            return [:]
        }
        return members
    }

    @Test(arguments: [BarsFixture.boosting, BarsFixture.forest, BarsFixture.logistic])
    func `R136, R141, R143, R144: a training on bars is registered under its symbol, timeframe and type`(
        classifier: Classifier
    ) throws {
        let report = try fixture.run(fixture.request(classifier))
        let version = try #require(try fixture.registry.version(report.modelID))
        #expect(version.status == .success)
        #expect(version.name.text == "\(classifier.modelType).BTC-USDT.1h")
        #expect(version.key == ModelKey(modelType: classifier.modelType, symbol: "BTC/USDT", timeframe: "1h"))
        #expect(report.modelID.text.hasPrefix("BTC-USDT_1h_\(classifier.modelType)_"))
        #expect(version.accuracy == report.model.test.classification.accuracy)
        #expect(version.recall == report.model.test.classification.classes[1].recall)
    }

    @Test func `R133: the live engine reads its card out of the version's parameters`() throws {
        let request = try fixture.request()
        let report = try fixture.run(request)
        let parameters = try members(try #require(try fixture.registry.version(report.modelID)).parametersJSON)
        let card = try ModelCard(parameters: parameters)
        #expect(card.symbol == "BTC/USDT" && card.timeframe.description == "1h")
        #expect(card.schema == request.schema)
        #expect(
            card.decision
                == (try DecisionRule(output: "predict_proba", column: 1, long: 0.55, short: 0.45)))
        #expect(try LabelConfiguration(json: card.label) == request.label)
        let split = report.model.split
        #expect(card.firstTrained == fixture.bars[try #require(split.training.first)].closeTime)
        #expect(card.lastTrained == fixture.bars[try #require(split.validation.last)].closeTime)
        #expect(card.ranges == report.model.card.ranges)
        // Asked for and come out.
        #expect(parameters["n_estimators"] == .integer(80))
        #expect(parameters["neutral_rows"] == .string("negative"))
        guard case .integer(let best)? = parameters["best_iteration"] else {
            Issue.record("no best iteration")
            return
        }
        #expect((0..<80).contains(best))
    }

    @Test(arguments: [BarsFixture.boosting, BarsFixture.forest])
    func `R129, R131, R132: XGBoost's file lies beside model.hearth, and both answer alike`(
        classifier: Classifier
    ) throws {
        let report = try fixture.run(fixture.request(classifier))
        let file = try fixture.file("model.ubj", of: report)
        let matrix = try FeatureMatrix(FeaturePreset.basic.schema, bars: fixture.bars)
        let rows = RowMatrix(values: matrix.values, columnCount: matrix.columnCount)
        let expected = try XGBoostBooster.read(savedUBJ: file).predictions(of: XGBoostMatrix.make(rows))
        let opened = try fixture.directory.open(report.modelID)
        let artifact = opened.artifact
        let model = try unsafe ServableModel(section: { unsafe artifact.section($0) }, owner: artifact)
        let outputs = try model.outputs(of: rows.values)
        let index = try #require(model.outputs.firstIndex { $0.name == "predict_proba" && $0.width == 2 })
        let start = model.outputs[..<index].reduce(0) { $0 + $1.width } * rows.rowCount
        #expect(rows.rowCount > 1000)
        #expect(
            (0..<rows.rowCount).allSatisfy {
                outputs[start + 2 * $0 + 1].bitPattern == Double(expected[$0]).bitPattern
            })
        #expect(
            Set(opened.manifest.files.map(\.name)) == [
                "model.hearth", "model.ubj", "meta.json", "metrics.csv", "feature_importances.csv",
            ])
        #expect(opened.manifest.trainedWith.name == "xgboost")
    }

    @Test func `R132, R133: importances are in the file, the greatest first, and in meta.json`() throws {
        let report = try fixture.run(fixture.request())
        let lines = String(decoding: try fixture.file("feature_importances.csv", of: report), as: UTF8.self)
            .split(whereSeparator: \.isNewline)
        #expect(lines.first == "feature,importance")
        let rows = lines.dropFirst().map { $0.split(separator: ",") }
        let values = try rows.map { try #require(Double($0[1])) }
        #expect(values == values.sorted(by: >))
        #expect((values.reduce(0, +) - 1).magnitude < 1e-12)
        #expect(Set(rows.map { String($0[0]) }) == Set(FeaturePreset.basic.schema.columnNames))
        let metadata = try #require(try fixture.directory.metadata(of: report.modelID))
        #expect(metadata.featureImportance[String(rows[0][0])] == .number(values[0]))
        #expect(metadata.featureColumns == FeaturePreset.basic.schema.columnNames)
    }

    @Test func `R134, R145: the test window is classified and traded over, and the index shows it`() throws {
        let report = try fixture.run(fixture.request())
        let version = try #require(try fixture.registry.version(report.modelID))
        let metrics = try members(version.metricsJSON)
        for name in [
            "accuracy", "precision", "recall", "f1", "precision_0", "recall_0", "f1_0", "precision_1", "log_loss",
            "brier",
            "roc_auc", "pr_auc", "cum_return", "sharpe", "max_drawdown", "hit_rate", "turnover", "exposure",
            "buy_and_hold_cum_return",
        ] {
            #expect(metrics[name]?.double?.isFinite == true, "\(name)")
        }
        #expect(try #require(metrics["roc_auc"]?.double) > 0.55, "a market that trends can be foreseen a little")
        let entry = try #require(ModelRegistryEntry(version))
        #expect(Double(entry.cumReturn) == metrics["cum_return"]?.double)
        #expect(Double(entry.sharpe) == metrics["sharpe"]?.double)
        // Worked out anew from the model's own answers.
        let split = report.model.split
        let samples = try BarSamples(
            bars: fixture.bars, schema: FeaturePreset.basic.schema,
            label: .fixedHorizon(horizon: 4, deadZone: .relative(0)), neutral: .negative)
        let probabilities = try LearnerFixture.probabilities(
            report.model.fitted.definition, samples.rows(split.testRange))
        let backtest = try Backtest(
            bars: fixture.bars[split.testRange], scores: probabilities,
            rule: try DecisionRule(output: "predict_proba", column: 1, long: 0.55, short: 0.45),
            costs: try TradeCosts(feeBasisPoints: 1, slippageBasisPoints: 1), timeframe: try Timeframe("1h"))
        #expect(metrics["cum_return"]?.double == backtest.measures.cumulativeReturn)
    }

    @Test func `R146, R152: retrainings on other bars share a test window that was asked for`() throws {
        let windows = TrainingWindows(
            testStart: fixture.bars[900].openTime, testEnd: fixture.bars[1099].closeTime)
        let windowNames = ["test_start", "test_end"]
        let versions = try [fixture.bars, Array(fixture.bars.dropFirst(150)), Array(fixture.bars.dropLast(60))].map {
            let report = try fixture.run(fixture.request(BarsFixture.logistic, bars: $0, windows: windows))
            let version = try #require(try fixture.registry.version(report.modelID))
            let parameters = try members(version.parametersJSON)
            return windowNames.map { parameters[$0] }
        }
        let expected: [JSONValue?] = [
            .string(fixture.bars[900].openTime.iso8601), .string(fixture.bars[1099].closeTime.iso8601),
        ]
        #expect(versions == [expected, expected, expected])
    }

    @Test func `the same bars and seed give the same model.hearth and model.ubj, byte for byte`() throws {
        let (first, second) = (try fixture.run(fixture.request()), try fixture.run(fixture.request()))
        for name in ["model.hearth", "model.ubj", "feature_importances.csv"] {
            #expect(try fixture.file(name, of: first) == fixture.file(name, of: second), "\(name)")
        }
    }

    @Test(arguments: [BarsFixture.boosting, BarsFixture.logistic])
    func `no look-ahead: other bars in the test window do not change the model`(classifier: Classifier) throws {
        let other = try BarsFixture.bars(count: 1200, seed: 99)
        let cut = 960
        let windows = TrainingWindows(testStart: fixture.bars[cut].openTime)
        let mixed = Array(fixture.bars[..<cut]) + other[cut...]
        let models = try [fixture.bars, mixed].map { bars in
            try BarsTrainer(fixture.request(classifier, bars: bars, windows: windows)).train()
        }
        #expect(models[0].fitted.definition == models[1].fitted.definition)
        #expect(models[0].fitted.original == models[1].fitted.original)
        #expect(models[0].card == models[1].card)
        #expect(models[0].test != models[1].test)
    }

    @Test func `R138: a retraining is published as a candidate`() throws {
        var request = try fixture.request()
        request.status = .candidate
        let report = try fixture.run(request)
        #expect(try fixture.registry.version(report.modelID)?.status == .candidate)
        #expect(try fixture.registry.productionPointer(of: report.name) == nil)
    }

    @Test func `R147: a promotion follows when it is asked for`() throws {
        let report = try fixture.run(fixture.request(BarsFixture.logistic), promote: true)
        #expect(report.status == .production)
        #expect(try fixture.registry.productionPointer(of: report.name)?.modelID == report.modelID)
    }

    @Test func `R137, R142, C17: bars that carry no model leave a failed row and no artifact`() throws {
        let request = try fixture.request(bars: Array(fixture.bars.prefix(60)))
        let error = #expect(throws: TrainingError.self) { try fixture.run(request) }
        #expect(error?.code == .unusableData)
        #expect(error?.path == request.barsPath)
        let versions = try fixture.registry.versions(of: nil, limit: 10)
        #expect(versions.map(\.status) == [.failed])
        #expect(versions.first?.error == error?.description)
        #expect(try fixture.counts() == (1, 0))
    }

    @Test func `what was asked for wrongly leaves nothing`() throws {
        var request = try fixture.request()
        request.longThreshold = 0.4
        let error = #expect(throws: TrainingError.self) { try fixture.run(request) }
        #expect(error?.code == .badParameter)
        #expect(
            error?.message == "the threshold for short is 0.45, which is not below the one for long, 0.4")
        request = try fixture.request()
        request.barsPath += ".missing"
        #expect(#expect(throws: TrainingError.self) { try fixture.run(request) }?.code == .unreadableFile)
        request = try fixture.request()
        request.status = .production
        #expect(
            #expect(throws: TrainingError.self) { try fixture.run(request) }?.message
                == "a new version cannot have the status production")
        #expect(try fixture.counts() == (0, 0))
    }

    @Test(arguments: [TrainingProgress.Step.reading, .features, .fitting, .verifying, .measuring])
    func `a stop at any step before the publishing leaves nothing, neither row nor file`(step: TrainingProgress.Step)
        throws
    {
        let stop = StopFlag()
        let seen = Mutex<Set<TrainingProgress.Step>>([])
        let control = TrainingControl(stop: stop) { progress in
            _ = seen.withLock { $0.insert(progress.step) }
            if progress.step == step { stop.stop() }
        }
        let error = #expect(throws: TrainingError.self) { try fixture.run(fixture.request(), control: control) }
        #expect(error?.code == .stopped)
        #expect(try fixture.counts() == (0, 0))
        #expect(seen.withLock { $0.contains(.publishing) } == false)
    }

    @Test func `rows in between are left out of "up against down" when that is asked for`() throws {
        var request = try fixture.request(BarsFixture.logistic)
        request.label = .fixedHorizon(horizon: 4, deadZone: .relative(0.004))
        let all = try BarsTrainer(request).train()
        request.neutral = .leftOut
        let clear = try BarsTrainer(request).train()
        #expect(clear.split.training.count < all.split.training.count)
        let labels = try request.label.labels(fixture.bars)
        #expect(clear.split.training.allSatisfy { labels[$0]?.direction != .neutral })
        #expect(all.split.training.contains { labels[$0]?.direction == .neutral })
    }
}
