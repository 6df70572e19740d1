import Foundation
import HearthArtifacts
import HearthCore
import HearthTestSupport
import Testing

/// Files of other libraries in a model directory: kept, named by `model_path`, and read back from a version.
struct ImportedFilesTests {
    let folder: TemporaryFolder
    let directory: ModelDirectory

    init() throws {
        folder = try TemporaryFolder()
        directory = try ModelDirectory(
            folder.file("ml_models"), create: true, limits: ArtifactLimits(fileByteCountMax: 5000))
    }

    private func file(_ bytes: [UInt8]) throws -> ModelFile {
        try ModelFile(bytes: bytes, path: "row 1", fileByteCountMax: 10_000)
    }

    private func code(_ body: () throws -> some Any) -> ArtifactError.Code? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? ArtifactError)?.code
        }
    }

    @Test func `R63 a file is kept whole, once, and readable by all`() throws {
        try directory.keep(file([1, 2, 3]), as: "a_1.pkl")
        #expect(try directory.readOriginal("a_1.pkl").bytes == [1, 2, 3])
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory.path)/a_1.pkl")
        #expect(attributes[.posixPermissions] as? Int == 0o644)
        try directory.keep(file([1, 2, 3]), as: "a_1.pkl")
        #expect(code { try directory.keep(file([4]), as: "a_1.pkl") } == .alreadyExists)
        #expect(try directory.readOriginal("a_1.pkl").bytes == [1, 2, 3])
        #expect(names("\(directory.path)/.staging") == [], "nothing is left of a refused one")
        #expect(try directory.list().isEmpty, "a file is no version")
    }

    @Test func `R68 a file that is too large or has no possible name is not kept`() throws {
        let large = try file([UInt8](repeating: 0, count: 5001))
        #expect(code { try directory.keep(large, as: "a.pkl") } == .tooLarge)
        let small = try file([1])
        for name in ["../a.pkl", ".a", "", "README.md", "registry.sqlite"] {
            #expect(code { try directory.keep(small, as: name) } == .invalidName)
        }
    }

    @Test func `C12 model_path names a file or a version's folder`() throws {
        let version = try Sample.version()
        try directory.publish(version, verify: { _ in }, commit: { _ in })
        try directory.keep(file([1]), as: "a.pkl")
        #expect(try directory.model(named: "a.pkl") == .file("a.pkl"))
        #expect(try directory.model(named: "\(directory.path)/a.pkl") == .file("a.pkl"))
        #expect(try directory.model(named: version.modelID.text) == .version(version.modelID))
        #expect(try directory.model(named: "\(directory.path)/\(version.modelID)") == .version(version.modelID))
        for (path, expected) in [
            ("b.pkl", ArtifactError.Code.notFound), (".staging", .notFound), ("../a.pkl", .pathTraversal),
            ("/etc/passwd", .pathTraversal),
        ] {
            #expect(code { try directory.model(named: path) } == expected, "\(path)")
        }
    }

    @Test func `the original of a version is read back as it was published, or not at all`() throws {
        var version = try Sample.version()
        version.files.others = [try VersionFile(name: "model.pkl", bytes: [1, 2, 3])]
        try directory.publish(version, verify: { _ in }, commit: { _ in })
        let id = version.modelID
        let listed = try #require(try directory.importedFile(of: id))
        #expect(listed.name == "model.pkl")
        #expect(try directory.read(listed, of: id).bytes == [1, 2, 3])
        try Data([1, 2, 4]).write(to: URL(filePath: "\(directory.path)/\(id)/model.pkl"))
        #expect(code { try directory.read(listed, of: id) } == .digestMismatch)
        try FileManager.default.removeItem(atPath: "\(directory.path)/\(id)/model.pkl")
        #expect(code { try directory.read(listed, of: id) } == .notFound)
    }
}
