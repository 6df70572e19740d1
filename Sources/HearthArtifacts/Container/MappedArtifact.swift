package import HearthCore
package import HearthModel
import Glibc

/// A `model.hearth` in memory, whole and checked: magic, version, sizes, section table and SHA-256.
///
/// What the sections say is checked by whoever reads them.
///
/// The bytes lie in an anonymous mapping of its own, so a file that is truncated or replaced afterwards changes nothing
/// here, and they are read-only. The mapping is given back when the last reference goes.
@safe
package final class MappedArtifact: Sendable {
    /// The SHA-256 in the header, found equal to that of the bytes.
    package let contentDigest: SHA256Digest
    /// The size of the file.
    package let fileByteCount: Int
    private let mapping: AnonymousMapping
    private let table: SectionTable

    /// How much is read before it is hashed, so that hashing finds it in the second-level cache.
    private static let chunkByteCount = 256 << 10

    /// From four pages on one call that brings all of them in is cheaper than the faults.
    private static let populatedByteCount = 16 << 10

    /// Reads the file from its start, whatever the descriptor's offset is.
    ///
    /// Costs little more than reading and hashing the bytes: one pass, the read-ahead of the rest running while the
    /// first chunks are hashed. Nothing is allocated before the size is checked.
    ///
    /// - Parameters:
    ///   - subject: the path, for messages.
    ///   - byteCountMax: the largest size that is accepted.
    /// - Throws: `.tooLarge`, what ``init(copying:subject:)`` throws, `.system` and the like when reading fails.
    package static func read(
        descriptor: borrowing FileDescriptor, subject: String, byteCountMax: Int
    ) throws(ArtifactError) -> MappedArtifact {
        let status: FileStatus
        do { status = try descriptor.status(subject: subject) } catch { throw ArtifactError(error, path: subject) }
        guard status.kind == .file else {
            throw ArtifactError(
                .notAnArtifact, path: subject, "something other than a plain file found",
                hint: "a model.hearth is a plain file: publish the model again")
        }
        let fileByteCount = Int(status.byteCount)
        try ArtifactLimits(fileByteCountMax: byteCountMax).checkFile(subject, byteCount: fileByteCount)
        // A hint only: the kernel reads ahead while the pages are made.
        posix_fadvise(descriptor.number, 0, off_t(fileByteCount), POSIX_FADV_WILLNEED)
        return try unsafe MappedArtifact(byteCount: fileByteCount, subject: subject) {
            buffer, offset throws(SystemError) in
            try unsafe descriptor.read(into: buffer, at: offset, subject: subject)
        }
    }

    /// Reads a file that is already in memory: for tests and fuzzing.
    ///
    /// - Throws: `.notAnArtifact`, `.unsupportedVersion`, `.truncated`, `.corrupt`, `.digestMismatch`.
    package convenience init(
        copying bytes: UnsafeRawBufferPointer, subject: String = HearthFile.fileName
    ) throws(ArtifactError) {
        try unsafe self.init(byteCount: bytes.count, subject: subject) { buffer, offset throws(SystemError) in
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + buffer.count]))
            return buffer.count
        }
    }

    /// Reads a file that is already in memory.
    ///
    /// Throws what ``read(descriptor:subject:byteCountMax:)`` throws.
    package convenience init(copying bytes: [UInt8], subject: String) throws(ArtifactError) {
        try unsafe self.init(byteCount: bytes.count, subject: subject) { buffer, offset throws(SystemError) in
            unsafe buffer.copyBytes(from: bytes[offset..<offset + buffer.count])
            return buffer.count
        }
    }

    /// - Parameter fill: copies the bytes of the file at an offset to a buffer and returns how many there were.
    private init(
        byteCount: Int, subject: String,
        fill: (UnsafeMutableRawBufferPointer, Int) throws(SystemError) -> Int
    ) throws(ArtifactError) {
        let mapping: AnonymousMapping
        do { mapping = try AnonymousMapping(atLeast: byteCount) } catch { throw ArtifactError(error, path: subject) }
        if byteCount > Self.populatedByteCount { mapping.populate() }
        let file = unsafe UnsafeMutableRawBufferPointer(rebasing: mapping.bytes[..<byteCount])

        var hasher = SHA256Hasher()
        var header: HearthFileHeader?
        var offset = 0
        repeat {
            let end = min(byteCount, offset + Self.chunkByteCount)
            let chunk = unsafe UnsafeMutableRawBufferPointer(rebasing: file[offset..<end])
            let count: Int
            do { count = try unsafe fill(chunk, offset) } catch { throw ArtifactError(error, path: subject) }
            guard count == chunk.count else {
                throw ArtifactError(
                    .truncated, path: subject, byteOffset: offset + count,
                    "the file shrank from \(byteCount) bytes while it was read",
                    hint: "artifacts are never written again after publishing: find out who writes here")
            }
            if header == nil {
                header = try unsafe HearthFileHeader(
                    UnsafeRawBufferPointer(chunk), fileByteCount: byteCount, path: subject)
            }
            let start = offset == 0 ? HearthFile.digestedOffset : 0
            unsafe hasher.update(UnsafeRawBufferPointer(rebasing: chunk[start...]))
            offset = end
        } while offset < byteCount

        guard let header, let digest = hasher.finish() else { throw ArtifactError.digestUnavailable(subject) }
        guard digest == header.contentDigest else {
            throw ArtifactError(
                .digestMismatch, path: subject, byteOffset: HearthFile.digestOffset,
                "content with SHA-256 \(digest) found, the header says \(header.contentDigest)",
                hint: ArtifactError.republishHint)
        }
        table = try unsafe SectionTable(UnsafeRawBufferPointer(file), header: header, path: subject)
        do { try mapping.protect() } catch { throw ArtifactError(error, path: subject) }
        contentDigest = digest
        fileByteCount = byteCount
        self.mapping = mapping
    }

    /// The bytes that are really mapped: the file's, rounded up to whole pages.
    package var byteCount: Int { mapping.byteCount }

    /// The ids of the sections, in the order of the file.
    package var sectionIDs: [SectionID] { table.entries.map(\.id) }

    /// Copies of all sections, in the order of the file.
    package var sections: [ModelSection] {
        table.entries.map { entry in
            unsafe ModelSection(
                entry.id, bytes: Array(mapping.bytes[entry.offset..<entry.offset + entry.byteCount]))
        }
    }

    /// The bytes of a section, 64-byte aligned; nil when there is no such section.
    ///
    /// Valid as long as this artifact lives.
    package func section(_ id: SectionID) -> UnsafeRawBufferPointer? {
        guard let entry = table.entry(id) else { return nil }
        return unsafe UnsafeRawBufferPointer(
            rebasing: mapping.bytes[entry.offset..<entry.offset + entry.byteCount])
    }
}
