import HearthArtifacts
import HearthCore
import HearthKernels
import HearthModel
import HearthRegistry
import HearthServing
import HearthTraining
import Testing

@Suite struct TrainingRunTests {
    let fixture: TrainingFixture

    init() throws { fixture = try TrainingFixture() }

    private func servable(_ id: ModelID) throws -> ServableModel {
        let artifact = try fixture.directory.open(id).artifact
        return try unsafe ServableModel(section: { unsafe artifact.section($0) }, owner: artifact)
    }

    private func outputs(_ model: ServableModel, _ row: [Double]) -> [Double]? {
        var outputs = [Double](repeating: 0, count: model.outputWidth)
        var scratch = [UInt8](repeating: 0, count: model.scratchByteCount)
        let problem = unsafe row.withUnsafeBufferPointer { values in
            unsafe outputs.withUnsafeMutableBufferPointer { results in
                unsafe scratch.withUnsafeMutableBytes { memory -> RowProblem? in
                    guard let values = values.baseAddress, let results = results.baseAddress,
                        let memory = memory.baseAddress
                    else { return nil }
                    return unsafe model.predict(
                        rows: values, rowCount: 1, range: 0..<1, outputs: results, scratch: memory)
                }
            }
        }
        return problem == nil ? outputs : nil
    }

    @Test func `R83: what is trained, published and loaded scores as its definition reads, bit for bit`() throws {
        let report = try fixture.run(fixture.request())
        let model = try servable(report.modelID)
        guard case .treeEnsemble(let forest) = report.model.definition.estimator else {
            Issue.record("no forest")
            return
        }
        for row in [[10.2, 5.7], [40.5, -19.5], [0, 0], [1e30, -1e30], [10.499999999, 5.0]] {
            let found = try #require(outputs(model, row))
            let expected = plainScoreSamples(forest, row)
            #expect(found[0].bitPattern == expected.bitPattern)
            #expect(found[1].bitPattern == (expected - -0.5).bitPattern)
            #expect(found[2] == (expected + 0.5 < 0 ? -1 : 1))
        }
    }

    @Test func `R8, R13, R60, R136, R141: a good training is registered with status success and its figures`() throws {
        let report = try fixture.run(fixture.request())
        let version = try #require(try fixture.registry.version(report.modelID))
        #expect(version.status == .success)
        #expect(version.name.text == "isolation_forest.stok_seviye")
        #expect(version.key == ModelKey(modelType: "isolation_forest", metricType: "stok_seviye"))
        #expect(version.path == report.modelID.text)
        #expect(version.sizeBytes == report.sizeBytes)
        #expect(version.accuracy == report.model.evaluation?.confusion?.accuracy)
        #expect(version.recall == 1)
        #expect(try fixture.registry.productionPointer(of: version.name) == nil)
        #expect(try fixture.registry.modelData(of: report.modelID, byteCountMax: 1 << 30) == nil, "no BLOB")
        #expect(try fixture.directory.open(report.modelID).manifest.modelID == report.modelID)
        #expect(
            version.parametersJSON
                == #"{"contamination":"auto","event_tolerance":0,"max_features":1,"max_samples":256,"n_estimators":20,"#
                + #""random_state":42,"split":"chronological","test_fraction":0.3,"train_on":"all","window":1}"#)
        #expect(version.metricsJSON.contains(#""roc_auc":1"#))
    }

    @Test(arguments: [Algorithm.isolationForest(IsolationForestParameters(treeCount: 5)), .zScore(ZScoreParameters())])
    func `R15, R16: models of both types are trained for each kind of measure, and for others`(
        algorithm: Algorithm
    ) throws {
        for series in ["stok_seviye", "tuketim_miktar", "dolum_sure", "sicaklik"] {
            var request = try fixture.request(TrainingFixture.csv(), algorithm, series: series)
            request.selection.columns = ["a"]
            let version = try #require(try fixture.registry.version(try fixture.run(request).modelID))
            #expect(["isolation_forest", "z_score"].contains(version.key.modelType))
            #expect(version.key == ModelKey(modelType: algorithm.modelType, metricType: series))
        }
    }

    @Test func `R59: parameters carry scikit-learn's names`() throws {
        let parameters = IsolationForestParameters(treeCount: 10, contamination: .fraction(0.1), seed: 42)
        let version = try #require(
            try fixture.registry.version(
                try fixture.run(fixture.request(TrainingFixture.csv(), .isolationForest(parameters))).modelID))
        #expect(version.parametersJSON.contains(#""contamination":0.1,"#))
        #expect(version.parametersJSON.contains(#""n_estimators":10,"random_state":42,"#))
    }

    @Test func `R144: a model_id of a symbol names symbol, timeframe and type`() throws {
        var request = try fixture.request()
        request.key = ModelKey(modelType: "isolation_forest", symbol: "BTC/USDT", timeframe: "15m")
        request.name = try request.key.defaultName()
        let report = try fixture.run(request)
        #expect(report.modelID.text.hasPrefix("BTC-USDT_15m_isolation_forest_"))
        #expect(report.name.text == "isolation_forest.BTC-USDT.15m")
    }

    @Test func `R24, R61, C10: two trainings in one millisecond are two versions`() throws {
        let request = try fixture.request()
        let run = TrainingRun(
            request, directory: fixture.directory, registry: fixture.registry, actor: "test",
            clock: { Timestamp(microseconds: 1_700_000_000_000_000) })
        let first = try run.run(promote: false)
        let second = try run.run(promote: false)
        #expect(first.modelID != second.modelID)
        #expect(first.modelID.text.hasPrefix("isolation_forest_stok_seviye_20231114_221320_000_"))
        #expect(first.model.sections == second.model.sections)
    }

    @Test func `promotion puts the version into production and replaces the one before`() throws {
        let first = try fixture.run(fixture.request(), promote: true)
        #expect(first.status == .production)
        #expect(first.pointer?.generation == 1)
        let second = try fixture.run(fixture.request(), promote: true)
        #expect(second.pointer?.generation == 2)
        #expect(second.pointer?.previousModelID == first.modelID)
        #expect(try fixture.registry.version(second.modelID)?.status == .production)
    }

    @Test func `R130, R133: meta.json holds columns, labels, parameters and measures`() throws {
        let report = try fixture.run(fixture.request())
        let metadata = try #require(try fixture.directory.metadata(of: report.modelID))
        #expect(metadata.featureColumns == ["a", "b"])
        #expect(metadata.labelConfig == .object(["column": .string("label"), "anomaly": .integer(1)]))
        #expect(metadata.parameters["n_estimators"] == .integer(20))
        #expect(metadata.metrics["rows_held_out"] == .integer(120))
        #expect(metadata.metrics["events"] == .integer(3))
    }

    @Test func `R66: no path of the data goes into the files of a version`() throws {
        let report = try fixture.run(fixture.request())
        let metadata = try #require(try fixture.directory.metadata(of: report.modelID))
        #expect(!String(decoding: try metadata.json(), as: UTF8.self).contains("data.csv"))
    }

    @Test func `C29: without labels every measure that needs them is null`() throws {
        var request = try fixture.request(label: nil)
        request.selection.columns = ["a", "b"]
        let report = try fixture.run(request)
        let version = try #require(try fixture.registry.version(report.modelID))
        #expect(version.accuracy == nil && version.precision == nil && version.recall == nil)
        #expect(report.model.metrics["roc_auc"] == .null)
        #expect(report.model.metrics["f1"] == .null)
        #expect(report.model.evaluation?.rowCount == 120)
    }

    @Test func `with nothing held out nothing is measured`() throws {
        var request = try fixture.request()
        request.split.heldOutFraction = 0
        let report = try fixture.run(request)
        #expect(report.model.rows.training == 400)
        #expect(report.model.evaluation == nil)
        #expect(report.model.metrics["roc_auc"] == .null)
    }

    @Test func `contamination flags that share of the training rows`() throws {
        let parameters = IsolationForestParameters(treeCount: 50, contamination: .fraction(0.05))
        var request = try fixture.request(TrainingFixture.csv(), .isolationForest(parameters))
        request.split.heldOutFraction = 0
        let report = try fixture.run(request)
        let outcome = try VersionEvaluator(directory: fixture.directory).evaluate(
            report.modelID, dataPath: request.dataPath, selection: TableSelection(label: "label"))
        #expect(outcome.evaluation.flaggedCount == 20)
        #expect(report.model.definition.threshold ?? 0 > 0.5)
    }

    @Test func `missing values become the median, at serving as in training`() throws {
        let report = try fixture.run(fixture.request(TrainingFixture.csv(missingEvery: 5)))
        guard case .impute(let imputer) = report.model.definition.stages.first else {
            Issue.record("no imputer")
            return
        }
        let model = try servable(report.modelID)
        #expect(outputs(model, [.nan, 5.5]) == outputs(model, [imputer.statistics[0], 5.5]))
    }

    @Test func `a model that never saw a missing value refuses one`() throws {
        let report = try fixture.run(fixture.request())
        #expect(report.model.definition.stages.isEmpty)
        #expect(try outputs(servable(report.modelID), [.nan, 5.5]) == nil)
    }

    @Test func `only normal rows can be learned from`() throws {
        var request = try fixture.request()
        request.trainOn = .normal
        #expect(try fixture.run(request).model.rows.training == 273)
    }

    @Test(arguments: [ZScore.Method.standard, .robust]) func `a z-score model is trained and served`(
        method: ZScore.Method
    ) throws {
        let request = try fixture.request(
            TrainingFixture.csv(), .zScore(ZScoreParameters(method: method, threshold: 3.5)))
        let report = try fixture.run(request)
        #expect(report.model.definition.threshold == 3.5)
        #expect(report.model.evaluation?.confusion?.recall == 1)
        #expect(report.modelID.text.hasPrefix("z_score_stok_seviye_"))
        let model = try servable(report.modelID)
        #expect(outputs(model, [40.5, -19.5])?[2] == -1)
        #expect(outputs(model, [10.5, 5.5])?[2] == 1)
    }

    @Test func `a window makes a row of the last points`() throws {
        var request = try fixture.request()
        request.window = 4
        let report = try fixture.run(request)
        #expect(report.model.definition.signature.window == 4)
        #expect(report.model.definition.signature.columnCount == 8)
        let manifest = try fixture.directory.manifest(of: report.modelID).manifest
        #expect(manifest.schema.window == 4)
        #expect(manifest.schema.columns.first == "a@-3")
        let outcome = try VersionEvaluator(directory: fixture.directory).evaluate(
            report.modelID, dataPath: request.dataPath, selection: TableSelection(label: "label"))
        #expect(outcome.evaluation.rowCount == 397)
        #expect(outcome.events.count == 10)
        #expect(outcome.events.first?.firstLine == 41)
    }

    @Test func `a random split has no events`() throws {
        var request = try fixture.request()
        request.split.order = .random(seed: 3)
        #expect(try fixture.run(request).model.evaluation?.events == nil)
    }

    @Test func `the artifact is refused when its golden vectors differ in one bit`() throws {
        let report = try fixture.run(fixture.request())
        let good = try fixture.directory.open(report.modelID).artifact
        _ = try ArtifactLoader.check(good, subject: "good")
        var sections = report.model.sections
        let golden = try #require(sections.firstIndex { $0.id == .golden })
        let last = sections[golden].bytes.count - 40
        sections[golden].bytes[last] ^= 1
        let file = try HearthFile.encode(sections)
        let damaged = try unsafe file.withUnsafeBytes { try unsafe MappedArtifact(copying: $0) }
        let error = #expect(throws: CallFailure.self) { try ArtifactLoader.check(damaged, subject: "damaged") }
        #expect(error?.code == .dataLoss)
        #expect(error?.message.contains("bit for bit") == true)
        sections.remove(at: golden)
        let bare = try HearthFile.encode(sections)
        let without = try unsafe bare.withUnsafeBytes { try unsafe MappedArtifact(copying: $0) }
        #expect(throws: CallFailure.self) { try ArtifactLoader.check(without, subject: "without") }
    }
}
