import Foundation
import HearthArtifacts
import HearthCore
import HearthModel
import HearthRegistry
import HearthServing
import HearthTestSupport
import Testing

@Suite struct ArtifactLoaderTests {
    private let shelf: ModelShelf
    private let log = LogRecord()
    private let version: ModelVersion

    init() throws {
        shelf = try ModelShelf()
        let id = try shelf.publish(SampleModels.isolationForest(seed: 1), series: "stok_seviye")
        version = try #require(try shelf.store.version(id))
    }

    private var loader: ArtifactLoader { ArtifactLoader(directory: shelf.directory, logger: log.logger) }

    private func path(_ file: String) -> String { "\(shelf.directory.path)/\(version.modelID)/\(file)" }

    private var quarantined: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: "\(shelf.directory.path)/.quarantine")) ?? []
    }

    private func failure(_ loader: ArtifactLoader? = nil, _ version: ModelVersion? = nil) -> CallFailure? {
        do throws(CallFailure) {
            _ = try (loader ?? self.loader).load(version ?? self.version)
            return nil
        } catch {
            return error
        }
    }

    private func change(_ file: String, _ body: (inout Data) -> Void) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path(file)))
        body(&bytes)
        try FileManager.default.removeItem(atPath: path(file))
        try bytes.write(to: URL(fileURLWithPath: path(file)))
    }

    @Test func `R78: a published version is loaded whole`() throws {
        let servable = try loader.load(version)

        #expect(servable.modelID == version.modelID)
        #expect(servable.name.text == "isolation_forest.stok_seviye")
        #expect(servable.source == .file)
        #expect(servable.mappedByteCount % 4096 == 0)
        #expect(servable.outputNames.map(\.view.text) == ["score_samples", "decision_function", "predict"])
        #expect(servable.outputOffsets == [0, 1, 2])
        #expect(servable.loadMilliseconds > 0)
    }

    @Test(arguments: [0.0, 0.1, 0.5, 0.9, 0.999])
    func `C4, R82: a flipped byte is found, and the version set aside with the reason`(_ place: Double) throws {
        try change("model.hearth") { $0[Int(Double($0.count - 1) * place)] ^= 0x10 }

        let found = try #require(failure())

        #expect(found.code == .dataLoss)
        #expect(found.message.contains("; it was set aside in \(shelf.directory.path)/.quarantine/\(version.modelID)."))
        #expect(quarantined.count == 1)
        let reason = try String(
            contentsOfFile: "\(shelf.directory.path)/.quarantine/\(quarantined[0])/reason.txt", encoding: .utf8)
        #expect(reason.contains("model.hearth"))
        #expect(log.lines.filter { $0.hasPrefix("error damaged version quarantined") }.count == 1)
        #expect(failure()?.code == .notFound)
    }

    @Test func `C4: a truncated file is set aside too`() throws {
        try change("model.hearth") { $0.removeLast(100) }

        #expect(failure()?.code == .dataLoss)
        #expect(quarantined.count == 1)
    }

    @Test func `C4: so is a manifest that says what it cannot say`() throws {
        try change("manifest.json") { $0 = Data("{".utf8) }

        #expect(failure()?.code == .dataLoss)
        #expect(quarantined.count == 1)
    }

    @Test func `a whole version that is not the registered one is refused and left where it is`() throws {
        var other = version
        other.manifestDigest = String(repeating: "0a", count: 32)

        let found = try #require(failure(nil, other))
        #expect(found.code == .dataLoss)
        #expect(
            found.message.hasPrefix("version '\(version.modelID)' is not the one that was registered: its manifest has")
        )
        #expect(quarantined.isEmpty)
        #expect(failure() == nil)
    }

    @Test func `R70, R79: a missing version is not found, and nothing is set aside`() throws {
        try FileManager.default.removeItem(atPath: path(""))

        #expect(failure()?.code == .notFound)
        #expect(quarantined.isEmpty)
    }

    @Test func `a missing file is not found, and nothing is set aside`() throws {
        try FileManager.default.removeItem(atPath: path("model.hearth"))

        #expect(failure()?.code == .notFound)
        #expect(failure()?.message.contains("the version has no model.hearth") == true)
        #expect(quarantined.isEmpty)
    }

    @Test func `R68: a file beyond the limit is refused by name and size, and left where it is`() throws {
        let directory = try ModelDirectory(shelf.directory.path, limits: ArtifactLimits(fileByteCountMax: 1000))

        let found = try #require(failure(ArtifactLoader(directory: directory, logger: log.logger)))
        #expect(found.code == .resourceExhausted)
        #expect(found.message.contains("model.hearth"))
        #expect(found.message.contains("at most 1000 are allowed per file"))
        #expect(quarantined.isEmpty)
    }

    @Test func `a link in the place of the file is not followed`() throws {
        try FileManager.default.moveItem(atPath: path("model.hearth"), toPath: "\(shelf.folder.path)/elsewhere")
        try FileManager.default.createSymbolicLink(
            atPath: path("model.hearth"), withDestinationPath: "\(shelf.folder.path)/elsewhere")

        #expect(failure()?.code == .failedPrecondition)
        #expect(quarantined.isEmpty)
    }

    @Test func `a quarantine that cannot be made is told, the answer is the same`() throws {
        try change("model.hearth") { $0[100] ^= 1 }
        // A file where the folder should be.
        try Data().write(to: URL(fileURLWithPath: "\(shelf.directory.path)/.quarantine"))

        let found = try #require(failure())
        #expect(found.code == .dataLoss)
        #expect(!found.message.contains("set aside"))
        #expect(log.lines.contains { $0.hasPrefix("error damaged version cannot be quarantined") })
        #expect(FileManager.default.fileExists(atPath: path("model.hearth")))
    }

    // MARK: - Golden vectors

    private func golden(_ change: (inout [Double]) -> Void, rows: Int = 2) throws -> CallFailure? {
        let definition = SampleModels.isolationForest(seed: 1, columns: 2)
        let values = Array([0.25, -1, 1, 2].prefix(rows * 2))
        var outputs = rows == 0 ? [] : try ModelShelf.expected(definition, rows: values)
        change(&outputs)
        let columns = rows == 0 ? 2 : values.count / rows
        let vectors = try GoldenVectors(
            rowCount: rows, columnCount: columns, outputWidth: 3, rows: values, outputs: outputs)
        return try check(definition, vectors.encoded())
    }

    private func check(_ definition: ModelDefinition, _ golden: ModelSection?) throws -> CallFailure? {
        var sections = try PackedModel.pack(definition)
        if let golden { sections.append(golden) }
        let file = try HearthFile.encode(sections)
        let artifact = try unsafe file.withUnsafeBytes { try unsafe MappedArtifact(copying: $0) }
        do throws(CallFailure) {
            _ = try ArtifactLoader.check(artifact, subject: "x")
            return nil
        } catch {
            return error
        }
    }

    @Test func `a model that gives its golden vectors back is served`() throws {
        #expect(try golden { _ in } == nil)
    }

    @Test func `one that differs in the last bit of one output is not`() throws {
        let found = try golden { $0[3] = $0[3].nextUp }

        #expect(found?.code == .dataLoss)
        #expect(found?.message.contains("golden vectors: golden row ") == true)
        #expect(found?.message.contains("this machine computes otherwise than the one that published it") == true)
    }

    @Test func `one without golden vectors is not`() throws {
        #expect(try check(SampleModels.isolationForest(seed: 1), nil)?.message.contains("none found") == true)
        #expect(try golden({ _ in }, rows: 0)?.message.contains("no rows found") == true)
    }

    @Test func `one with golden vectors of another model is not`() throws {
        let other = SampleModels.isolationForest(seed: 1, columns: 3)
        let vectors = try GoldenVectors(
            rowCount: 1, columnCount: 2, outputWidth: 3, rows: [0, 0], outputs: [0, 0, 0])

        #expect(
            try check(other, vectors.encoded())?.message.contains(
                "2 columns and 3 outputs found; the model has 3 and 3") == true)
    }

    @Test func `golden rows that the model refuses are told as such`() throws {
        let vectors = try GoldenVectors(
            rowCount: 1, columnCount: 2, outputWidth: 3, rows: [.nan, 0], outputs: [0, 0, 0])

        #expect(try check(SampleModels.isolationForest(seed: 1, columns: 2), vectors.encoded())?.code == .dataLoss)
    }
}
