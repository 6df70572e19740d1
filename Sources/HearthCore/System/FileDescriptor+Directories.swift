import CHearthLinux
import Glibc

/// What can be done to the entries of an open directory. Names are single components that the caller has checked.
extension FileDescriptor {
    /// The names in this directory, sorted, without `.` and `..`.
    ///
    /// Throws ``SystemError``.
    package func entryNames(subject: String) throws(SystemError) -> [String] {
        // A descriptor of its own, so that the position of this one does not move.
        let listing = unsafe hearth_openat(number, ".", O_RDONLY | O_DIRECTORY, 0)
        guard listing >= 0 else { throw SystemError.last("open", subject) }
        guard let stream = unsafe fdopendir(listing) else {
            let error = SystemError.last("fdopendir", subject)
            _ = Glibc.close(listing)
            throw error
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// What the entry `name` is; a symbolic link is itself.
    ///
    /// Throws ``SystemError``.
    package func entryStatus(_ name: String) throws(SystemError) -> FileStatus {
        var raw = stat()
        guard unsafe fstatat(number, name, &raw, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw SystemError.last("stat", name)
        }
        return FileStatus(raw)
    }

    /// Makes the directory `name` with exactly `mode`, whatever the umask is, and opens it.
    ///
    /// Throws ``SystemError``, with EEXIST when there is such an entry.
    package func makeDirectory(_ name: String, mode: UInt32) throws(SystemError) -> FileDescriptor {
        guard unsafe mkdirat(number, name, mode) == 0 else { throw SystemError.last("mkdir", name) }
        let directory = try open(beneath: name, flags: O_RDONLY | O_DIRECTORY)
        try directory.setPermissions(mode, subject: name)
        return directory
    }

    /// Moves the entry `name` to `newName` of `directory`; refuses with EEXIST when that name is taken.
    ///
    /// Throws ``SystemError``.
    package func rename(
        _ name: String, to newName: String, in directory: borrowing FileDescriptor
    ) throws(SystemError) {
        if unsafe hearth_rename_noreplace(number, name, directory.number, newName) == 0 { return }
        let error = SystemError.last("rename", newName)
        // Network file systems may not know RENAME_NOREPLACE. For directories, which is what Hearth renames, the plain
        // call refuses as well: nothing but an empty directory is ever replaced.
        guard error.code == EINVAL else { throw error }
        guard unsafe renameat(number, name, directory.number, newName) == 0 else {
            throw SystemError.last("rename", newName)
        }
    }

    /// Moves the entry `name` to `newName` of `directory` in one step, taking the place of a file that is there.
    ///
    /// Throws ``SystemError``.
    package func rename(
        _ name: String, over newName: String, in directory: borrowing FileDescriptor
    ) throws(SystemError) {
        guard unsafe renameat(number, name, directory.number, newName) == 0 else {
            throw SystemError.last("rename", newName)
        }
    }

    /// Removes the entry `name` and, if it is a directory, everything in it; a symbolic link is removed, not followed.
    ///
    /// An entry that somebody else removes meanwhile is no error. Throws ``SystemError``, with ELOOP below `depthMax`
    /// directories.
    package func removeTree(_ name: String, depthMax: Int = 8) throws(SystemError) {
        if unsafe unlinkat(number, name, 0) == 0 || hearth_errno() == ENOENT { return }
        let unlinkError = SystemError.last("unlink", name)
        guard unlinkError.code == EISDIR || unlinkError.code == EPERM else { throw unlinkError }
        guard depthMax > 0 else { throw SystemError("rmdir", name, code: ELOOP) }
        let directory: FileDescriptor
        do {
            directory = try open(beneath: name, flags: O_RDONLY | O_DIRECTORY)
        } catch {
            if error.code == ENOENT { return }
            throw error.code == ENOTDIR ? unlinkError : error
        }
        for entry in try directory.entryNames(subject: name) {
            try directory.removeTree(entry, depthMax: depthMax - 1)
        }
        guard unsafe unlinkat(number, name, AT_REMOVEDIR) == 0 || hearth_errno() == ENOENT else {
            throw SystemError.last("rmdir", name)
        }
    }

    /// How ``lock(_:subject:)`` is taken.
    package enum LockMode: Sendable {
        /// Waits until nobody else has it.
        case exclusive
        /// At once or not at all; does not exclude others that ask in the same way.
        case sharedNow
        /// At once or not at all; nobody else has it.
        case exclusiveNow
    }

    /// Takes the advisory lock of the open file (flock(2)); the kernel gives it back when the last descriptor of this
    /// opening is closed, so also when the process dies.
    ///
    /// Returns false when somebody else has it. Throws ``SystemError``.
    package func lock(_ mode: LockMode, subject: String) throws(SystemError) -> Bool {
        let operation =
            switch mode {
            case .exclusive: LOCK_EX
            case .sharedNow: LOCK_SH | LOCK_NB
            case .exclusiveNow: LOCK_EX | LOCK_NB
            }
        while flock(number, operation) != 0 {
            switch hearth_errno() {
            case EINTR: continue
            case EWOULDBLOCK: return false
            default: throw SystemError.last("flock", subject)
            }
        }
        return true
    }

    /// Gives the advisory lock back.
    package func unlock() {
        _ = flock(number, LOCK_UN)
    }
}
