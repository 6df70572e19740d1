import CHearthLinux
import Glibc

/// What fstat(2) says about an open file, as far as Hearth looks at it.
package struct FileStatus: Hashable, Sendable {
    /// What stands at a path.
    package enum Kind: Sendable {
        case file
        case directory
        case other
    }

    package var kind: Kind
    package var byteCount: Int64
    /// The nine permission bits and the three above them, such as 0o644.
    package var permissions: UInt32
    package var ownerID: UInt32
    package var modified: Timestamp

    init(_ raw: stat) {
        switch raw.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .directory
        default: kind = .other
        }
        byteCount = Int64(raw.st_size)
        permissions = raw.st_mode & 0o7777
        ownerID = raw.st_uid
        modified = Timestamp(
            microseconds: Int64(raw.st_mtim.tv_sec) &* 1_000_000 &+ Int64(raw.st_mtim.tv_nsec) / 1000)
    }
}
