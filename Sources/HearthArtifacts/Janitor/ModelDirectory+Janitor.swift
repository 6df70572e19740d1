import Glibc
package import HearthCore

extension ModelDirectory {
    /// Looks at everything that the janitor decides about.
    ///
    /// Throws `.permissionDenied`, `.system`.
    package func survey() throws(ArtifactError) -> JanitorSurvey {
        var survey = JanitorSurvey()
        let staging = try open(.staging)
        for name in try names(in: staging, .staging) {
            // Gone since the names were read: its publisher is done.
            guard let status = try? staging.entryStatus(name) else { continue }
            survey.staging.append(
                JanitorSurvey.Staging(
                    name: name, modified: status.modified, writer: try writer(of: name, in: staging)))
        }
        survey.trash = try names(in: try open(.trash), .trash)
        for id in try versionIDs() {
            guard let status = try? root.entryStatus(id.text) else { continue }
            var folder = JanitorSurvey.Folder(
                id: id, modified: status.modified, writer: try writer(of: id.text, in: root))
            do {
                _ = try manifest(of: id)
            } catch {
                guard error.code != .notFound else { continue }
                folder.damage = "\(error)"
            }
            survey.folders.append(folder)
        }
        return survey
    }

    /// Deletes an entry of an area.
    func discard(_ name: String, in area: Area) throws(ArtifactError) {
        let folder = try open(area)
        try onSystemError(about: "\(path)/\(area.rawValue)/\(name)") { () throws(SystemError) in
            try folder.removeTree(name)
        }
    }

    /// A version that is in place, as its publisher would have registered it.
    package func published(_ id: ModelID) throws(ArtifactError) -> PublishedVersion {
        let (manifest, digest) = try manifest(of: id)
        let manifestByteCount = try onSystemError(about: path(of: id)) { () throws(SystemError) in
            try openedFolderManifestByteCount(id)
        }
        return PublishedVersion(
            modelID: id, path: id.text, manifest: manifest, manifestDigest: digest,
            byteCount: manifest.files.reduce(manifestByteCount) { $0 &+ $1.byteCount })
    }

    private func openedFolderManifestByteCount(_ id: ModelID) throws(SystemError) -> Int {
        let folder = try root.open(beneath: id.text, flags: O_RDONLY | O_DIRECTORY)
        return Int(try folder.entryStatus(Manifest.fileName).byteCount)
    }

    private func names(in folder: borrowing FileDescriptor, _ area: Area) throws(ArtifactError) -> [String] {
        do {
            return try folder.entryNames(subject: "\(path)/\(area.rawValue)")
        } catch {
            throw ArtifactError(error, path: "\(path)/\(area.rawValue)")
        }
    }

    /// Whether a publisher holds the lock of the folder `name`.
    private func writer(
        of name: String, in parent: borrowing FileDescriptor
    ) throws(ArtifactError) -> JanitorSurvey.Writer {
        do {
            let folder = try parent.open(beneath: name, flags: O_RDONLY | O_DIRECTORY)
            return try folder.lock(.sharedNow, subject: name) ? .gone : .atWork
        } catch {
            switch error.code {
            case ENOENT, ENOTDIR, ELOOP: return .gone
            case _ where error.isUnsupportedLock: return .unknown
            default: throw ArtifactError(error, path: "\(path)/\(name)")
            }
        }
    }
}
