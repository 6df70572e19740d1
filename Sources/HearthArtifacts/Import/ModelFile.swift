package import HearthCore
import Glibc

/// A model file of any format in memory, not yet looked into: its bytes and what identifies them.
package struct ModelFile: Sendable {
    /// The file, as messages name it.
    package let path: String
    /// Of the file as it lies on the disk.
    package let digest: SHA256Digest
    /// When the file was written last; nil for bytes that came from elsewhere.
    package let modified: Timestamp?
    let store: ByteStore

    /// Reads the file at `path`, following symbolic links.
    ///
    /// - Throws: `.tooLarge` beyond `fileByteCountMax`, naming the limit and the option; `.notFound`,
    ///   `.permissionDenied`, `.notAnArtifact` for what is no plain file, `.truncated` when it shrinks meanwhile.
    package init(path: String, fileByteCountMax: Int) throws(ArtifactError) {
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
        } catch {
            var refusal = ArtifactError(error, path: path)
            if refusal.code == .notFound { refusal.hint = "check the path of the file" }
            throw refusal
        }
        try self.init(descriptor: descriptor, path: path, fileByteCountMax: fileByteCountMax)
    }

    /// Reads an open file from its start, whatever the descriptor's offset is; `path` is for messages.
    ///
    /// Throws what ``init(path:fileByteCountMax:)`` throws.
    package init(
        descriptor: borrowing FileDescriptor, path: String, fileByteCountMax: Int
    ) throws(ArtifactError) {
        let status: FileStatus
        do { status = try descriptor.status(subject: path) } catch { throw ArtifactError(error, path: path) }
        guard status.kind == .file else {
            throw ArtifactError(
                .notAnArtifact, path: path,
                "\(status.kind == .directory ? "a folder" : "something other than a plain file") found",
                hint: "name a model file")
        }
        let byteCount = Int(clamping: status.byteCount)
        try ArtifactLimits(fileByteCountMax: fileByteCountMax).checkFile(path, byteCount: byteCount)
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
                "the file shrank from \(byteCount) bytes while it was read",
                hint: "the file is not whole; copy it again")
        }
        store.commit(count)
        try self.init(store: store, path: path, modified: status.modified)
    }

    /// Takes a copy of `bytes`; `path` is for messages. Throws `.tooLarge`.
    package init(bytes: [UInt8], path: String, fileByteCountMax: Int) throws(ArtifactError) {
        try ArtifactLimits(fileByteCountMax: fileByteCountMax).checkFile(path, byteCount: bytes.count)
        let store = ByteStore()
        try unsafe bytes.withUnsafeBufferPointer { buffer throws(ArtifactError) in
            try unsafe store.append(UnsafeRawBufferPointer(buffer), path: path)
        }
        try self.init(store: store, path: path, modified: nil)
    }

    private init(store: ByteStore, path: String, modified: Timestamp?) throws(ArtifactError) {
        self.path = path
        self.modified = modified
        self.store = store
        digest = unsafe try SHA256Hasher.digest(of: store.bytes, subject: path)
    }

    /// The size of the file.
    package var byteCount: Int { store.count }

    /// A copy of the bytes, for storing the file elsewhere.
    package var bytes: [UInt8] { unsafe Array(store.bytes) }
}
