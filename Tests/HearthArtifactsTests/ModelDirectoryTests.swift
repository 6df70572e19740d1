import Foundation
import HearthArtifacts
import HearthCore
import HearthModel
import HearthTestSupport
import Testing

struct ModelDirectoryTests {
    let folder: TemporaryFolder
    let directory: ModelDirectory
    let id: ModelID

    init() throws {
        folder = try TemporaryFolder()
        directory = try ModelDirectory(folder.file("ml_models"), create: true)
        id = try Sample.version().modelID
    }

    @Test func `R77, R78: a version that is saved is loaded`() throws {
        let published = try directory.publish(try Sample.version())
        let opened = try directory.open(id)
        #expect(opened.manifest == published.manifest)
        #expect(opened.manifestDigest == published.manifestDigest)
        #expect(opened.artifact.bytes(of: SectionID("DATA")) == Sample.sections[2].bytes)
        #expect(try directory.metadata(of: id) == Sample.metadata)
        #expect(try directory.sizeBytes() == published.byteCount)
    }

    @Test func `R79: an absent version is not found`() throws {
        let error = try #require(artifactError { () throws(ArtifactError) in try directory.open(id) })
        #expect(error.code == .notFound)
        #expect(error.message == "no version '\(id)' found")
        #expect(!error.isTransient)
    }

    @Test func `R19: versions are listed with their sizes`() throws {
        let other = try Sample.version("a_1")
        try directory.publish(try Sample.version())
        let published = try directory.publish(other)
        let list = try directory.list()
        #expect(list.map(\.id) == [other.modelID, id])
        #expect(list[0].byteCount == published.byteCount)
        #expect(try list[0].manifest.get() == published.manifest)
        #expect(list[0].path == "\(directory.path)/a_1")
    }

    @Test func `R62: what lies beside the versions is none of them`() throws {
        try directory.publish(try Sample.version())
        for name in [".gitkeep", "README.md", "registry.sqlite", "registry.sqlite-wal", "flat_20251112.pkl", "a b"] {
            try write([1], to: "\(directory.path)/\(name)")
        }
        for name in ["registry.sqlite-x", ".hidden", "with space"] {
            unsafe mkdir("\(directory.path)/\(name)", 0o755)
        }
        #expect(try directory.list().map(\.id) == [id])
        for name in ["README.md", "registry.sqlite", "registry.sqlite-x", "flat_20251112.pkl"] {
            let other = try ModelID(name)
            #expect(artifactError { () throws(ArtifactError) in try directory.open(other) }?.code == .notFound)
            #expect(artifactError { () throws(ArtifactError) in try directory.remove(other) }?.code == .notFound)
        }
        #expect(Set(names(directory.path)).isSuperset(of: ["README.md", "registry.sqlite", "flat_20251112.pkl"]))
    }

    @Test func `a damaged version is listed with what is wrong`() throws {
        try directory.publish(try Sample.version())
        try write([], to: "\(directory.path)/\(id)/manifest.json")
        let list = try directory.list()
        #expect(list.count == 1)
        #expect(throws: ArtifactError.self) { try list[0].manifest.get() }
    }

    @Test func `a removed version is gone and an open one stays readable`() throws {
        try directory.publish(try Sample.version())
        let opened = try directory.open(id)
        try directory.remove(id)
        #expect(artifactError { () throws(ArtifactError) in try directory.open(id) }?.code == .notFound)
        #expect(opened.artifact.bytes(of: SectionID("DATA")) == Sample.sections[2].bytes)
        #expect(names("\(directory.path)/.trash") == [])
        #expect(try directory.sizeBytes() == 0)
        #expect(artifactError { () throws(ArtifactError) in try directory.remove(id) }?.code == .notFound)
    }

    @Test func `C4: a quarantined version is set aside with the reason`() throws {
        try directory.publish(try Sample.version())
        let place = try directory.quarantine(id, reason: "digest mismatch")
        #expect(try directory.list().isEmpty)
        #expect(names(place).contains("model.hearth"))
        #expect(String(decoding: try contents("\(place)/reason.txt"), as: UTF8.self).hasSuffix(" digest mismatch\n"))
        #expect(try directory.sizeBytes() > 0)
        try directory.publish(try Sample.version())
    }

    enum Damage: CaseIterable {
        case artifactMissing, manifestMissing, artifactTruncated, artifactOfOtherVersion, bitFlip,
            manifestOfOtherVersion
        case artifactLink, manifestLink, artifactPipe, artifactFolder, folderLink
    }

    @Test(arguments: Damage.allCases)
    func `R82: a damaged version is refused by name`(damage: Damage) throws {
        try directory.publish(try Sample.version())
        try directory.publish(try Sample.version("other_1", sections: Sample.sections(byteCount: 99)))
        let version = "\(directory.path)/\(id)"
        let other = "\(directory.path)/other_1"
        let artifact = "\(version)/model.hearth"
        let manifest = "\(version)/manifest.json"
        let expected: ArtifactError.Code
        switch damage {
        case .artifactMissing:
            unsafe unlink(artifact)
            expected = .incomplete
        case .manifestMissing:
            unsafe unlink(manifest)
            expected = .incomplete
        case .artifactTruncated:
            unsafe truncate(artifact, 300)
            expected = .truncated
        case .artifactOfOtherVersion:
            try write(try contents("\(other)/model.hearth"), to: artifact)
            expected = .digestMismatch
        case .bitFlip:
            var bytes = try contents(artifact)
            bytes[400] ^= 1
            try write(bytes, to: artifact)
            expected = .digestMismatch
        case .manifestOfOtherVersion:
            try write(try contents("\(other)/manifest.json"), to: manifest)
            expected = .invalidManifest
        case .artifactLink:
            unsafe rename(artifact, "\(version)/real")
            unsafe symlink("real", artifact)
            expected = .pathTraversal
        case .manifestLink:
            unsafe unlink(manifest)
            unsafe symlink("\(other)/manifest.json", manifest)
            expected = .pathTraversal
        case .artifactPipe:
            unsafe unlink(artifact)
            unsafe mkfifo(artifact, 0o644)
            expected = .notAnArtifact
        case .artifactFolder:
            unsafe unlink(artifact)
            unsafe mkdir(artifact, 0o755)
            expected = .notAnArtifact
        case .folderLink:
            unsafe rename(version, folder.file("elsewhere"))
            unsafe symlink(folder.file("elsewhere"), version)
            expected = .pathTraversal
        }
        let error = try #require(artifactError { () throws(ArtifactError) in try directory.open(id) })
        #expect(error.code == expected, "\(error)")
        #expect(error.path.hasPrefix(version))
        #expect(!error.hint.isEmpty && !error.isTransient)
        #expect(try directory.open(try ModelID("other_1")).artifact.fileByteCount > 0)
    }

    @Test func `R23, R64: a missing root is made with 0755, and only when asked`() throws {
        let path = folder.file("a/b/c")
        let error = artifactError { () throws(ArtifactError) in try ModelDirectory(path) }
        #expect(error?.code == .notFound)
        _ = try ModelDirectory(path, create: true)
        for part in ["a", "a/b", "a/b/c"] {
            #expect(try permissions(folder.file(part)) == 0o755)
        }
        _ = try ModelDirectory(path, create: true)
    }

    @Test func `a root that is a file is refused`() throws {
        try write([], to: folder.file("file"))
        #expect(throws: ArtifactError.self) { try ModelDirectory(folder.file("file"), create: true) }
    }

    @Test func `R27: the space on the volume is told`() throws {
        let space = try directory.diskSpace()
        #expect(space.total.bytes > 0 && space.free.bytes > 0)
        #expect(space.used.bytes + space.free.bytes <= space.total.bytes)
        #expect((1...100).contains(space.percent))
    }

    @Test(arguments: [
        (89, nil), (90, "⚠️ Disk usage 90% (threshold: 90%)"), (100, "⚠️ Disk usage 100% (threshold: 90%)"),
    ])
    func `R81, R107, R109: a disk of 90 % or more is warned of`(percent: Int, warning: String?) {
        let space = DiskSpace(total: ByteCount(1000), used: ByteCount(percent), free: ByteCount(100 - percent))
        #expect(space.percent == percent)
        #expect(space.warning == warning)
    }
}
