import Glibc

/// Which file a path names now.
///
/// A database that was moved away or replaced keeps its path, but not its identity.
struct FileIdentity: Hashable, Sendable {
    private var device: UInt64
    private var inode: UInt64

    /// nil when there is no such file, or it cannot be reached.
    init?(path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }
}
