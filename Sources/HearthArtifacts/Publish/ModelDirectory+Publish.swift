import CHearthLinux
import Glibc
import HearthCore

/// Publishing: a version becomes visible whole, on the disk and verified, or not at all.
extension ModelDirectory {
    /// Writes a version, reads it back, moves it into place and has it registered.
    ///
    /// stage -> write, hash, fsync each file -> manifest last -> fsync the folder -> read back through the server's
    /// loader and `verify` -> rename without replacing -> fsync the model directory -> push to `store` -> `commit` ->
    /// write the change file. A process killed at any point leaves nothing visible or a complete version; see
    /// ``FaultPoint`` and ``Janitor``.
    ///
    /// - Parameters:
    ///   - store: where the version is copied before it is registered, so that the registry never names what other
    ///     machines cannot fetch; nil keeps it on this machine.
    ///   - verify: looks at the artifact as a server would load it, e.g. scores the golden vectors; throws to refuse.
    ///   - commit: the registry's transaction. When it throws, the version is taken away again, unless it throws
    ///     ``UncertainCommit``.
    ///   - faults: called after each step; for tests.
    /// - Throws: `.alreadyExists`, `.invalidName`, `.tooLarge`, `.quotaExceeded`, `.diskFull`, `.permissionDenied`;
    ///   `.verificationFailed`, `.commitFailed` and `.commitUncertain` with what the closure threw as `cause`; what
    ///   `store` throws.
    @discardableResult
    package func publish(
        _ version: NewVersion, to store: (any ArtifactStore)? = nil, verify: (MappedArtifact) throws -> Void,
        commit: (PublishedVersion) throws -> Void, faults: (FaultPoint) -> Void = { _ in }
    ) throws(ArtifactError) -> PublishedVersion {
        let id = version.modelID
        try checkFree(id)
        let files = try version.files.stored()
        let manifest = Self.manifest(of: version, files: files.map(\.listed))
        let manifestText = try manifest.json()
        let manifestDigest = try SHA256Hasher.digest(of: manifestText, subject: Manifest.fileName)
        for file in manifest.files {
            // What is compressed must fit into memory as what is not.
            try limits.checkFile("\(id)/\(file.name)", byteCount: max(file.byteCount, file.contentByteCount ?? 0))
        }
        let byteCount = manifest.files.reduce(manifestText.count) { $0 + $1.byteCount }
        try limits.checkTotal(path(of: id), adding: byteCount, to: try sizeBytes())

        let name = Self.areaName(id)
        let staging = try StagingFolder(
            area: try open(.staging), name: name, path: "\(path)/\(Area.staging.rawValue)/\(name)")
        do throws(ArtifactError) {
            faults(.stagingCreated)
            try staging.write(files[0].listed.name, files[0].bytes) { step in
                switch step {
                case .created: faults(.artifactCreated)
                case .written: faults(.artifactWritten)
                case .synchronized: faults(.artifactSynchronized)
                }
            }
            for file in files.dropFirst() { try staging.write(file.listed.name, file.bytes) }
            faults(.otherFilesSynchronized)
            try staging.write(Manifest.fileName, manifestText) { step in
                switch step {
                case .created: faults(.manifestCreated)
                case .written: faults(.manifestWritten)
                case .synchronized: faults(.manifestSynchronized)
                }
            }
            try onSystemError(about: staging.path) { () throws(SystemError) in
                try staging.folder.synchronize(subject: staging.path)
            }
            faults(.stagingSynchronized)
            let loaded = try load(id, from: staging.folder, path: staging.path)
            try Self.verify(loaded, as: manifest, path: staging.path, verify)
            faults(.verified)
            try moveIntoPlace(staging, id: id, byteCount: byteCount)
        } catch {
            staging.discard()
            throw error
        }

        let published = PublishedVersion(
            modelID: id, path: id.text, manifest: manifest, manifestDigest: manifestDigest, byteCount: byteCount)
        faults(.renamed)
        try register(published, in: store, commit: commit, faults: faults)
        staging.close()
        faults(.committed)
        // A hint: servers look for themselves every two seconds, so failing to give it is no failure to publish.
        try? announceChange()
        faults(.announced)
        return published
    }

    /// Writes the change file, which servers watch.
    ///
    /// Throws `.permissionDenied`, `.diskFull`, `.system`.
    package func announceChange() throws(ArtifactError) {
        try onSystemError(about: "\(path)/\(Self.changeFileName)") { () throws(SystemError) in
            let file = try root.open(
                beneath: Self.changeFileName, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: Self.filePermissions)
            // Whoever made it owns it; another user of the directory may write it, not change it.
            try? file.setPermissions(Self.filePermissions, subject: Self.changeFileName)
            try file.write(Array("\(Timestamp.now().iso8601)\n".utf8), subject: Self.changeFileName)
        }
    }

    func checkFree(_ id: ModelID) throws(ArtifactError) {
        guard !Self.isReserved(id.text) else {
            throw ArtifactError(
                .invalidName, path: path(of: id), "'\(id)' is the name of a file beside the versions",
                hint: "choose another model_id")
        }
        guard (try? root.entryStatus(id.text)) == nil else {
            throw ArtifactError(SystemError("rename", id.text, code: EEXIST), path: path(of: id))
        }
    }

    private static func manifest(of version: NewVersion, files: [ListedFile]) -> Manifest {
        Manifest(
            modelID: version.modelID, name: version.name, key: version.key, createdAt: version.createdAt,
            trainedWith: version.trainedWith, schema: version.schema, files: files)
    }

    private static func verify(
        _ loaded: OpenedVersion, as manifest: Manifest, path: String, _ verify: (MappedArtifact) throws -> Void
    ) throws(ArtifactError) {
        do {
            guard loaded.manifest == manifest else {
                throw ArtifactError.manifest(path, "the manifest read back is not the one written")
            }
            try verify(loaded.artifact)
        } catch {
            throw ArtifactError(
                .verificationFailed, path: path, "the artifact read back was refused: \(error)",
                hint: "nothing was published: mend the model or its packing and publish again", cause: error)
        }
    }

    /// Holds the publishing lock, so that two writers cannot both fit into the last of the quota.
    func moveIntoPlace(
        _ staging: borrowing StagingFolder, id: ModelID, byteCount: Int
    ) throws(ArtifactError) {
        let lock = try open(.staging)
        do {
            _ = try lock.lock(.exclusive, subject: staging.path)
        } catch {
            guard error.isUnsupportedLock else { throw ArtifactError(error, path: staging.path) }
        }
        defer { lock.unlock() }
        try limits.checkTotal(path(of: id), adding: byteCount, to: try sizeBytes())
        do {
            try staging.area.rename(staging.name, to: id.text, in: root)
        } catch {
            throw ArtifactError(error, path: path(of: id))
        }
    }

    /// Everything after the rename that can fail, and the way back.
    private func register(
        _ version: PublishedVersion, in store: (any ArtifactStore)?, commit: (PublishedVersion) throws -> Void,
        faults: (FaultPoint) -> Void
    ) throws(ArtifactError) {
        let folder = path(of: version.modelID)
        do {
            try root.synchronize(subject: path)
        } catch {
            _ = withdraw(version.modelID)
            throw ArtifactError(error, path: folder)
        }
        faults(.directorySynchronized)
        do {
            try store?.receive(version.modelID, from: self)
        } catch {
            _ = withdraw(version.modelID)
            throw error
        }
        do {
            try commit(version)
        } catch let error as UncertainCommit {
            throw ArtifactError(
                .commitUncertain, path: folder, "\(error)",
                hint: "the files stay; the janitor reports them if the registry does not know them", cause: error.cause)
        } catch {
            var left = withdraw(version.modelID).map { "; its folder is left for the janitor: \($0)" } ?? ""
            if let store {
                do throws(ArtifactError) { try store.remove(version.modelID) } catch {
                    left += "; its copy in \(store.place) is left: \(error)"
                }
            }
            throw ArtifactError(
                .commitFailed, path: folder, "the registry did not take the version: \(error)\(left)",
                hint: "nothing was published: mend the cause and publish again", cause: error)
        }
    }

    /// Takes a version away that the registry does not know; returns what prevented it.
    private func withdraw(_ id: ModelID) -> ArtifactError? {
        do {
            try remove(id)
            return nil
        } catch {
            return error
        }
    }
}
