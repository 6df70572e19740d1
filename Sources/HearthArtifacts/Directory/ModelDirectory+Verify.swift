package import HearthCore
import Glibc

extension ModelDirectory {
    /// What is wrong with the files that a version's manifest lists: gone, of another size, of other bytes.
    ///
    /// Throws `.notFound`, `.permissionDenied`, `.system` when the folder cannot be read.
    package func problems(ofFilesOf id: ModelID, _ manifest: Manifest) throws(ArtifactError) -> [String] {
        let folder = try openFolder(id)
        var problems: [String] = []
        for file in manifest.files {
            let subject = "\(path(of: id))/\(file.name)"
            do throws(SystemError) {
                let descriptor = try folder.open(beneath: file.name, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
                let status = try descriptor.status(subject: subject)
                guard status.kind == .file, status.byteCount == file.byteCount else {
                    problems.append("\(file.name): \(status.byteCount) bytes found, \(file.byteCount) listed")
                    continue
                }
                let digest = try Self.digest(of: descriptor, byteCount: file.byteCount, subject: subject)
                if digest != file.digest {
                    let found = digest.map { "\($0)" } ?? "none"
                    problems.append("\(file.name): SHA-256 \(found) found, \(file.digest) listed")
                }
            } catch {
                problems.append("\(file.name): \(error)")
            }
        }
        return problems
    }

    /// Reads piece by piece: a file may be larger than one wants in memory.
    private static func digest(
        of file: borrowing FileDescriptor, byteCount: Int, subject: String
    ) throws(SystemError) -> SHA256Digest? {
        var hasher = SHA256Hasher()
        var chunk = [UInt8](repeating: 0, count: 256 << 10)
        var offset = 0
        while offset < byteCount {
            let count = try unsafe chunk.withUnsafeMutableBufferPointer { buffer throws(SystemError) in
                try unsafe file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset, subject: subject)
            }
            guard count > 0 else { break }
            unsafe chunk.withUnsafeBytes { bytes in
                unsafe hasher.update(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            }
            offset += count
        }
        return hasher.finish()
    }
}
