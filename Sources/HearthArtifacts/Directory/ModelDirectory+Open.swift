package import HearthCore
import CHearthLinux
import Glibc

/// A version as the server holds it: what it is and its artifact in memory.
package struct OpenedVersion: Sendable {
    package let id: ModelID
    package let manifest: Manifest
    /// SHA-256 of `manifest.json`, as the registry records it.
    package let manifestDigest: SHA256Digest
    package let artifact: MappedArtifact
}

extension ModelDirectory {
    /// Reads a version: its manifest, and its `model.hearth` into memory, checked against the manifest.
    ///
    /// - Throws: `.notFound` when there is no such version (R79), `.incomplete`, `.invalidManifest`, `.digestMismatch`,
    ///   and what
    ///   ``MappedArtifact/read(descriptor:subject:byteCountMax:)`` throws.
    package func open(_ id: ModelID) throws(ArtifactError) -> OpenedVersion {
        let folder = try openFolder(id)
        do {
            return try load(id, from: folder, path: path(of: id))
        } catch {
            // Deleted while it was being read: then it is not damaged, it is gone.
            if error.code == .incomplete { _ = try openFolder(id) }
            throw error
        }
    }

    /// Reads only the manifest of a version, and its digest.
    ///
    /// Throws as ``open(_:)`` does.
    package func manifest(of id: ModelID) throws(ArtifactError) -> (manifest: Manifest, digest: SHA256Digest) {
        let folder = try openFolder(id)
        return try loadManifest(id, from: folder, path: path(of: id))
    }

    /// Reads `meta.json` of a version; nil when it has none.
    package func metadata(of id: ModelID) throws(ArtifactError) -> ModelMetadata? {
        let folder = try openFolder(id)
        let file = "\(path(of: id))/\(ModelMetadata.fileName)"
        do {
            let text = try read(
                ModelMetadata.fileName, in: folder, path: file, byteCountMax: ArtifactLimits.manifestByteCountMax)
            return try ModelMetadata(json: text, path: file)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    func openFolder(_ id: ModelID) throws(ArtifactError) -> FileDescriptor {
        let folder = path(of: id)
        do throws(SystemError) {
            guard !Self.isReserved(id.text) else { throw SystemError("open", id.text, code: ENOENT) }
            return try root.open(beneath: id.text, flags: O_RDONLY | O_DIRECTORY)
        } catch {
            guard error.code == ENOENT || error.code == ENOTDIR else { throw ArtifactError(error, path: folder) }
            throw ArtifactError(
                .notFound, path: folder, "no version '\(id)' found",
                hint: "see the versions that exist with 'hearth models list'", cause: error)
        }
    }

    /// The loader of the server, which the publisher uses as well to read back what it wrote.
    func load(
        _ id: ModelID, from folder: borrowing FileDescriptor, path: String
    ) throws(ArtifactError) -> OpenedVersion {
        let (manifest, manifestDigest) = try loadManifest(id, from: folder, path: path)
        guard let listed = manifest.artifact else {
            throw ArtifactError.manifest("\(path)/\(Manifest.fileName)", "no \(HearthFile.fileName) is listed")
        }
        let file = "\(path)/\(listed.name)"
        let descriptor = try openFile(listed.name, in: folder, path: file)
        let artifact =
            try listed.contentByteCount == nil
            ? MappedArtifact.read(descriptor: descriptor, subject: file, byteCountMax: limits.fileByteCountMax)
            : expand(listed, from: descriptor, path: file)
        let byteCount = listed.contentByteCount ?? listed.byteCount
        guard artifact.fileByteCount == byteCount, artifact.contentDigest == listed.contentDigest else {
            throw ArtifactError(
                .digestMismatch, path: file,
                "\(artifact.fileByteCount) bytes with content SHA-256 \(artifact.contentDigest) found, the "
                    + "manifest says "
                    + "\(byteCount) bytes and \(listed.contentDigest.map { "\($0)" } ?? "none")",
                hint: "the file is not the one that was published: restore it from a backup or publish again")
        }
        return OpenedVersion(id: id, manifest: manifest, manifestDigest: manifestDigest, artifact: artifact)
    }

    /// Reads an artifact that is compressed at rest: the file, its digest held against the manifest's, then its
    /// content, of which never more is unpacked than the manifest says and the limit for files allows.
    private func expand(
        _ listed: ListedFile, from descriptor: borrowing FileDescriptor, path: String
    ) throws(ArtifactError) -> MappedArtifact {
        let contentByteCount = listed.contentByteCount ?? 0
        try limits.checkFile(path, byteCount: contentByteCount)
        let file = try ModelFile(descriptor: descriptor, path: path, fileByteCountMax: limits.fileByteCountMax)
        guard file.byteCount == listed.byteCount, file.digest == listed.digest else {
            throw ArtifactError(
                .digestMismatch, path: path,
                "\(file.byteCount) bytes with SHA-256 \(file.digest) found, the manifest says \(listed.byteCount) "
                    + "bytes and \(listed.digest)",
                hint: "the file is not the one that was published: restore it from a backup or publish again")
        }
        var content = file.store
        if let codec = try unsafe Codec.of(content.bytes, path: path) {
            content = try Decompressor.expand(
                content, codec, limits: PickleLimits(contentByteCountMax: contentByteCount), path: path)
        }
        return try unsafe MappedArtifact(copying: content.bytes, subject: path)
    }

    func loadManifest(
        _ id: ModelID, from folder: borrowing FileDescriptor, path: String
    ) throws(ArtifactError) -> (manifest: Manifest, digest: SHA256Digest) {
        let file = "\(path)/\(Manifest.fileName)"
        let text = try read(
            Manifest.fileName, in: folder, path: file, byteCountMax: ArtifactLimits.manifestByteCountMax)
        let manifest = try Manifest(json: text, path: file)
        guard manifest.modelID == id else {
            throw ArtifactError.manifest(file, "model_id '\(manifest.modelID)' found, '\(id)' expected")
        }
        return (manifest, try SHA256Hasher.digest(of: text, subject: file))
    }

    /// A file that every version has, opened so that neither a link nor a pipe in its place can lead or hold us up.
    func openFile(
        _ name: String, in folder: borrowing FileDescriptor, path: String
    ) throws(ArtifactError) -> FileDescriptor {
        do {
            return try folder.open(beneath: name, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
        } catch {
            guard error.code == ENOENT, name != ModelMetadata.fileName else {
                throw ArtifactError(error, path: path)
            }
            throw ArtifactError(
                .incomplete, path: path, "the version has no \(name)",
                hint: "restore the version from a backup or publish the model again", cause: error)
        }
    }

    func read(
        _ name: String, in folder: borrowing FileDescriptor, path: String, byteCountMax: Int
    ) throws(ArtifactError) -> [UInt8] {
        let descriptor = try openFile(name, in: folder, path: path)
        let status: FileStatus
        do { status = try descriptor.status(subject: path) } catch { throw ArtifactError(error, path: path) }
        guard status.kind == .file, status.byteCount <= byteCountMax else {
            throw ArtifactError.manifest(
                path,
                status.kind == .file
                    ? "\(status.byteCount) bytes found, at most \(byteCountMax) expected"
                    : "something other than a plain file found")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.byteCount))
        let count: Int
        do {
            count = try unsafe bytes.withUnsafeMutableBufferPointer { buffer throws(SystemError) in
                try unsafe descriptor.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0, subject: path)
            }
        } catch {
            throw ArtifactError(error, path: path)
        }
        return Array(bytes.prefix(count))
    }
}
