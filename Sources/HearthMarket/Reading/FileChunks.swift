import Glibc
import HearthCore

/// A regular file, piece by piece.
enum FileChunks {
    private static let byteCount = 256 << 10

    /// Gives the content of `path` to `body`, in order.
    ///
    /// Throws ``MarketError`` when it is no regular file, larger than `byteCountMax` or cannot be read, and what `body`
    /// throws.
    static func read(
        _ path: String, byteCountMax: ByteCount, _ body: (ArraySlice<UInt8>) throws(MarketError) -> Void
    ) throws(MarketError) {
        let descriptor = try open(path)
        try check(descriptor, path, byteCountMax)
        var buffer = [UInt8](repeating: 0, count: byteCount)
        while true {
            let outcome: Result<Int, SystemError> = unsafe buffer.withUnsafeMutableBytes { bytes in
                do throws(SystemError) {
                    return .success(try unsafe descriptor.read(into: bytes, subject: path))
                } catch {
                    return .failure(error)
                }
            }
            switch outcome {
            case .success(0): return
            case .success(let count): try body(buffer[0..<count])
            case .failure(let error): throw failure(path, "read", error)
            }
        }
    }

    private static func open(_ path: String) throws(MarketError) -> FileDescriptor {
        do throws(SystemError) {
            return try FileDescriptor.open(path, flags: O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        } catch {
            throw failure(path, "opened", error)
        }
    }

    private static func check(
        _ descriptor: borrowing FileDescriptor, _ path: String, _ byteCountMax: ByteCount
    ) throws(MarketError) {
        let status: FileStatus
        do throws(SystemError) {
            status = try descriptor.status(subject: path)
        } catch {
            throw failure(path, "looked at", error)
        }
        guard status.kind == .file else {
            throw MarketError(.unreadable, path: path, "is not a regular file", hint: "give a file of bars")
        }
        let size = ByteCount(Int(status.byteCount))
        guard size <= byteCountMax else {
            throw MarketError(
                .badData, path: path, "has \(size), at most \(byteCountMax) are read",
                hint: "give a file of a shorter time")
        }
    }

    private static func failure(_ path: String, _ what: String, _ cause: SystemError) -> MarketError {
        MarketError(
            .unreadable, path: path, "cannot be \(what) (\(SystemError.text(of: cause.code)))",
            hint: "check the path and its permissions", cause: cause)
    }
}
