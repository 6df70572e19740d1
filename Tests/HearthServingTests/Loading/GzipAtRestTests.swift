import Foundation
import HearthArtifacts
import HearthCore
import HearthKernels
import HearthModel
import HearthRegistry
import HearthServing
import HearthTestSupport
import Testing

/// Versions whose files are compressed where they lie (R116-R118).
@Suite struct GzipAtRestTests {
    private let shelf: ModelShelf
    private let log = LogRecord()
    private let definition = SampleModels.isolationForest(seed: 1, trees: 100, depth: 8)
    private let text = [UInt8](repeating: 0x61, count: 5_000)

    init() throws { shelf = try ModelShelf() }

    private func publish(isCompressed: Bool = true) throws -> ModelID {
        try shelf.publish(
            definition, series: "s", isCompressed: isCompressed, others: [VersionFile(name: "model.pkl", bytes: text)])
    }

    private func path(_ id: ModelID, _ file: String) -> String { "\(shelf.directory.path)/\(id)/\(file)" }

    private func bytes(_ id: ModelID, _ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path(id, file))))
    }

    private func replace(_ id: ModelID, _ file: String, _ bytes: [UInt8]) throws {
        try FileManager.default.removeItem(atPath: path(id, file))
        try Data(bytes).write(to: URL(fileURLWithPath: path(id, file)))
    }

    private func load(_ id: ModelID, in directory: ModelDirectory? = nil) throws(CallFailure) -> Servable {
        let version: ModelVersion?
        do { version = try shelf.store.version(id) } catch { throw CallFailure(.unavailable, "\(error)") }
        guard var version else { throw CallFailure(.notFound, "") }
        version.manifestDigest = ""
        return try ArtifactLoader(directory: directory ?? shelf.directory, logger: log.logger).load(version)
    }

    private func failure(_ id: ModelID, in directory: ModelDirectory? = nil) -> CallFailure? {
        do throws(CallFailure) {
            _ = try load(id, in: directory)
            return nil
        } catch {
            return error
        }
    }

    private func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc"]
        let input = try FileHandle(forReadingFrom: URL(fileURLWithPath: write(bytes)))
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return Array(data)
    }

    private func write(_ bytes: [UInt8]) throws -> String {
        let path = shelf.folder.file("compressed")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func `R116: model and original are gzip files, the manifest has the digests of both sides`() throws {
        let plain = try publish(isCompressed: false)
        let packed = try publish()
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(shelf.directory.path)/\(packed)")
        #expect(names.sorted() == ["manifest.json", "model.hearth.gz", "model.pkl.gz"])
        let content = try bytes(plain, "model.hearth")
        #expect(try gunzip(bytes(packed, "model.hearth.gz")) == content)
        #expect(try gunzip(bytes(packed, "model.pkl.gz")) == text)
        let before = try shelf.directory.manifest(of: plain).manifest.files
        let after = try shelf.directory.manifest(of: packed).manifest.files
        #expect(after.map(\.name) == ["model.hearth.gz", "model.pkl.gz"])
        for file in after {
            let stored = try bytes(packed, file.name)
            #expect(file.byteCount == stored.count)
            #expect(try file.digest == SHA256Hasher.digest(of: stored, subject: ""))
        }
        #expect(after.map(\.contentByteCount) == before.map(\.byteCount))
        #expect(after[0].contentDigest == before[0].contentDigest)
        #expect(after[1].contentDigest == before[1].digest)
    }

    @Test func `R116: it answers with the same bits and takes the same memory`() throws {
        let plain = try load(publish(isCompressed: false))
        let packed = try load(publish())
        let row = [0.1, -0.5, 1.5, 0.25]
        #expect(try packed.model.outputs(of: row) == plain.model.outputs(of: row))
        #expect(try packed.model.outputs(of: row) == ModelShelf.expected(definition, rows: row))
        #expect(packed.mappedByteCount == plain.mappedByteCount)
    }

    @Test func `R117: it is smaller on the disk, and the registry knows the size there`() throws {
        let packed = try publish()
        let stored = try #require(try shelf.directory.manifest(of: packed).manifest.artifact)
        #expect(stored.byteCount < (stored.contentByteCount ?? 0))
        let version = try #require(try shelf.store.version(packed))
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(shelf.directory.path)/\(packed)")
        #expect(try version.sizeBytes == Int64(names.reduce(0) { try $0 + bytes(packed, $1).count }))
    }

    @Test(arguments: [0.0, 0.001, 0.2, 0.5, 0.9, 1.0])
    func `R82, R116: one changed bit anywhere is damage, and the version is quarantined`(_ place: Double) throws {
        let id = try publish()
        var stored = try bytes(id, "model.hearth.gz")
        stored[Int(Double(stored.count - 1) * place)] ^= 0x10
        try replace(id, "model.hearth.gz", stored)
        let found = try #require(failure(id))
        #expect(found.code == .dataLoss)
        #expect(found.message.contains("model.hearth.gz"))
        #expect(found.message.contains("set aside"))
    }

    @Test func `R116: a file that is cut short is damage`() throws {
        let id = try publish()
        try replace(id, "model.hearth.gz", bytes(id, "model.hearth.gz").dropLast(9))
        #expect(failure(id)?.code == .dataLoss)
    }

    @Test func `R68, R116: what is too large unpacked is refused, when it is published and when it is loaded`() throws {
        let id = try publish()
        let stored = try #require(try shelf.directory.manifest(of: id).manifest.artifact)
        let limits = ArtifactLimits(fileByteCountMax: (stored.contentByteCount ?? 0) - 1)
        #expect(stored.byteCount < limits.fileByteCountMax)
        let narrow = try ModelDirectory(shelf.directory.path, limits: limits)
        #expect(failure(id, in: narrow)?.code == .resourceExhausted)
        var randomness = SystemRandomNumberGenerator()
        let refusal = #expect(throws: ArtifactError.self) {
            try narrow.publish(
                NewVersion(
                    modelID: ModelID.make(parts: ["x"], at: .now(), randomness: &randomness), name: ModelName("x"),
                    key: Manifest.Key(modelType: "x"), createdAt: .now(),
                    trainedWith: Manifest.Library(name: "t", version: "1"),
                    schema: Manifest.Schema(columns: [], columnCount: 4),
                    files: VersionFiles(model: ModelShelf.sections(of: definition), isCompressed: true)),
                verify: { _ in }, commit: { _ in })
        }
        #expect(refusal?.code == .tooLarge)
    }

    @Test func `R116: no more is unpacked than the manifest says, whatever the file holds`() throws {
        let id = try publish()
        let manifest = String(decoding: try bytes(id, "manifest.json"), as: UTF8.self)
        let size = try #require(try shelf.directory.manifest(of: id).manifest.artifact?.contentByteCount)
        for (claimed, code) in [
            (size - 1, StatusCode.resourceExhausted), (0, .resourceExhausted), (Int.max, .resourceExhausted),
            (size + 1, .dataLoss),
        ] {
            let changed = manifest.replacingOccurrences(
                of: "\"content_size\" : \(size)", with: "\"content_size\" : \(claimed)")
            try #require(changed != manifest)
            try replace(id, "manifest.json", Array(changed.utf8))
            #expect(failure(id)?.code == code, "\(claimed)")
        }
    }

    @Test func `R116: an original that is compressed already, or does not get smaller, stays as it is`() throws {
        var random = SplitMix64(seed: 1)
        let noise = [0xFF] + (0..<500).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let id = try shelf.publish(
            definition, series: "s", isCompressed: true,
            others: [
                VersionFile(name: "packed.pkl", bytes: GzipSamples.gzip(text)),
                VersionFile(name: "noise.bin", bytes: noise),
                VersionFile(name: "tiny.txt", bytes: [1]), VersionFile(name: "empty.txt", bytes: []),
            ])
        let files = try shelf.directory.manifest(of: id).manifest.files
        #expect(files.map(\.name) == ["model.hearth.gz", "packed.pkl", "noise.bin", "tiny.txt", "empty.txt"])
        #expect(files.dropFirst().allSatisfy { $0.contentByteCount == nil && $0.contentDigest == nil })
    }

    @Test func `R116: a .pkl.gz that the registry names is loaded where it lies`() throws {
        let corpus = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fixtures/corpus/sklearn-1.7.2/iforest_auto.p4.pkl")
        let original = Array(try Data(contentsOf: corpus))
        var rows: [[Double]] = []
        for (name, bytes) in [("model.pkl", original), ("model.pkl.gz", GzipSamples.gzip(original))] {
            try Data(bytes).write(to: URL(fileURLWithPath: "\(shelf.directory.path)/\(name)"))
            let version = ModelVersion(
                modelID: try ModelID("m-\(name)"), name: try ModelName("m"), key: ModelKey(modelType: "m"),
                status: .success, path: name, trainingDate: .now(), createdAt: .now())
            let servable = try ArtifactLoader(directory: shelf.directory, logger: log.logger).load(version)
            rows.append(
                try servable.model.outputs(
                    of: [Double](repeating: 0.25, count: servable.model.signature.columnCount)))
        }
        #expect(rows[0] == rows[1])
    }
}
