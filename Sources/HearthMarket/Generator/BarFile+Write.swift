import Glibc
import HearthCore

extension BarFile {
    /// Bytes that are written at a time.
    private static let pieceByteCount = 256 << 10

    /// Writes generated bars as CSV with their regimes to `path`; a file that is there is replaced once the new one is
    /// whole, anything else (a link such as `/dev/stdout`, a pipe) is written to.
    ///
    /// Throws ``MarketError``.
    package static func write(_ bars: [BarGenerator.GeneratedBar], to path: String) throws(MarketError) {
        let unfinished = "\(path).\(getpid()).unfinished"
        do throws(SystemError) {
            if try writeToStream(bars, path) { return }
            let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
            try writeAll(bars, FileDescriptor.open(unfinished, flags: flags, mode: 0o644), unfinished)
            guard unsafe rename(unfinished, path) == 0 else { throw SystemError.last("rename", path) }
        } catch {
            _ = unsafe unlink(unfinished)
            throw MarketError(
                .unreadable, path: path, "cannot be written (\(SystemError.text(of: error.code)))",
                hint: "check that the folder exists and may be written to", cause: error)
        }
    }

    /// Writes to what is at `path` when that is no regular file, such as a symbolic link; false, with nothing done,
    /// when it is one or nothing.
    private static func writeToStream(
        _ bars: [BarGenerator.GeneratedBar], _ path: String
    ) throws(SystemError) -> Bool {
        var found = stat()
        guard unsafe lstat(path, &found) == 0, ![S_IFREG, S_IFDIR].contains(found.st_mode & S_IFMT) else {
            return false
        }
        try writeAll(bars, FileDescriptor.open(path, flags: O_WRONLY | O_TRUNC | O_CLOEXEC), path)
        return true
    }

    private static func writeAll(
        _ bars: [BarGenerator.GeneratedBar], _ descriptor: borrowing FileDescriptor, _ path: String
    ) throws(SystemError) {
        var text = Array("\(BarText.header),regime\n".utf8)
        for generated in bars {
            text += Array("\(BarText.csvLine(generated.bar)),\(generated.regime.rawValue)\n".utf8)
            if text.count >= pieceByteCount {
                try write(text, descriptor, path)
                text.removeAll(keepingCapacity: true)
            }
        }
        try write(text, descriptor, path)
    }

    private static func write(
        _ text: [UInt8], _ descriptor: borrowing FileDescriptor, _ path: String
    ) throws(SystemError) {
        let outcome: Result<Void, SystemError> = unsafe text.withUnsafeBytes { bytes in
            do throws(SystemError) {
                return .success(try unsafe descriptor.write(bytes, subject: path))
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }
}
