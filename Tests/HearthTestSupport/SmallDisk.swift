import Foundation
import Glibc

/// A file system in memory that is soon full, mounted over a folder until the end of its life: for what happens when a
/// disk is. Root only.
package final class SmallDisk {
    /// Whether this process may mount: tests that need it are skipped where it may not.
    package static let isPossible: Bool = {
        guard geteuid() == 0, let folder = try? TemporaryFolder() else { return false }
        return (try? SmallDisk(folder.path, byteCount: 1 << 20)) != nil
    }()

    package let path: String

    /// Mounts it over the folder `path`, which is made where it is missing.
    package init(_ path: String, byteCount: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard unsafe mount("tmpfs", path, "tmpfs", 0, "size=\(byteCount),mode=755") == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
        }
    }

    deinit { unsafe umount2(path, Int32(MNT_DETACH)) }

    /// Writes files until there is no room for another; returns their paths.
    package func fill() throws -> [String] {
        var paths: [String] = []
        for byteCount in [1 << 16, 1 << 12] {
            var isFull = false
            while !isFull {
                let path = "\(path)/ballast-\(paths.count)"
                paths.append(path)
                do {
                    try Data(repeating: 1, count: byteCount).write(to: URL(fileURLWithPath: path))
                } catch {
                    isFull = true
                }
            }
        }
        return paths
    }
}
