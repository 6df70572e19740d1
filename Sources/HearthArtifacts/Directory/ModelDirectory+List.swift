package import HearthCore
import Glibc

/// One version folder as a listing shows it; damaged ones are listed with what is wrong (R19, R161).
package struct ListedVersion: Sendable {
    package let id: ModelID
    /// Absolute, of the folder.
    package let path: String
    package let manifest: Result<Manifest, ArtifactError>
    /// Of all files of the folder.
    package let byteCount: Int
}

extension ModelDirectory {
    /// All versions, by id.
    ///
    /// Reads each manifest, not the artifacts. Throws when the directory itself cannot be read.
    package func list() throws(ArtifactError) -> [ListedVersion] {
        var versions: [ListedVersion] = []
        for id in try versionIDs() {
            let folder: FileDescriptor
            do {
                folder = try openFolder(id)
            } catch {
                // Removed since the names were read, or no folder at all.
                guard error.code != .notFound else { continue }
                versions.append(
                    ListedVersion(id: id, path: path(of: id), manifest: .failure(error), byteCount: 0))
                continue
            }
            let manifest: Result<Manifest, ArtifactError>
            do {
                manifest = .success(try loadManifest(id, from: folder, path: path(of: id)).manifest)
            } catch {
                manifest = .failure(error)
            }
            let byteCount = try byteCount(ofTree: folder, path: path(of: id))
            versions.append(
                ListedVersion(id: id, path: path(of: id), manifest: manifest, byteCount: byteCount))
        }
        return versions
    }

    /// The bytes of all files of all versions, quarantined ones included: what the quota is held against (R69).
    package func sizeBytes() throws(ArtifactError) -> Int {
        var sum = 0
        for id in try versionIDs() {
            sum = saturating(sum, try byteCount(ofEntry: id.text, in: root))
        }
        return saturating(sum, try byteCount(ofEntry: Area.quarantine.rawValue, in: root))
    }

    /// The names below the root that may be versions.
    func versionIDs() throws(ArtifactError) -> [ModelID] {
        let names = try onSystemError(about: path) { () throws(SystemError) in
            try root.entryNames(subject: path)
        }
        var ids: [ModelID] = []
        for name in names where !Self.isReserved(name) {
            // Anything else may lie beside the versions; it is none of them.
            guard let id = try? ModelID(name), let status = try? root.entryStatus(name) else { continue }
            if status.kind == .directory { ids.append(id) }
        }
        return ids
    }

    /// 0 for what is no folder, and for what has gone meanwhile.
    private func byteCount(ofEntry name: String, in parent: borrowing FileDescriptor) throws(ArtifactError) -> Int {
        let folder: FileDescriptor
        do {
            folder = try parent.open(beneath: name, flags: O_RDONLY | O_DIRECTORY)
        } catch {
            guard error.code != ENOENT && error.code != ENOTDIR else { return 0 }
            throw ArtifactError(error, path: "\(path)/\(name)")
        }
        return try byteCount(ofTree: folder, path: "\(path)/\(name)")
    }

    private func byteCount(
        ofTree folder: borrowing FileDescriptor, path: String, depthMax: Int = 4
    ) throws(ArtifactError) -> Int {
        var sum = 0
        do {
            for name in try folder.entryNames(subject: path) {
                guard let status = try? folder.entryStatus(name) else { continue }
                switch status.kind {
                case .file:
                    sum = saturating(sum, Int(status.byteCount))
                case .directory where depthMax > 0:
                    guard let child = try? folder.open(beneath: name, flags: O_RDONLY | O_DIRECTORY) else { continue }
                    let below = try? byteCount(ofTree: child, path: path, depthMax: depthMax - 1)
                    sum = saturating(sum, below ?? 0)
                case .directory, .other:
                    continue
                }
            }
        } catch {
            throw ArtifactError(error, path: path)
        }
        return sum
    }
    /// A sparse file may claim to be of any size.
    private func saturating(_ left: Int, _ right: Int) -> Int {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
