import Glibc
package import HearthArtifacts
import HearthCore
import HearthRegistry

/// Where a server keeps its ``LastKnownGood`` set: one small file, replaced as a whole.
///
/// In the model directory, beside the models that it names, or in a folder of the server's own where that directory
/// cannot be written.
package struct KnownGoodFile: Sendable {
    /// The name in the folder.
    package static let name = ".last-known-good.json"
    /// A name's entry is some 500 bytes: room for 30,000 names.
    private static let byteCountMax = 16 << 20
    private static let permissions: UInt32 = 0o644

    package let path: String
    /// What the set must be of.
    package let registry: String
    private let folder: String

    /// - Parameters:
    ///   - folder: an existing folder.
    ///   - registry: the registry's place, without passwords.
    package init(folder: String, registry: String) {
        self.folder = folder
        self.registry = registry
        path = "\(folder)/\(Self.name)"
    }

    /// The set that was written last; nil when there is no file, or it is another registry's.
    ///
    /// Throws `.corrupt` for a damaged file, `.tooLarge`, `.permissionDenied`, `.system`.
    package func read() throws(ArtifactError) -> LastKnownGood? {
        let bytes: [UInt8]
        do throws(SystemError) {
            let root = try FileDescriptor.open(folder, flags: O_RDONLY | O_DIRECTORY)
            let file = try root.open(beneath: Self.name, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
            let status = try file.status(subject: path)
            guard status.kind == .file, status.byteCount <= Self.byteCountMax else {
                throw SystemError("read", path, code: EFBIG)
            }
            var buffer = [UInt8](repeating: 0, count: Int(status.byteCount))
            let count = try unsafe buffer.withUnsafeMutableBufferPointer { buffer throws(SystemError) in
                try unsafe file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0, subject: path)
            }
            bytes = Array(buffer.prefix(count))
        } catch {
            guard error.code != ENOENT else { return nil }
            guard error.code != EFBIG else {
                throw ArtifactError(
                    .tooLarge, path: path, "no plain file of at most \(ByteCount(Self.byteCountMax)) found",
                    hint: "move it away; it is written anew as soon as the registry can be read")
            }
            throw ArtifactError(error, path: path)
        }
        let found = try LastKnownGood(json: bytes, path: path)
        return found.registry == registry ? found : nil
    }

    /// Puts `set` in the place of what is there: on the disk before the name is.
    ///
    /// Throws `.permissionDenied`, `.diskFull`, `.system`; what was there stays then.
    package func write(_ set: LastKnownGood) throws {
        let bytes = try set.json(path: path)
        // Servers that share the folder do not write into one another's file.
        let temporary = "\(Self.name).\(getpid())"
        do throws(SystemError) {
            let root = try FileDescriptor.open(folder, flags: O_RDONLY | O_DIRECTORY)
            let file = try root.open(
                beneath: temporary, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: Self.permissions)
            do throws(SystemError) {
                try file.setPermissions(Self.permissions, subject: temporary)
                try unsafe bytes.withUnsafeBufferPointer { buffer throws(SystemError) in
                    try unsafe file.write(UnsafeRawBufferPointer(buffer), subject: temporary)
                }
                try file.synchronize(subject: temporary)
                try root.rename(temporary, over: Self.name, in: root)
            } catch {
                try? root.removeTree(temporary)
                throw error
            }
            try root.synchronize(subject: folder)
        } catch {
            throw ArtifactError(error, path: path)
        }
    }
}
