import HearthArtifacts
import HearthCore
import HearthImport
import HearthRegistry
import HearthTestSupport
import Testing

/// What files are called as models.
@Suite struct ImportNamingTests {
    private static let corpus = ImportSamples.corpus

    private func file(_ path: String) throws -> ImportedFile {
        try ModelImport.read(path: "\(Self.corpus)/\(path)")
    }

    @Test(arguments: [
        ("sklearn-1.7.2/iforest_auto.p4.pkl", "isolation_forest", "iforest_auto.p4"),
        ("sklearn-1.7.2/pipe_scaler_logreg.p4.pkl", "logistic_regression", "pipe_scaler_logreg.p4"),
        ("sklearn-1.7.2+xgboost-3.2.0/xgb_clf_bin.p4.pkl", "xgb_classifier", "xgb_clf_bin.p4"),
    ])
    func `the type is the predicting class in words, the stem the name without endings`(
        path: String, type: String, stem: String
    ) throws {
        let file = try file(path)
        #expect(file.modelType == type)
        #expect(file.stem == stem)
    }

    @Test func `a pattern takes the file and the type; a series makes the trainer's name`() throws {
        let shelf = try ModelShelf()
        let file = try file("sklearn-1.7.2/iforest_auto.p4.pkl")
        func name(_ naming: ImportNaming) throws -> String { try naming.identity(of: file, in: shelf.store).name.text }
        #expect(try name(ImportNaming()) == "iforest_auto.p4")
        #expect(try name(ImportNaming(pattern: "old.{type}.{file}")) == "old.isolation_forest.iforest_auto.p4")
        #expect(try name(ImportNaming(series: "stok_seviye")) == "isolation_forest.stok_seviye")
        #expect(try name(ImportNaming(symbol: "BTC/USDT", timeframe: "15m")) == "isolation_forest.BTC-USDT.15m")
        let error = #expect(throws: ImportError.self) { try name(ImportNaming(pattern: "no name")) }
        #expect(error?.code == .unusableName)
    }

    @Test func `a name that is registered keeps its key`() throws {
        let shelf = try ModelShelf()
        try shelf.publish(SampleModels.isolationForest(seed: 1), series: "stok_seviye")
        let naming = ImportNaming(pattern: "isolation_forest.stok_seviye")
        let file = try file("sklearn-1.7.2/rf_clf_iris.p4.pkl")
        #expect(
            try naming.identity(of: file, in: shelf.store).key
                == ModelKey(modelType: "isolation_forest", metricType: "stok_seviye"))
    }
}
