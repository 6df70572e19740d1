import Glibc
import HearthTestSupport

/// A file as shm_open makes it, in a folder that stands for /dev/shm.
final class SharedFile {
    let folder: TemporaryFolder
    let key: String
    private var path: String { folder.file(String(key.dropFirst())) }

    init(_ bytes: [UInt8], key: String = "/rows", in folder: TemporaryFolder) throws {
        self.folder = folder
        self.key = key
        try write(bytes)
    }

    convenience init<Element: BitwiseCopyable>(
        of elements: [Element], key: String = "/rows", in folder: TemporaryFolder
    ) throws {
        try self.init(unsafe elements.withUnsafeBytes { unsafe Array($0) }, key: key, in: folder)
    }

    /// Makes the file anew with these bytes.
    func write(_ bytes: [UInt8]) throws {
        let descriptor = unsafe open(path, O_CREAT | O_RDWR | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw SharedFileError() }
        defer { close(descriptor) }
        guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw SharedFileError() }
    }

    func truncate(to byteCount: Int) throws {
        guard unsafe Glibc.truncate(path, byteCount) == 0 else { throw SharedFileError() }
    }

    /// What is in the file now.
    func bytes() throws -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY)
        guard descriptor >= 0 else { throw SharedFileError() }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw SharedFileError() }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        guard unsafe read(descriptor, &bytes, bytes.count) == bytes.count else { throw SharedFileError() }
        return bytes
    }

    func numbers<Number: BitwiseCopyable>(_ type: Number.Type, from offset: Int, count: Int) throws -> [Number] {
        let bytes = try bytes()
        return unsafe bytes.withUnsafeBytes { bytes in
            (0..<count).map { unsafe bytes.loadUnaligned(fromByteOffset: offset + $0 * 8, as: type) }
        }
    }

    struct SharedFileError: Error {}
}
