import Foundation
import HearthArtifacts
import HearthImport
import HearthTestSupport
import Testing

/// `feature_importances.csv` of imported models.
@Suite struct FeatureImportanceTests {
    private let shelf: ModelShelf

    init() throws { shelf = try ModelShelf() }

    private func importances(_ model: String) throws -> [Double] {
        let file = try ModelImport.read(path: try ImportSamples.file("sklearn-1.7.2/\(model)", ".joblib"))
        return try #require(file.model).facts.featureImportances
    }

    /// The first of what `feature_importances_` of the same files says in scikit-learn 1.7.2 with NumPy 2.3.
    static let expected: [(String, [Double])] = [
        (
            "rf_clf_bin",
            [
                0.012353165175237905, 0.01057380637366082, 0.0633414309062145, 0.010105682136886222,
                0.013251747562548094, 0.0036452810180275714,
            ]
        ),
        (
            "dt_reg",
            [
                0.8091424072265808, 0.10080109597840195, 0.0724364465913399, 0.0023073466035990467,
                0.00787495566072669, 0.007437747939351503,
            ]
        ),
        (
            "gb_reg",
            [0.8315446326499765, 0.10513366405954759, 0.06211882994861888, 0, 0, 0.0012028733418570033]
        ),
        ("et_clf", [0.15943642674279718, 0.07940820370289997, 0.4484368506995841, 0.31271851885471874]),
    ]

    @Test(arguments: expected) func `R132: importances are scikit-learn's`(model: String, expected: [Double]) throws {
        let found = try importances(model)
        #expect(abs(found.reduce(0, +) - 1) < 1e-12)
        for (value, other) in zip(found, expected) { #expect(abs(value - other) < 1e-15) }
    }

    @Test(arguments: ["iforest_auto", "hgb_reg", "logreg_iris", "pipe_scaler_logreg"])
    func `R132: an estimator without importances has none`(model: String) throws {
        #expect(try importances(model).isEmpty)
    }

    @Test func `R132, R133: a version has them in its own file and in meta.json, the greatest first`() throws {
        let importer = ModelImporter(directory: shelf.directory, registry: shelf.store, actor: "test")
        let path = try ImportSamples.file("sklearn-1.7.2/rf_feature_names", ".joblib")
        let imported = try importer.publish(try ModelImport.read(path: path), as: ImportNaming(pattern: "rf"))
        let metadata = try #require(try shelf.directory.metadata(of: imported.modelID))
        #expect(metadata.featureImportance.count == 4)
        #expect(Set(metadata.featureImportance.keys) == Set(metadata.featureColumns))
        let text = try String(contentsOfFile: "\(imported.path)/feature_importances.csv", encoding: .utf8)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 5 && lines[0] == "feature,importance")
        let values = lines.dropFirst().compactMap { $0.split(separator: ",").last.flatMap { Double($0) } }
        #expect(values == values.sorted(by: >) && values.count == 4)

        let forest = try ModelImport.read(path: ImportSamples.iforest)
        let plain = try importer.publish(forest, as: ImportNaming(pattern: "i"))
        #expect(!FileManager.default.fileExists(atPath: "\(plain.path)/feature_importances.csv"))
    }
}
