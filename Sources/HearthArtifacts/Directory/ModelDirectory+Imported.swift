import Glibc
package import HearthCore

/// What a registry row's `model_path` names.
package enum NamedModel: Sendable, Equatable {
    /// A file of another library, relative to the model directory.
    case file(String)
    /// The folder of a version.
    case version(ModelID)
}

/// The files of other libraries that versions were made of.
extension ModelDirectory {
    /// What `modelPath` names, absolute or relative to the model directory.
    ///
    /// Throws `.pathTraversal` for a path that leads out of the directory; `.notFound` when there is nothing.
    package func model(named modelPath: String) throws(ArtifactError) -> NamedModel {
        let file = String(try validatePath(modelPath).dropFirst(path.utf8.count == 1 ? 1 : path.count + 1))
        if let id = try? ModelID(file), (try? openFolder(id)) != nil { return .version(id) }
        let subject = "\(path)/\(file)"
        do throws(SystemError) {
            let descriptor = try root.open(beneath: file, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
            if try descriptor.status(subject: subject).kind == .file { return .file(file) }
        } catch {
            guard error.code == ENOENT || error.code == ENOTDIR else { throw ArtifactError(error, path: subject) }
        }
        throw ArtifactError(
            .notFound, path: subject, "no such file or version, which the registry names as model_path",
            hint: "put it back")
    }

    /// The file that a version was imported from, as it lies in the version's folder; nil for a version that was
    /// trained here.
    ///
    /// Throws as ``open(_:)`` does.
    package func importedFile(of id: ModelID) throws(ArtifactError) -> ListedFile? {
        let own: Set<String> = [
            HearthFile.fileName, Manifest.fileName, ModelMetadata.fileName, "metrics.csv", "feature_importances.csv",
        ]
        return try manifest(of: id).manifest.files.first { !own.contains($0.name) }
    }

    /// Reads one file of a version and checks that it is the one that was published.
    ///
    /// Throws `.digestMismatch`, and what ``ModelFile/init(path:fileByteCountMax:)`` throws.
    package func read(_ file: ListedFile, of id: ModelID) throws(ArtifactError) -> ModelFile {
        let subject = "\(path(of: id))/\(file.name)"
        let folder = try openFolder(id)
        let descriptor = try onSystemError(about: subject) { () throws(SystemError) in
            try folder.open(beneath: file.name, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
        }
        let read = try ModelFile(descriptor: descriptor, path: subject, fileByteCountMax: file.byteCount)
        guard read.digest == file.digest else {
            throw ArtifactError(
                .digestMismatch, path: subject,
                "content with SHA-256 \(read.digest) found, the manifest says \(file.digest)",
                hint: "the file is not the one that was published: restore it from a backup")
        }
        return read
    }

    /// Puts a file of another library into the model directory under `name`, where a registry row can name it: whole
    /// and on the disk, or not at all. The same file under that name is left as it is.
    ///
    /// - Throws: `.alreadyExists` when another file has the name; `.tooLarge`, `.quotaExceeded`, `.diskFull`,
    ///   `.permissionDenied`, `.system`.
    package func keep(_ file: ModelFile, as name: String) throws(ArtifactError) {
        guard let id = try? ModelID(name), !Self.isReserved(id.text) else {
            throw ArtifactError(
                .invalidName, path: path, "'\(name.prefix(80))' is no name of a model file",
                hint: "letters, digits, '.', '_' and '-', \(ModelID.byteCountMax) at most")
        }
        let subject = "\(path)/\(name)"
        try limits.checkFile(subject, byteCount: file.byteCount)
        try limits.checkTotal(subject, adding: file.byteCount, to: try sizeBytes())
        let staging = try open(.staging)
        try onSystemError(about: subject) { () throws(SystemError) in
            let draft = "\(name).\(UInt64.random(in: 0...UInt64.max))"
            do throws(SystemError) {
                let draftFile = try staging.open(
                    beneath: draft, flags: O_WRONLY | O_CREAT | O_EXCL, mode: Self.filePermissions)
                try draftFile.setPermissions(Self.filePermissions, subject: subject)
                try draftFile.write(file.bytes, subject: subject)
                try draftFile.synchronize(subject: subject)
                try staging.rename(draft, to: name, in: root)
                try root.synchronize(subject: path)
            } catch {
                try? staging.removeTree(draft)
                guard error.code == EEXIST, isSame(file, name) else { throw error }
            }
        }
    }

    private func isSame(_ file: ModelFile, _ name: String) -> Bool {
        (try? readOriginal(name).digest) == file.digest
    }
}
