import Foundation
import HearthArtifacts
import HearthCore
import HearthKernels
import HearthRegistry
import HearthServing
import HearthTestSupport
import Testing

/// Versions whose `model_path` names a file of another library.
@Suite struct OriginalLoadTests {
    private static let corpus = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/corpus/sklearn-1.7.2").path()

    private let shelf: ModelShelf
    private let log = LogRecord()

    init() throws {
        shelf = try ModelShelf()
        try copy("iforest_auto.p4.pkl", to: "model.pkl")
    }

    private func path(_ file: String) -> String { "\(shelf.directory.path)/\(file)" }

    private func copy(_ name: String, to file: String) throws {
        try? FileManager.default.removeItem(atPath: path(file))
        try FileManager.default.copyItem(atPath: "\(Self.corpus)/\(name)", toPath: path(file))
    }

    private func version(_ modelPath: String, digest: String = "") throws -> ModelVersion {
        ModelVersion(
            modelID: try ModelID("iforest_20251112_120000_123_k7qd"), name: try ModelName("iforest"),
            key: ModelKey(modelType: "isolation_forest"), status: .success, path: modelPath, manifestDigest: digest,
            trainingDate: .now(), createdAt: .now())
    }

    private func load(_ modelPath: String, digest: String = "", limit: Int = 10_000_000) throws -> Servable {
        let directory = try ModelDirectory(shelf.directory.path, limits: ArtifactLimits(fileByteCountMax: limit))
        return try ArtifactLoader(directory: directory, logger: log.logger).load(version(modelPath, digest: digest))
    }

    private func failure(_ modelPath: String, digest: String = "", limit: Int = 10_000_000) -> CallFailure? {
        do {
            _ = try load(modelPath, digest: digest, limit: limit)
            return nil
        } catch {
            return error as? CallFailure
        }
    }

    private func lines(_ text: String) -> Int { log.lines.count { $0.contains(text) } }

    @Test func `a pickle is converted once; the next load reads the conversion beside it`() throws {
        let first = try load("model.pkl")
        #expect(first.outputNames.map(\.view.text) == ["score_samples", "decision_function", "predict"])
        #expect(lines("model file converted") == 1)
        let status = try FileManager.default.attributesOfItem(atPath: path("model.pkl.hearth"))
        #expect(status[.posixPermissions] as? Int == 0o644)
        let second = try load(path("model.pkl"))
        #expect(lines("model file converted") == 1)
        #expect(try second.model.outputs(of: [0, 0, 0]) == first.model.outputs(of: [0, 0, 0]))
        #expect(try FileManager.default.contentsOfDirectory(atPath: path(".staging")).isEmpty)
    }

    @Test func `a changed original, a damaged conversion and one of another converter are converted again`() throws {
        let first = try load("model.pkl")
        try copy("rf_clf_iris.p4.pkl", to: "model.pkl")
        #expect(try load("model.pkl").model.outputs.map(\.name) == ["predict", "predict_proba"])
        #expect(lines("model file converted") == 2)

        try copy("iforest_auto.p4.pkl", to: "model.pkl")
        try Data("no model".utf8).write(to: URL(filePath: path("model.pkl.hearth")))
        #expect(try load("model.pkl").model.outputs == first.model.outputs)
        #expect(lines("the conversion beside a model file cannot be used") == 1)
        #expect(lines("model file converted") == 3)

        let digest = try ModelImport.read(path: path("model.pkl")).file.digest
        let other = ConversionKey(originalDigest: digest, converterVersion: .max)
        let sections = try ModelImport.read(path: path("model.pkl")).sections() + [other.section]
        try Data(HearthFile.encode(sections)).write(to: URL(filePath: path("model.pkl.hearth")))
        _ = try load("model.pkl")
        #expect(lines("model file converted") == 4)
    }

    @Test func `a conversion that cannot be kept is a warning, and the model is served`() throws {
        try FileManager.default.createDirectory(atPath: path("model.pkl.hearth"), withIntermediateDirectories: false)
        _ = try load("model.pkl")
        #expect(lines("cannot be kept beside it") == 1)
        _ = try load("model.pkl")
        #expect(lines("model file converted") == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path(".staging")).isEmpty)
    }

    @Test func `a file that cannot be converted is refused with its class and reason, and stays where it is`() throws {
        let bytes: [UInt8] = Array("\u{80}\u{4}cos\nsystem\n.".unicodeScalars.map { UInt8($0.value) })
        try Data(bytes).write(to: URL(filePath: path("evil.pkl")))
        let refusal = failure("evil.pkl")
        #expect(refusal?.code == .failedPrecondition)
        #expect(refusal?.message.contains("os") == true, "\(refusal as Any)")
        #expect(FileManager.default.fileExists(atPath: path("evil.pkl")))
        #expect(!FileManager.default.fileExists(atPath: path(".quarantine")))
    }

    @Test func `paths out of the directory, links out of it and missing files are refused`() throws {
        #expect(failure("../model.pkl")?.code == .failedPrecondition)
        #expect(failure("\(Self.corpus)/iforest_auto.p4.pkl")?.message.contains("Path traversal") == true)
        try FileManager.default.createSymbolicLink(
            atPath: path("link.pkl"), withDestinationPath: "\(Self.corpus)/iforest_auto.p4.pkl")
        #expect(failure("link.pkl")?.code == .failedPrecondition)
        try FileManager.default.createSymbolicLink(atPath: path("inside.pkl"), withDestinationPath: "model.pkl")
        #expect(try load("inside.pkl").model.outputs.count == 3)
        let missing = failure("gone.pkl")
        #expect(missing?.code == .notFound)
        #expect(missing?.message.contains("gone.pkl: no such file, which the registry names as model_path") == true)
    }

    @Test func `R68: a file over the limit is refused with the option that raises it`() throws {
        let refusal = failure("model.pkl", limit: 1000)
        #expect(refusal?.code == .resourceExhausted)
        #expect(refusal?.message.contains("raise the limit with --max-file-size 1MiB") == true)
    }

    @Test func `a row with a digest is only ever served from those bytes`() throws {
        let digest = "\(try ModelImport.read(path: path("model.pkl")).file.digest)"
        #expect(try load("model.pkl", digest: digest).model.outputs.count == 3)
        try copy("rf_clf_iris.p4.pkl", to: "model.pkl")
        #expect(failure("model.pkl", digest: digest)?.code == .dataLoss)
    }
}
