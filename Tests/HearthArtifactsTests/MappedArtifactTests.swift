import Foundation
import HearthArtifacts
import HearthCore
import HearthModel
import HearthTestSupport
import Testing

/// Reading from real files.
struct MappedArtifactTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("model.hearth")
    }

    @Test func `a file is read whatever the descriptor's offset is`() throws {
        try write(try HearthFile.encode(Sample.sections), to: path)
        let file = try FileDescriptor.open(path, flags: O_RDONLY)
        lseek(file.number, 100, SEEK_SET)
        let artifact = try MappedArtifact.read(descriptor: file, subject: path, byteCountMax: 10_000)
        #expect(artifact.bytes(of: SectionID("DATA")) == Sample.sections[2].bytes)
    }

    @Test func `a file truncated after loading changes nothing`() throws {
        let sections = Sample.sections(byteCount: 3_000_000)
        try write(try HearthFile.encode(sections), to: path)
        let artifact = try read()
        unsafe truncate(path, 0)
        #expect(artifact.bytes(of: SectionID("DATA")) == sections[0].bytes)
    }

    @Test(arguments: [1, 4096, 262_144, 262_145, 2_097_152, 2_097_153, 9_000_000])
    func `files of all sizes are read`(byteCount: Int) throws {
        let bytes = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try write(try HearthFile.encode([ModelSection(SectionID("DATA"), bytes: bytes)]), to: path)
        #expect(try read().bytes(of: SectionID("DATA")) == bytes)
    }

    @Test func `R68: a file over the limit is refused by name, size and limit`() throws {
        try write(try HearthFile.encode(Sample.sections(byteCount: 10_000_000)), to: path)
        let error = try #require(artifactError { () throws(ArtifactError) in try read() })
        #expect(error.code == .tooLarge)
        #expect(
            error.description
                == "\(path): 10000128 bytes (9.5 MiB) found, at most 10000000 are allowed per file; "
                + "train a smaller model, or raise the limit with --max-file-size 10MiB")
    }

    @Test func `a sparse file of a terabyte is refused before anything is allocated`() throws {
        try write([], to: path)
        unsafe truncate(path, 1 << 40)
        #expect(artifactError { () throws(ArtifactError) in try read() }?.code == .tooLarge)
    }

    @Test func `a folder is refused`() throws {
        let file = try FileDescriptor.open(folder.path, flags: O_RDONLY)
        let error = artifactError { () throws(ArtifactError) in
            try MappedArtifact.read(descriptor: file, subject: folder.path, byteCountMax: 10_000)
        }
        #expect(error?.code == .notAnArtifact)
    }

    private func read() throws(ArtifactError) -> MappedArtifact {
        let file: FileDescriptor
        do { file = try FileDescriptor.open(path, flags: O_RDONLY) } catch { throw ArtifactError(error, path: path) }
        return try MappedArtifact.read(descriptor: file, subject: path, byteCountMax: 10_000_000)
    }
}
