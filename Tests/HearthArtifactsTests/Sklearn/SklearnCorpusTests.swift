import Foundation
import HearthArtifacts
import HearthKernels
import HearthModel
import Testing

@Suite struct SklearnCorpusTests {
    /// Cases that are refused, by class; whoever makes one work removes it here.
    static let refused: [String: String] = [:]

    /// Cases of estimators and parameters that the corpus does not have (`make_fixtures.py` there).
    static let ownFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/sklearn")

    /// The corpus of the repository and the own cases, or the corpus that `HEARTH_CORPUS` names.
    static func cases() throws -> [Corpus.Case] {
        let named = ProcessInfo.processInfo.environment["HEARTH_CORPUS"].map { [URL(filePath: $0)] }
        return try (named ?? [Corpus.folder, ownFolder]).flatMap { try Corpus.cases(in: $0) }
            .filter { $0.content["outputs"] != nil }
    }

    @Test func `every array of the corpus is reproduced to the last bit, or within the bound of its sums`() throws {
        var table = ExactnessTable()
        for example in try Self.cases() where Self.refused[example.name] == nil {
            // One case that does not load does not hide the others.
            do { try Self.reproduce(example, &table) } catch { Issue.record(error, "\(example)") }
        }
        print(table.text)
        #expect(table.arrayCount > 60)
    }

    private static func reproduce(_ example: Corpus.Case, _ table: inout ExactnessTable) throws {
        let expected = try CorpusOutputs(example.content)
        let models = try example.files.map {
            try SklearnConverter.model(PickleFile.read(path: $0.path()))
        }
        let model = try #require(models.first)
        // By bytes, as NaN is not equal to itself.
        let packed = try models.map { try PackedModel.pack($0.definition) }
        #expect(packed.allSatisfy { $0 == packed[0] }, "\(example)")
        #expect(model.definition.signature.columnCount == expected.columnCount, "\(example)")
        let servable = try ServableModel(imported: model.definition)
        #expect(model.facts.outputs == servable.outputs.map(\.name), "\(example)")
        let rows = expected.rows(for: model.definition.signature)
        let answers = try servable.answers(to: rows)
        let line = "\(example.content["final_estimator"] as? String ?? "?"), \(example.folder)"
        for output in expected.outputs {
            let found = try #require(answers[output.name], "\(example) \(output.name)")
            let (isExact, difference) = try compare(found, output, model, rows: rows, example)
            table.add(line, isExact: isExact, difference: difference)
        }
    }

    @Test func `a case that is not computed is refused by its class and version`() throws {
        for example in try Self.cases() {
            guard let name = Self.refused[example.name], let file = example.files.first else { continue }
            let error = #expect(throws: ArtifactError.self, "\(example)") {
                try SklearnConverter.model(PickleFile.read(path: file.path()))
            }
            #expect(error?.code == .unsupported, "\(example)")
            #expect(error?.message.contains("\(name) of scikit-learn 1.") ?? false, "\(example): \(error as Any)")
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

    /// Whether the bits are equal, and the largest difference; records an issue beyond what the case allows.
    private static func compare(
        _ found: [Double], _ expected: CorpusOutputs.Output, _ model: ImportedModel, rows: [Double],
        _ example: Corpus.Case
    ) throws -> (Bool, Double) {
        let place = Comment(rawValue: "\(example) \(expected.name)")
        let targets = model.facts.classes.map { [$0] } ?? model.facts.targetClasses
        if !targets.isEmpty, expected.name == "predict" {
            let labels = found.enumerated().map { targets[$0 % targets.count].label(at: Int($1)) }
            let isEqual = labels.map(\.number) == expected.numbers || labels.map(\.text) == expected.texts
            #expect(isEqual, place)
            return (isEqual, isEqual ? 0 : 1)
        }
        try #require(found.count == expected.numbers.count, place)
        let isExact = bits(found) == bits(expected.numbers)
        let differences = zip(found, expected.numbers).map { $0 == $1 || ($0.isNaN && $1.isNaN) ? 0 : abs($0 - $1) }
        let largest = differences.max() ?? 0
        guard expected.rounding == "blas", !CorpusBound.isExact(model.definition) else {
            #expect(isExact, place)
            return (isExact, largest)
        }
        if model.definition.stages.contains(where: { if case .estimates = $0 { true } else { false } }) {
            // A linear model within another: its bound is not carried through the rules above it.
            let size = expected.numbers.reduce(1) { max($0, abs($1)) }
            #expect(largest <= 1e-13 * size, place)
            return (isExact, largest)
        }
        let bounds = try CorpusBound.bounds(model.definition, rows: rows)
        let width = found.count / bounds.count
        for (index, difference) in differences.enumerated() {
            // What a link makes of a difference is no larger; its own rounding comes on top.
            #expect(difference <= bounds[index / width] + 4.5e-16, place)
        }
        return (isExact, largest)
    }
}
