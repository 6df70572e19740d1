import Foundation
import HearthArtifacts
import HearthCore
import HearthClient
import HearthRegistry
import HearthServer
import HearthServing
import HearthTestSupport
import Testing

/// Files of another library, served from where they lie, are exchanged under load.
@Suite struct OriginalSwapTests {
    private static let corpus = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/corpus/sklearn-1.7.2").path()
    private static let row = [0.5, -1.25, 0.75]

    /// Puts a file of the corpus into the model directory and registers it there; its id, and its score of the row.
    private static func register(_ name: String, as file: String, on shelf: ModelShelf) throws -> (ModelID, Double) {
        let path = "\(shelf.directory.path)/\(file)"
        try FileManager.default.copyItem(atPath: "\(corpus)/\(name)", toPath: path)
        var randomness = SystemRandomNumberGenerator()
        let id = try ModelID.make(parts: ["iforest"], at: .now(), randomness: &randomness)
        try shelf.store.register(
            ModelVersion(
                modelID: id, name: ModelName("iforest"), key: ModelKey(modelType: "isolation_forest"), status: .success,
                path: file, trainingDate: .now(), createdAt: .now()), actor: "test")
        let definition = try #require(try ModelImport.read(path: path).model?.definition)
        return (id, try ModelShelf.expected(definition, rows: row)[0])
    }

    @Test func `a swap from a pickle to a joblib file and back under load drops no call`() throws {
        let shelf = try ModelShelf()
        let (first, firstScore) = try Self.register("iforest_auto.p4.pkl", as: "first.pkl", on: shelf)
        let (second, secondScore) = try Self.register("iforest_contam.joblib", as: "second.joblib", on: shelf)
        try #require(firstScore != secondScore)
        _ = try shelf.store.promote(
            first, of: ModelName("iforest"), expectedGeneration: nil, actor: "test", reason: "")
        let server = try TestServer(shelf: shelf)
        let callers = try (0..<3).map { _ in
            try Caller(
                socketPath: server.socketPath, model: "iforest", row: Self.row,
                scores: [first.text: firstScore, second.text: secondScore])
        }
        let client = server.client()
        for swap in 0..<20 {
            let version = swap.isMultiple(of: 2) ? second : first
            _ = try client.promote(model: "iforest", version: version.text)
            #expect(try client.predict(model: "iforest", rows: Self.row).modelVersion == version.text)
        }
        for caller in callers {
            let outcome = caller.stop()
            #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        }
        #expect(FileManager.default.fileExists(atPath: "\(shelf.directory.path)/second.joblib.hearth"))
    }

    @Test func `a promotion of a file that is no model is refused with the reason, the old one answers on`() throws {
        let shelf = try ModelShelf()
        let (first, score) = try Self.register("iforest_auto.p4.pkl", as: "first.pkl", on: shelf)
        _ = try shelf.store.promote(
            first, of: ModelName("iforest"), expectedGeneration: nil, actor: "test", reason: "")
        try Data("not a model".utf8).write(to: URL(filePath: "\(shelf.directory.path)/bad.pkl"))
        var randomness = SystemRandomNumberGenerator()
        let bad = try ModelID.make(parts: ["iforest"], at: .now(), randomness: &randomness)
        try shelf.store.register(
            ModelVersion(
                modelID: bad, name: ModelName("iforest"), key: ModelKey(modelType: "isolation_forest"),
                status: .success, path: "bad.pkl", trainingDate: .now(), createdAt: .now()), actor: "test")
        let server = try TestServer(shelf: shelf)
        let error = #expect(throws: HearthError.self) {
            try server.client().promote(model: "iforest", version: bad.text)
        }
        #expect(error?.message.contains("text that begins with 'not a model' found") == true, "\(error as Any)")
        let reply = try server.client().predict(model: "iforest", rows: Self.row)
        #expect(reply.modelVersion == first.text)
        #expect(reply.outputs[0].values == [score])
    }
}
