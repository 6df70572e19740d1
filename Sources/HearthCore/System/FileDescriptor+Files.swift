import CHearthLinux
import Glibc

/// Opening, looking at and reading files; every descriptor is close-on-exec.
extension FileDescriptor {
    /// Opens `path` as open(2) does, following symbolic links.
    ///
    /// Throws ``SystemError``.
    package static func open(_ path: String, flags: Int32, mode: UInt32 = 0) throws(SystemError) -> FileDescriptor {
        let number = unsafe hearth_open(path, flags, mode)
        guard number >= 0 else { throw SystemError.last("open", path) }
        return FileDescriptor(owning: number)
    }

    /// Opens `path` beneath this directory: neither `..`, nor a symbolic link, nor an absolute path leads anywhere.
    ///
    /// openat2(2) where the kernel has it and the sandbox lets it through; otherwise one component after the other,
    /// which gives the same guarantee. Throws ``SystemError`` with EXDEV or ELOOP when `path` would leave the
    /// directory.
    package func open(beneath path: String, flags: Int32, mode: UInt32 = 0) throws(SystemError) -> FileDescriptor {
        let number = unsafe hearth_open_beneath(self.number, path, flags, mode)
        if number >= 0 { return FileDescriptor(owning: number) }
        let error = SystemError.last("open", path)
        // Older kernels answer ENOSYS, older container sandboxes EPERM.
        guard error.code == ENOSYS || error.code == EPERM else { throw error }
        return try openByComponents(path, flags: flags, mode: mode)
    }

    /// What ``open(beneath:flags:mode:)`` does without openat2(2).
    package func openByComponents(
        _ path: String, flags: Int32, mode: UInt32 = 0
    ) throws(SystemError) -> FileDescriptor {
        let components = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard components.allSatisfy({ !$0.isEmpty && $0 != ".." }) else {
            throw SystemError("open", path, code: EXDEV)
        }
        var directory = try openEntry(".", flags: O_RDONLY | O_DIRECTORY, mode: 0)
        for component in components.dropLast() {
            directory = try directory.openEntry(component, flags: O_RDONLY | O_DIRECTORY, mode: 0)
        }
        return try directory.openEntry(components[components.count - 1], flags: flags, mode: mode)
    }

    private func openEntry(_ name: String, flags: Int32, mode: UInt32) throws(SystemError) -> FileDescriptor {
        let number = unsafe hearth_openat(self.number, name, flags | O_NOFOLLOW, mode)
        guard number >= 0 else { throw SystemError.last("open", name) }
        return FileDescriptor(owning: number)
    }

    /// What the open file is.
    ///
    /// Throws ``SystemError``.
    package func status(subject: String) throws(SystemError) -> FileStatus {
        var raw = stat()
        guard unsafe fstat(number, &raw) == 0 else { throw SystemError.last("fstat", subject) }
        return FileStatus(raw)
    }

    /// Reads from `offset` until `buffer` is full or the file ends, without moving the descriptor's own offset; returns
    /// the bytes read.
    ///
    /// Throws ``SystemError``.
    package func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: Int, subject: String
    ) throws(SystemError) -> Int {
        var done = 0
        while done < buffer.count {
            let count = unsafe pread(
                number, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset + done))
            if count < 0 {
                if hearth_errno() == EINTR { continue }
                throw SystemError.last("read", subject)
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Writes all of `bytes` from `offset` on, without moving the descriptor's own offset.
    ///
    /// Throws ``SystemError``.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int, subject: String) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe pwrite(
                number, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
            if count < 0 {
                if hearth_errno() == EINTR { continue }
                throw SystemError.last("write", subject)
            }
            done += count
        }
    }

    /// Sets the permission bits whatever the umask is.
    ///
    /// Throws ``SystemError``.
    package func setPermissions(_ mode: UInt32, subject: String) throws(SystemError) {
        guard fchmod(number, mode) == 0 else { throw SystemError.last("chmod", subject) }
    }
}
