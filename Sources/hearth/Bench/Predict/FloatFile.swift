import Glibc
import HearthCore

/// Files of little-endian float64 and nothing else, as `numpy.ndarray.tofile` writes them.
enum FloatFile {
    /// At most a gigabyte: rows for a measurement are a few hundred kilobytes.
    private static let byteCountMax: Int64 = 1 << 30

    static func read(_ path: String) throws -> [Double] {
        let file = try FileDescriptor.open(path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
        let status = try file.status(subject: path)
        guard status.kind == .file, status.byteCount <= byteCountMax, status.byteCount % 8 == 0 else {
            throw DataError("\(path): a plain file of whole float64 expected, at most \(byteCountMax) bytes of them")
        }
        let count = Int(status.byteCount) / 8
        var values = [Double](repeating: 0, count: count)
        let read = try unsafe values.withUnsafeMutableBytes { bytes in
            try unsafe file.read(into: bytes, at: 0, subject: path)
        }
        guard read == count * 8 else { throw DataError("\(path): the file shrank while it was read") }
        return values
    }

    static func write(_ values: [Double], to path: String) throws {
        let file = try FileDescriptor.open(path, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
        try unsafe values.withUnsafeBytes { bytes in try unsafe file.write(bytes, subject: path) }
    }
}
