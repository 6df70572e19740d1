import Glibc
import HearthCore

/// The lines of a file, one after the other, with one buffer.
struct LineFile: ~Copyable {
    private let path: String
    private let file: FileDescriptor
    private var buffer: [UInt8] = []
    private var position = 0
    private var offset = 0
    private var isAtEnd = false

    private static let chunkByteCount = 256 << 10
    /// No log has such a line.
    private static let lineByteCountMax = 1 << 20

    init(_ path: String) throws(StrategyError) {
        self.path = path
        do throws(SystemError) {
            file = try FileDescriptor.open(path, flags: O_RDONLY)
        } catch {
            throw StrategyError(.badLog, "the log cannot be opened: \(error)", cause: error)
        }
    }

    /// The next line without its end; nil at the end of the file.
    mutating func next() throws(StrategyError) -> ArraySlice<UInt8>? {
        while true {
            if let end = buffer[position...].firstIndex(of: 0x0A) {
                defer { position = end + 1 }
                return buffer[position..<end]
            }
            if isAtEnd {
                defer { position = buffer.count }
                return position < buffer.count ? buffer[position...] : nil
            }
            guard buffer.count - position <= Self.lineByteCountMax else {
                throw StrategyError(.badLog, "'\(path)' has a line of more than \(Self.lineByteCountMax) bytes")
            }
            try fill()
        }
    }

    private mutating func fill() throws(StrategyError) {
        buffer.removeSubrange(..<position)
        position = 0
        do throws(SystemError) {
            let chunk = try file.bytes(at: offset, count: Self.chunkByteCount, subject: path)
            isAtEnd = chunk.count < Self.chunkByteCount
            offset += chunk.count
            buffer.append(contentsOf: chunk)
        } catch {
            throw StrategyError(.badLog, "the log cannot be read: \(error)", cause: error)
        }
    }
}
