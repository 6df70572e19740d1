import Glibc
import HearthCore

/// The content from its start to its end: every read is checked against what is left.
@safe
struct PickleReader {
    private let start: UnsafeRawPointer
    let count: Int
    let path: String
    private(set) var offset = 0

    /// Reads bytes that outlive the reader.
    init(_ bytes: UnsafeRawBufferPointer, path: String) {
        unsafe start = ByteView(bytes).start
        count = bytes.count
        self.path = path
    }

    var left: Int { count &- offset }

    /// The next byte.
    @inline(__always)
    mutating func byte(_ what: StaticString) throws(ArtifactError) -> UInt8 {
        guard offset < count else { throw truncated(what, 1) }
        let value = unsafe start.load(fromByteOffset: offset, as: UInt8.self)
        offset &+= 1
        return value
    }

    /// The next `byteCount` bytes as a little-endian number.
    @inline(__always)
    mutating func little<Value: FixedWidthInteger>(_ what: StaticString) throws(ArtifactError) -> Value {
        let size = MemoryLayout<Value>.size
        guard size <= left else { throw truncated(what, size) }
        let value = unsafe start.loadUnaligned(fromByteOffset: offset, as: Value.self)
        offset &+= size
        return Value(littleEndian: value)
    }

    /// Passes over `byteCount` bytes and tells where they start.
    mutating func skip(_ byteCount: UInt64, _ what: StaticString) throws(ArtifactError) -> Int {
        guard let count = Int(exactly: byteCount), count <= left else {
            throw ArtifactError(
                .truncated, path: path, byteOffset: offset,
                "\(byteCount) bytes of \(what) announced, \(left) are left", hint: Self.truncatedHint)
        }
        defer { offset &+= count }
        return offset
    }

    /// The range of the next line without its newline.
    mutating func line(_ what: StaticString, atMost byteCountMax: Int) throws(ArtifactError) -> Range<Int> {
        let room = min(left, byteCountMax &+ 1)
        guard let end = unsafe memchr(start + offset, 0x0A, room) else {
            guard left > byteCountMax else { throw truncated(what, left &+ 1) }
            throw ArtifactError(
                .corrupt, path: path, byteOffset: offset,
                "a line of more than \(byteCountMax) bytes found where \(what) was expected",
                hint: Self.damageHint)
        }
        let begin = offset
        let length = unsafe UnsafeRawPointer(end) - (start + offset)
        offset &+= length &+ 1
        return begin..<begin &+ length
    }

    /// Bytes that were passed before; empty when they are not all there.
    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        guard range.lowerBound >= 0, range.upperBound <= count else {
            return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return unsafe UnsafeRawBufferPointer(start: start + range.lowerBound, count: range.count)
    }

    @inline(never)
    private func truncated(_ what: StaticString, _ byteCount: Int) -> ArtifactError {
        ArtifactError(
            .truncated, path: path, byteOffset: offset,
            "the file ends where \(what) was expected (\(byteCount) bytes needed, \(left) left)",
            hint: Self.truncatedHint)
    }

    static let truncatedHint = "copy the file again from where it was saved, or save the model again"
    static let damageHint = "the file is damaged or was not written by Python's pickle: save the model again"
}
