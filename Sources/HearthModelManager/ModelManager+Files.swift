import Glibc
package import HearthArtifacts
import HearthCore
import HearthLifecycle

/// The specification's small operations on files (R23-R28).
extension ModelManager {
    /// R27: how full the volume is.
    package struct DiskUsage: Sendable, Hashable {
        package var totalGB: Double
        package var usedGB: Double
        package var freeGB: Double
        /// As df(1) shows it; from 90 on it is a warning (R109).
        package var percent: Int
    }

    /// R23: makes the model directory, with permissions 0755 (R64), when it is missing.
    ///
    /// Throws `ArtifactError`.
    package func ensureDirectoryExists() throws {
        _ = try ModelDirectory(directory.path, create: true, limits: directory.limits)
    }

    /// R25: whether a path of the model directory names a model that can be served: a version's folder, or a file of
    /// another library that Hearth computes.
    package func validateModelFile(_ path: String) -> Bool {
        do {
            switch try directory.model(named: path) {
            case .version(let id): _ = try LoadedVersion.model(of: directory.open(id))
            case .file(let file):
                _ = try ModelImport.convert(
                    directory.readOriginal(file),
                    limits: ImportLimits(fileByteCountMax: directory.limits.fileByteCountMax))
            }
            return true
        } catch {
            return false
        }
    }

    /// R26: the size of a file, or of all files of a version's folder.
    ///
    /// Throws `ArtifactError`, also for a path that leads out of the model directory.
    package func getFileSizeKB(_ path: String) throws -> Double {
        switch try directory.model(named: path) {
        case .version(let id):
            let manifest = try directory.manifest(of: id).manifest
            return Double(manifest.files.reduce(0) { $0 + $1.byteCount }) / 1024
        case .file(let file):
            let subject = try directory.validatePath(file)
            let descriptor = try FileDescriptor.open(subject, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
            return Double(try descriptor.status(subject: subject).byteCount) / 1024
        }
    }

    /// R27: the space on the volume of the model directory; warns above 90 percent (R81, R107).
    ///
    /// Throws `ArtifactError`.
    package func checkDiskSpace() throws -> DiskUsage {
        let disk = try directory.diskSpace()
        if let warning = disk.warning { warn(warning) }
        func gigabytes(_ count: ByteCount) -> Double { Double(count.bytes) / 1_073_741_824 }
        return DiskUsage(
            totalGB: gigabytes(disk.total), usedGB: gigabytes(disk.used), freeGB: gigabytes(disk.free),
            percent: disk.percent)
    }

    /// R28: the absolute path, which lies inside the model directory.
    ///
    /// Throws `ArtifactError` («Path traversal attempt detected»).
    package func validatePath(_ path: String) throws(ArtifactError) -> String {
        try directory.validatePath(path)
    }
}
