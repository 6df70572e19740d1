import Glibc
import HearthCore

/// The file of an engine's decisions: one JSON object per line, one line per bar, never two for the same bar.
///
/// It is the truth about what was decided: an engine that starts anew reads its last record and goes on after it. A
/// line goes to the system in one write before the decision counts, so a killed process loses nothing and a machine
/// that loses its power at most a torn last line, which is cut when the log is opened. One process at a time; one
/// thread at a time.
package final class SignalLog {
    /// No record is longer.
    private static let lineByteCountMax = 64 << 10

    package let path: String
    /// The last record that was in the file when it was opened; nil for a new log.
    package let last: SignalRecord?
    /// Bytes of a line without an end that were cut.
    package let tornByteCount: Int

    private let file: FileDescriptor
    private var byteCount: Int
    private let isSynchronized: Bool

    /// Opens a log, or begins one.
    ///
    /// - Parameter isSynchronized: wait at every record until the disk has it.
    /// - Throws: ``StrategyError`` when the file cannot be used, another process writes it, or its last line is no
    ///   record.
    package init(path: String, isSynchronized: Bool = false) throws(StrategyError) {
        self.path = path
        self.isSynchronized = isSynchronized
        file = try Self.open(path)
        let (size, tail) = try Self.tail(of: file, path)
        let end = tail.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        guard end > 0 || size <= Self.lineByteCountMax else {
            throw StrategyError(
                .badLog, "the last \(tail.count) bytes of '\(path)' have no line end",
                hint: "this is no signal log; name another file")
        }
        tornByteCount = tail.count - end
        byteCount = size - tornByteCount
        last = try Self.lastRecord(tail[..<end], path)
        guard tornByteCount == 0 || ftruncate(file.number, byteCount) == 0 else {
            throw StrategyError(
                .system, "the torn last line of '\(path)' cannot be cut: \(SystemError.last("ftruncate"))")
        }
    }

    /// Adds a record.
    ///
    /// Throws ``StrategyError`` when it is not in the file; the file then is as it was, and the decision must not
    /// count.
    package func append(_ record: SignalRecord) throws(StrategyError) {
        let line = record.line
        do throws(SystemError) {
            try file.write(line, at: byteCount, subject: path)
            if isSynchronized { try file.synchronize(subject: path) }
        } catch {
            // A part of the line may be there: without it the file ends with a whole record.
            _ = ftruncate(file.number, byteCount)
            throw StrategyError(
                .system, "the signal of \(record.closeTime.iso8601) cannot be logged: \(error)",
                hint: "make room on the disk and start the engine again; it goes on after the last record",
                cause: error)
        }
        byteCount += line.count
    }

    private static func open(_ path: String) throws(StrategyError) -> FileDescriptor {
        do throws(SystemError) {
            let file = try FileDescriptor.open(path, flags: O_RDWR | O_CREAT, mode: 0o644)
            if try file.lock(.exclusiveNow, subject: path) { return file }
        } catch {
            throw StrategyError(.system, "the signal log cannot be opened: \(error)", cause: error)
        }
        throw StrategyError(
            .system, "another engine writes '\(path)'", hint: "give this one a log of its own, or stop the other")
    }

    private static func tail(
        of file: borrowing FileDescriptor, _ path: String
    ) throws(StrategyError) -> (size: Int, tail: [UInt8]) {
        do throws(SystemError) {
            let size = Int(try file.status(subject: path).byteCount)
            let count = min(size, lineByteCountMax)
            return (size, try file.bytes(at: size - count, count: count, subject: path))
        } catch {
            throw StrategyError(.system, "the signal log cannot be read: \(error)", cause: error)
        }
    }

    private static func lastRecord(_ lines: ArraySlice<UInt8>, _ path: String) throws(StrategyError) -> SignalRecord? {
        guard let line = lines.split(separator: 0x0A).last else { return nil }
        guard let record = SignalRecord(line: Array(line)) else {
            throw StrategyError(
                .badLog,
                "the last line of '\(path)' is no signal: \(String(decoding: line.prefix(80), as: UTF8.self))",
                hint: "name another file, or move this one away")
        }
        return record
    }
}
