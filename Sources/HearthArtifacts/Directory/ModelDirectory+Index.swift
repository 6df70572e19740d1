import Glibc
import HearthCore

/// The list of versions that is kept beside them for people and programs of others.
extension ModelDirectory {
    /// The file, directly below ``path``: the specification's index of the registry (R134).
    package static let indexFileName = "registry_index.csv"
    /// What an index of another program's registry is called once Hearth has written its own.
    package static let foreignIndexFileName = "registry_index.csv.before-hearth"
    /// So much of the index that is there is shown to who replaces it: its heading and first rows.
    private static let indexHeadByteCount = 64 << 10

    /// Puts what `make` returns in the place of ``indexFileName``, whole and on the disk: written elsewhere, then moved
    /// over what was there in one step.
    ///
    /// Writers take turns, and `make` runs when it is this one's turn: what was read last is what stays.
    ///
    /// - Parameter make: gets the first bytes of the index that is there, none when there is none; returns the new one,
    ///   and whether the old one is somebody else's, which is then kept as ``foreignIndexFileName``.
    /// - Throws: what `make` throws; `.permissionDenied`, `.diskFull`, `.system`. What was there stays then.
    package func replaceIndex(_ make: (_ head: [UInt8]) throws -> (bytes: [UInt8], keepsOld: Bool)) throws {
        let subject = "\(path)/\(Self.indexFileName)"
        let staging = try open(.staging)
        do throws(SystemError) {
            _ = try staging.lock(.exclusive, subject: subject)
        } catch {
            guard error.isUnsupportedLock else { throw ArtifactError(error, path: subject) }
        }
        defer { staging.unlock() }
        let (bytes, keepsOld) = try make(indexHead())
        let draft = "\(Self.indexFileName).\(UInt64.random(in: 0...UInt64.max))"
        try onSystemError(about: subject) { () throws(SystemError) in
            do throws(SystemError) {
                let file = try staging.open(
                    beneath: draft, flags: O_WRONLY | O_CREAT | O_EXCL, mode: Self.filePermissions)
                try file.setPermissions(Self.filePermissions, subject: draft)
                try file.write(bytes, subject: draft)
                try file.synchronize(subject: draft)
                if keepsOld { try keepIndex() }
                try staging.rename(draft, over: Self.indexFileName, in: root)
                try root.synchronize(subject: path)
            } catch {
                try? staging.removeTree(draft)
                throw error
            }
        }
    }

    private func indexHead() -> [UInt8] {
        var head = [UInt8](repeating: 0, count: Self.indexHeadByteCount)
        do throws(SystemError) {
            let file = try root.open(beneath: Self.indexFileName, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
            let count = try unsafe head.withUnsafeMutableBufferPointer { buffer throws(SystemError) in
                try unsafe file.read(
                    into: UnsafeMutableRawBufferPointer(buffer), at: 0, subject: Self.indexFileName)
            }
            return Array(head.prefix(count))
        } catch {
            return []
        }
    }

    /// The first one that is kept stays.
    private func keepIndex() throws(SystemError) {
        do throws(SystemError) {
            try root.rename(Self.indexFileName, to: Self.foreignIndexFileName, in: root)
        } catch {
            guard error.code == EEXIST else { throw error }
        }
    }
}
