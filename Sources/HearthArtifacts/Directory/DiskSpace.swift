package import HearthCore
import CHearthLinux
import Glibc

/// How full the volume of the model directory is (R27).
package struct DiskSpace: Sendable, Hashable {
    package var total: ByteCount
    package var used: ByteCount
    /// What this user may still write: less than total - used where the file system keeps a reserve.
    package var free: ByteCount

    package init(total: ByteCount, used: ByteCount, free: ByteCount) {
        self.total = total
        self.used = used
        self.free = free
    }

    /// From how many percent on the volume counts as nearly full (R109).
    package static let warningPercent = 90

    /// Bytes that would have to go for ``percent`` to be at most `limit`.
    package func bytesAbove(percent limit: Int) -> Int {
        let usable = used.bytes + free.bytes
        return max(0, used.bytes - usable / 100 * limit)
    }

    /// The used share of what this user can use, as df(1) shows it: rounded up.
    package var percent: Int {
        let usable = used.bytes + free.bytes
        return usable > 0 ? Int((Double(used.bytes) * 100 / Double(usable)).rounded(.up)) : 100
    }

    /// The line to log as a warning (R81, R107); nil below ``warningPercent``.
    package var warning: String? {
        percent < Self.warningPercent
            ? nil : "⚠️ Disk usage \(percent)% (threshold: \(Self.warningPercent)%)"
    }
}

extension ModelDirectory {
    /// The space on the volume now.
    ///
    /// Throws `.system`.
    package func diskSpace() throws(ArtifactError) -> DiskSpace {
        var volume = statvfs()
        guard unsafe fstatvfs(root.number, &volume) == 0 else {
            throw ArtifactError(SystemError.last("statvfs", path), path: path)
        }
        let block = Int(volume.f_frsize)
        return DiskSpace(
            total: ByteCount(Int(volume.f_blocks) * block),
            used: ByteCount((Int(volume.f_blocks) - Int(volume.f_bfree)) * block),
            free: ByteCount(Int(volume.f_bavail) * block))
    }
}
