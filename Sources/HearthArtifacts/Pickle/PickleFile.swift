package import HearthCore
import Glibc

/// Reads pickle and joblib files, compressed or not, without Python and without running anything.
///
/// What a file is shows in its first bytes, never in its name. The result is a graph of inert values; a file that asks
/// for anything else is refused where it does.
package enum PickleFile {
    /// Reads the file at `path`.
    ///
    /// - Throws: `.refused` for a name or instruction that would run something, `.unsupported` for what is legal and
    ///   not read, `.overBudget`, `.tooLarge`, `.truncated`, `.corrupt`, `.notAnArtifact`, `.unsupportedVersion`, and
    ///   what opening and reading a file throws.
    package static func read(
        path: String, limits: PickleLimits = PickleLimits()
    ) throws(ArtifactError) -> PickleDocument {
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
        } catch {
            throw ArtifactError(error, path: path)
        }
        return try read(descriptor: descriptor, path: path, limits: limits)
    }

    /// Reads an open file from its start, whatever the descriptor's offset is; `path` is for messages.
    ///
    /// Throws what ``read(path:limits:)`` throws.
    package static func read(
        descriptor: borrowing FileDescriptor, path: String, limits: PickleLimits = PickleLimits()
    ) throws(ArtifactError) -> PickleDocument {
        let status: FileStatus
        do { status = try descriptor.status(subject: path) } catch { throw ArtifactError(error, path: path) }
        guard status.kind == .file else {
            throw ArtifactError(
                .notAnArtifact, path: path, "something other than a plain file found",
                hint: "name a file that pickle.dump or joblib.dump wrote")
        }
        let byteCount = Int(clamping: status.byteCount)
        try ArtifactLimits(fileByteCountMax: limits.fileByteCountMax).checkFile(path, byteCount: byteCount)
        let store = ByteStore()
        let room = try unsafe store.room(for: byteCount, path: path)
        let count: Int
        do {
            count = try unsafe descriptor.read(into: room, at: 0, subject: path)
        } catch {
            throw ArtifactError(error, path: path)
        }
        guard count == byteCount else {
            throw ArtifactError(
                .truncated, path: path, byteOffset: count,
                "the file shrank from \(byteCount) bytes while it was read", hint: PickleReader.truncatedHint)
        }
        store.commit(count)
        return try read(store, path: path, limits: limits)
    }

    /// Reads a file that is already in memory; `path` is for messages.
    ///
    /// Throws what ``read(path:limits:)`` throws.
    package static func read(
        bytes: UnsafeRawBufferPointer, path: String, limits: PickleLimits = PickleLimits()
    ) throws(ArtifactError) -> PickleDocument {
        try ArtifactLimits(fileByteCountMax: limits.fileByteCountMax).checkFile(path, byteCount: bytes.count)
        return try read(try unsafe ByteStore(copying: bytes, path: path), path: path, limits: limits)
    }

    /// Reads a file that is already in memory; `path` is for messages.
    ///
    /// Throws what ``read(path:limits:)`` throws.
    package static func read(
        bytes: [UInt8], path: String, limits: PickleLimits = PickleLimits()
    ) throws(ArtifactError) -> PickleDocument {
        try unsafe bytes.withUnsafeBufferPointer { buffer throws(ArtifactError) in
            try unsafe read(bytes: UnsafeRawBufferPointer(buffer), path: path, limits: limits)
        }
    }

    private static func read(
        _ file: ByteStore, path: String, limits: PickleLimits
    ) throws(ArtifactError) -> PickleDocument {
        let codec = try unsafe Codec.of(file.bytes, path: path)
        var content = file
        if let codec { content = try Decompressor.expand(file, codec, limits: limits, path: path) }
        guard content.count <= limits.contentByteCountMax else {
            throw ArtifactError(
                .overBudget, path: path,
                "\(content.count) bytes of content found, at most \(limits.contentByteCountMax) are read",
                hint: "train a smaller model or raise contentByteCountMax")
        }
        return try PickleDocument(content: content, path: path, codec: codec, limits: limits)
    }
}
