package import HearthModel

/// The container `model.hearth`: the sections of a packed model, placed so that a reader uses them where they are.
///
///     offset  bytes
///          0      8  magic  89 'H' 'R' 'T' 'H' 0D 0A 1A
///          8      4  format version, 1
///         12      4  header size, 64
///         16     32  SHA-256 of everything from byte 48 to the end of the file
///         48      4  section count n, 1 to 64
///         52      4  zero
///         56      8  total file size
///         64   24 n  section table: { id 4, zero 4, offset 8, length 8 } per section, in the order of the offsets
///        ...         zeros up to a multiple of 64
///        ...         section 0, zeros up to a multiple of 64, section 1, ..., zeros up to a multiple of 64
///
/// All numbers are little-endian. There is exactly one file for given sections: every gap is the shortest that
/// alignment allows and holds zeros, so that any file that differs in one bit is refused, and the digest in the header,
/// together with the fixed fields before it, identifies the file. The magic ends as PNG's does, so that a transfer
/// which "mends" line ends is noticed. 64 bytes are a cache line and what the widest vector loads want.
package enum HearthFile {
    static let magic: [UInt8] = [0x89, 0x48, 0x52, 0x54, 0x48, 0x0D, 0x0A, 0x1A]
    static let formatVersion: UInt32 = 1
    static let headerByteCount = 64
    static let digestOffset = 16
    /// Where the bytes begin that the digest covers.
    static let digestedOffset = 48
    static let entryByteCount = 24
    static let alignment = 64

    /// The file name in a version's folder.
    package static let fileName = "model.hearth"
    /// The same where it is compressed at rest: one gzip stream.
    package static let compressedFileName = "model.hearth.gz"

    /// The bytes of the file that holds `sections`, in their order.
    ///
    /// Throws `.system` when libcrypto fails.
    ///
    /// Traps unless there are 1 to ``ArtifactLimits/sectionCountMax`` sections with different ids: packers are our own
    /// code.
    package static func encode(_ sections: [ModelSection]) throws(ArtifactError) -> [UInt8] {
        precondition(
            (1...ArtifactLimits.sectionCountMax).contains(sections.count), "a model has 1 to 64 sections")
        precondition(Set(sections.map(\.id)).count == sections.count, "each section id occurs once")
        let tableEnd = headerByteCount + entryByteCount * sections.count
        let totalByteCount = sections.reduce(aligned(tableEnd)) { aligned($0 + $1.bytes.count) }
        var file: [UInt8] = []
        file.reserveCapacity(totalByteCount)

        file += magic
        file.append(littleEndian: formatVersion)
        file.append(littleEndian: UInt32(headerByteCount))
        file += [UInt8](repeating: 0, count: SHA256Digest.byteCount)
        file.append(littleEndian: UInt32(sections.count))
        file.append(littleEndian: UInt32(0))
        file.append(littleEndian: UInt64(totalByteCount))
        var offset = aligned(tableEnd)
        for section in sections {
            file.append(littleEndian: section.id.rawValue)
            file.append(littleEndian: UInt32(0))
            file.append(littleEndian: UInt64(offset))
            file.append(littleEndian: UInt64(section.bytes.count))
            offset = aligned(offset + section.bytes.count)
        }
        file.padToAlignment()
        for section in sections {
            file += section.bytes
            file.padToAlignment()
        }

        var hasher = SHA256Hasher()
        unsafe file.withUnsafeBytes { unsafe hasher.update(UnsafeRawBufferPointer(rebasing: $0[digestedOffset...])) }
        guard let digest = hasher.finish() else { throw ArtifactError.digestUnavailable(fileName) }
        file.replaceSubrange(digestOffset..<digestedOffset, with: digest.bytes)
        return file
    }

    /// The next multiple of the alignment at or after `offset`, which is at most `Int.max - 63`.
    static func aligned(_ offset: Int) -> Int {
        (offset + alignment - 1) & ~(alignment - 1)
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
        for index in 0..<value.bitWidth / 8 {
            append(UInt8(truncatingIfNeeded: value >> (8 * index)))
        }
    }

    fileprivate mutating func padToAlignment() {
        append(contentsOf: repeatElement(0, count: HearthFile.aligned(count) - count))
    }
}
