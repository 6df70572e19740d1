package import HearthCore
import Glibc

extension ModelDirectory {
    /// The file in a quarantined folder that says why it is there.
    package static let reasonFileName = "reason.txt"

    /// Deletes a version: it leaves the listing at once and whole, then its files go.
    ///
    /// Whoever has it open keeps it.
    ///
    /// Whether it may go (production, rollback target, pinned, leased; C15) is the registry's to know: ask it to remove
    /// the version first, so that nobody promotes what has no files. A crash between the two leaves a folder whose row
    /// says that it was removed; the next clean-up deletes it.
    ///
    /// - Throws: `.notFound`, `.permissionDenied`, `.system`.
    package func remove(_ id: ModelID) throws(ArtifactError) {
        let name = try moveAside(id, to: .trash)
        let trash = try open(.trash)
        try onSystemError(about: "\(path)/\(Area.trash.rawValue)/\(name)") { () throws(SystemError) in
            try trash.removeTree(name)
        }
    }

    /// Sets a damaged version aside for people to look at, so that nobody loads it again (C4).
    ///
    /// - Returns: where it is now.
    /// - Throws: `.notFound`, `.permissionDenied`, `.system`.
    @discardableResult
    package func quarantine(_ id: ModelID, reason: String) throws(ArtifactError) -> String {
        let name = try moveAside(id, to: .quarantine)
        let place = "\(path)/\(Area.quarantine.rawValue)/\(name)"
        let area = try open(.quarantine)
        try onSystemError(about: place) { () throws(SystemError) in
            let folder = try area.open(beneath: name, flags: O_RDONLY | O_DIRECTORY)
            let file = try folder.open(
                beneath: Self.reasonFileName, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: Self.filePermissions)
            try file.setPermissions(Self.filePermissions, subject: Self.reasonFileName)
            try file.write(Array("\(Timestamp.now().iso8601) \(reason)\n".utf8), subject: Self.reasonFileName)
        }
        return place
    }

    /// Moves a version's folder into an area; returns its name there.
    func moveAside(_ id: ModelID, to area: Area) throws(ArtifactError) -> String {
        // Files that lie beside the versions are none, whatever their names.
        _ = try openFolder(id)
        let destination = try open(area)
        let name = Self.areaName(id)
        let folder = path(of: id)
        try onSystemError(about: folder) { () throws(SystemError) in
            try root.rename(id.text, to: name, in: destination)
            try root.synchronize(subject: folder)
            try destination.synchronize(subject: folder)
        }
        return name
    }
}

extension FileDescriptor {
    /// Writes all of `bytes`.
    ///
    /// Throws ``SystemError``.
    package func write(_ bytes: [UInt8], subject: String) throws(SystemError) {
        try unsafe bytes.withUnsafeBufferPointer { buffer throws(SystemError) in
            try unsafe write(UnsafeRawBufferPointer(buffer), subject: subject)
        }
    }
}
