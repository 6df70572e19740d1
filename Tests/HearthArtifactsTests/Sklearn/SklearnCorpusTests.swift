import Foundation
import HearthArtifacts
import HearthImport
import HearthKernels
import HearthModel
import Testing

/// Cases of estimators and parameters that the corpus does not have; `make_*.py` beside them made them.
@Suite struct SklearnCorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/sklearn")

    /// The own cases, or the corpus that `HEARTH_CORPUS` names.
    private static func cases() throws -> [CorpusCase] {
        try CorpusFolder.cases(in: ProcessInfo.processInfo.environment["HEARTH_CORPUS"] ?? folder.path())
    }

    @Test func `every array of a case is reproduced to the last bit, or within the bound of its sums`() throws {
        var arrayCount = 0
        for example in try Self.cases() where example.value == nil {
            let outcome = CaseVerifier().verify(example)
            #expect(outcome.isAccepted, "\(example.folder)/\(example.name): \(outcome.files)")
            // All files of a case convert to the same model.
            #expect(outcome.files.dropFirst().allSatisfy { $0.isRepeated }, "\(example.folder)/\(example.name)")
            let model = try SklearnConverter.model(PickleFile.read(path: try #require(example.files.first)))
            for array in outcome.arrays {
                #expect(
                    array.isExact || array.rounding == .blas && !Self.hasOneOrder(model.definition),
                    "\(example.folder)/\(example.name) \(array.output)")
            }
            arrayCount += outcome.arrays.count
            let servable = try ServableModel(PackedModel.pack(model.definition))
            #expect(model.facts.outputs == servable.outputs.map(\.name), "\(example.folder)/\(example.name)")
        }
        #expect(arrayCount > 60)
    }

    /// Models whose sums have one order, or that of the BLAS that made the cases.
    private static func hasOneOrder(_ definition: ModelDefinition) -> Bool {
        switch definition.estimator {
        case .kernelMachine, .localOutlierFactor, .treeEnsemble, .identity: true
        case .linear, .zScore, .combination: false
        }
    }

    @Test func `names and facts of a file are those that the library stored`() throws {
        let path = Corpus.folder.appending(path: "sklearn-1.7.2/rf_feature_names.p4.pkl").path()
        let model = try SklearnConverter.model(PickleFile.read(path: path))
        #expect(model.facts.className == "RandomForestClassifier")
        #expect(model.facts.library == "scikit-learn")
        #expect(model.facts.libraryVersion == "1.7.2")
        #expect(model.facts.classes == .integers([0, 1, 2]))
        #expect(model.facts.featureNames.count == 4)
        #expect(model.definition.signature.columnNames == model.facts.featureNames)
        #expect(model.facts.treeCount > 1)
        #expect(model.facts.outputs == ["predict", "predict_proba"])
    }
}
