import Glibc
package import HearthCore

/// Small files of the engine's own: replaced in one step, so that a reader sees the old or the new one whole.
package enum StateFile {
    /// Replaces the file at `path`.
    ///
    /// Throws ``SystemError``; the old file then stands.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(SystemError) {
        let staged = "\(path).new"
        let file = try FileDescriptor.open(staged, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
        try file.write(bytes, at: 0, subject: staged)
        guard unsafe rename(staged, path) == 0 else { throw SystemError.last("rename", path) }
    }

    /// Whether there is anything at `path`.
    package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Removes the file at `path`; one that is not there is no error.
    ///
    /// Throws ``SystemError``.
    package static func remove(_ path: String) throws(SystemError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw SystemError.last("unlink", path) }
    }
}
