import HearthArtifacts
import HearthModel
import Testing

/// Files whose digest is right and whose structure is not: what a hostile writer makes.
struct SectionTableTests {
    /// HEAD at 192 with 4 bytes, NONE at 256 with 0, DATA at 256 with 200; 512 bytes in all.
    let file: [UInt8]

    init() throws {
        file = try HearthFile.encode(Sample.sections)
    }

    enum Field: Int {
        case id = 0
        case reserved = 4
        case offset = 8
        case length = 16

        var byteCount: Int { self == .id || self == .reserved ? 4 : 8 }
    }

    struct Forgery: CustomTestStringConvertible {
        var section: Int
        var field: Field
        var value: UInt64
        var message: String

        var testDescription: String { "section \(section) \(field) = \(value)" }
    }

    @Test(arguments: [
        Forgery(section: 1, field: .id, value: 0x4441_4548, message: "the id 'HEAD' occurs twice"),
        Forgery(section: 0, field: .reserved, value: 1, message: "reserved field 1 found, 0 expected"),
        Forgery(section: 0, field: .offset, value: 193, message: "offset 193 is no multiple of 64"),
        Forgery(section: 0, field: .offset, value: 128, message: "offset 128 lies before byte 136"),
        Forgery(section: 0, field: .offset, value: 0, message: "offset 0 lies before byte 136"),
        Forgery(section: 0, field: .offset, value: 256, message: "zeros up to the next multiple of 64 expected"),
        Forgery(section: 1, field: .offset, value: 192, message: "offset 192 lies before byte 196"),
        Forgery(section: 2, field: .offset, value: 576, message: "bytes 576 + 200 do not fit a file of 512 bytes"),
        Forgery(section: 2, field: .offset, value: 1 << 63, message: "do not fit a file of 512 bytes"),
        Forgery(section: 2, field: .offset, value: .max - 63, message: "do not fit a file of 512 bytes"),
        Forgery(section: 2, field: .length, value: 257, message: "bytes 256 + 257 do not fit a file of 512 bytes"),
        Forgery(section: 2, field: .length, value: .max, message: "do not fit a file of 512 bytes"),
        Forgery(section: 2, field: .length, value: 100, message: "zeros up to the next multiple of 64 expected"),
        Forgery(section: 1, field: .length, value: 1, message: "offset 256 lies before byte 257"),
        Forgery(section: 0, field: .length, value: 0, message: "zeros up to the next multiple of 64 expected"),
        Forgery(section: 0, field: .length, value: 3, message: "zeros up to the next multiple of 64 expected"),
    ])
    func `a forged table is refused`(forgery: Forgery) throws {
        var forged = file
        let place = 64 + 24 * forgery.section + forgery.field.rawValue
        for index in 0..<forgery.field.byteCount {
            forged[place + index] = UInt8(truncatingIfNeeded: forgery.value >> UInt64(8 * index))
        }
        let error = try #require(artifactError { () throws(ArtifactError) in try readArtifact(try sealed(forged)) })
        #expect(error.code == .corrupt)
        #expect(error.message.contains(forgery.message), "\(error)")
    }

    @Test(arguments: [0, 65, 18, UInt32.max])
    func `a wrong section count is refused`(count: UInt32) throws {
        var forged = file
        for index in 0..<4 { forged[48 + index] = UInt8(truncatingIfNeeded: count >> UInt32(8 * index)) }
        let error = try #require(artifactError { () throws(ArtifactError) in try readArtifact(try sealed(forged)) })
        #expect(error.code == .corrupt)
    }

    @Test func `padding that is not zero is refused`() throws {
        for index in [136, 191, 196, 255, 456, 511] {
            var forged = file
            forged[index] = 1
            let error = try #require(artifactError { () throws(ArtifactError) in try readArtifact(try sealed(forged)) })
            #expect(error.code == .corrupt, "byte \(index)")
        }
    }

    @Test func `what a forged header or table still lets through is exactly what would be written`() throws {
        var accepted = 0
        for index in 48..<136 {
            for value in [UInt8(0), 1, 0x3F, 0x40, 0x7F, 0x80, 0xFF] where value != file[index] {
                var forged = file
                forged[index] = value
                forged = try sealed(forged)
                guard let artifact = try? readArtifact(forged) else { continue }
                accepted += 1
                let sections = try artifact.sectionIDs.map { id in
                    ModelSection(id, bytes: try #require(artifact.bytes(of: id)))
                }
                #expect(try HearthFile.encode(sections) == forged, "byte \(index) = \(value)")
            }
        }
        // Other ids, and lengths that take zeros of the padding for content.
        #expect(accepted > 0)
    }

    /// The file with the digest that its content has.
    private func sealed(_ file: [UInt8]) throws(ArtifactError) -> [UInt8] {
        file[..<16] + (try SHA256Hasher.digest(of: Array(file[48...]), subject: "test")).bytes + file[48...]
    }
}
