import Glibc
import HearthCore

/// The list of versions that is kept beside them for people and programs of others.
extension ModelDirectory {
    /// The file, directly below ``path``: the specification's index of the registry (R134).
    package static let indexFileName = "registry_index.csv"

    /// Puts what `make` returns in the place of ``indexFileName``, whole and on the disk: written elsewhere, then moved
    /// over what was there in one step.
    ///
    /// Writers take turns, and `make` runs when it is this one's turn: what was read last is what stays.
    ///
    /// - Throws: what `make` throws; `.permissionDenied`, `.diskFull`, `.system`. What was there stays then.
    package func replaceIndex(_ make: () throws -> [UInt8]) throws {
        let subject = "\(path)/\(Self.indexFileName)"
        let staging = try open(.staging)
        do throws(SystemError) {
            _ = try staging.lock(.exclusive, subject: subject)
        } catch {
            guard error.isUnsupportedLock else { throw ArtifactError(error, path: subject) }
        }
        defer { staging.unlock() }
        let bytes = try make()
        let draft = "\(Self.indexFileName).\(UInt64.random(in: 0...UInt64.max))"
        try onSystemError(about: subject) { () throws(SystemError) in
            do throws(SystemError) {
                let file = try staging.open(
                    beneath: draft, flags: O_WRONLY | O_CREAT | O_EXCL, mode: Self.filePermissions)
                try file.setPermissions(Self.filePermissions, subject: draft)
                try file.write(bytes, subject: draft)
                try file.synchronize(subject: draft)
                try staging.rename(draft, over: Self.indexFileName, in: root)
                try root.synchronize(subject: path)
            } catch {
                try? staging.removeTree(draft)
                throw error
            }
        }
    }
}
