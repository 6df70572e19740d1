import HearthArtifacts
import HearthModel
import Testing

/// The container: what is written is read back, and nothing else is.
struct HearthFileTests {
    let file: [UInt8]

    init() throws {
        file = try HearthFile.encode(Sample.sections)
    }

    @Test func `sections come back as they were written`() throws {
        let artifact = try readArtifact(file)
        #expect(artifact.sectionIDs == Sample.sections.map(\.id))
        for section in Sample.sections {
            #expect(artifact.bytes(of: section.id) == section.bytes)
        }
        #expect(artifact.bytes(of: SectionID("XXXX")) == nil)
        #expect(artifact.fileByteCount == file.count)
    }

    @Test func `every section starts at a multiple of 64 in memory`() throws {
        let artifact = try readArtifact(file)
        for id in artifact.sectionIDs {
            let address = unsafe Int(bitPattern: artifact.section(id)?.baseAddress)
            #expect(address != 0 && address % 64 == 0)
        }
    }

    @Test func `the layout is the documented one`() {
        #expect(Array(file[0..<8]) == [0x89, 0x48, 0x52, 0x54, 0x48, 0x0D, 0x0A, 0x1A])
        #expect(number(8, 4) == 1)
        #expect(number(12, 4) == 64)
        #expect(number(48, 4) == 3)
        #expect(number(52, 4) == 0)
        #expect(number(56, 8) == UInt64(file.count))
        // HEAD at 192 (the table ends at 136), NONE directly after it, DATA in the next line of 64.
        #expect((0..<3).map { number(64 + 24 * $0 + 8, 8) } == [192, 256, 256])
        #expect((0..<3).map { number(64 + 24 * $0 + 16, 8) } == [4, 0, 200])
        #expect(file.count == 512)
    }

    @Test func `one section with no bytes is a file`() throws {
        let artifact = try readArtifact(try HearthFile.encode([ModelSection(SectionID("NONE"), bytes: [])]))
        #expect(artifact.bytes(of: SectionID("NONE")) == [])
    }

    @Test func `sixty-four sections are a file`() throws {
        let sections = (0..<64).map { ModelSection(SectionID(rawValue: $0), bytes: [UInt8($0)]) }
        #expect(try readArtifact(try HearthFile.encode(sections)).sectionIDs.count == 64)
    }

    @Test func `a large file lies in whole pages of its own`() throws {
        let sections = Sample.sections(byteCount: 5_000_000)
        let artifact = try readArtifact(try HearthFile.encode(sections))
        #expect(artifact.bytes(of: SectionID("DATA")) == sections[0].bytes)
        #expect(artifact.byteCount >= artifact.fileByteCount)
        #expect(artifact.byteCount < artifact.fileByteCount + 4096)
    }

    @Test func `a file truncated at any length is refused`() {
        for count in 0..<file.count {
            let error = artifactError { () throws(ArtifactError) in try readArtifact(Array(file[..<count])) }
            #expect(error?.code == (count < 8 ? .notAnArtifact : .truncated), "at \(count)")
        }
    }

    @Test func `an over-long file is refused`() {
        for extra in [1, 63, 64, 4096] {
            let error = artifactError { () throws(ArtifactError) in
                try readArtifact(file + [UInt8](repeating: 0, count: extra))
            }
            #expect(error?.code == .corrupt, "\(extra) bytes")
        }
    }

    @Test func `a change of any bit of any byte is refused`() {
        for index in file.indices {
            for bit in 0..<8 {
                var damaged = file
                damaged[index] ^= 1 << bit
                #expect(throws: ArtifactError.self, "byte \(index) bit \(bit)") { try readArtifact(damaged) }
            }
        }
    }

    @Test func `any value of any header byte is refused`() {
        for index in 0..<64 {
            for value in UInt8.min...UInt8.max where value != file[index] {
                var damaged = file
                damaged[index] = value
                #expect(throws: ArtifactError.self, "byte \(index) = \(value)") { try readArtifact(damaged) }
            }
        }
    }

    @Test func `other files are told apart from artifacts`() {
        for other in [[], Array("{}".utf8), Array("\u{80}\u{4}\u{95}pickle".utf8), [UInt8](repeating: 0, count: 4096)] {
            #expect(artifactError { () throws(ArtifactError) in try readArtifact(other) }?.code == .notAnArtifact)
        }
    }

    @Test func `a later format version is named`() {
        var later = file
        later[8] = 2
        let error = artifactError { () throws(ArtifactError) in try readArtifact(later) }
        #expect(
            error?.description
                == "model.hearth@8: format version 2 found, version 1 is read; "
                + "use the Hearth release that wrote it, or publish the model again")
    }

    @Test func `R82: changed content is named with both digests`() throws {
        var damaged = file
        damaged[300] ^= 0xFF
        let error = try #require(artifactError { () throws(ArtifactError) in try readArtifact(damaged) })
        #expect(error.code == .digestMismatch)
        #expect(error.message.contains(try readArtifact(file).contentDigest.description))
        #expect(!error.isTransient)
    }

    private func number(_ offset: Int, _ count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(file[offset + $1]) << UInt64(8 * $1) }
    }
}
