/// Bytes that belong to somebody else, for the length of a call: a received frame, a field of a message, a name to look
/// up.
///
/// Every access is checked against the bounds. Whoever makes one vouches that the memory outlives it; nobody keeps one.
@safe
package struct ByteView {
    package let start: UnsafeRawPointer
    package let count: Int

    /// `count` readable bytes at `start`; the pointer is not touched when `count` is 0.
    package init(start: UnsafeRawPointer, count: Int) {
        precondition(count >= 0, "a view has no negative length")
        unsafe self.start = start
        self.count = count
    }

    package init(_ buffer: UnsafeRawBufferPointer) {
        unsafe self.start = buffer.baseAddress ?? Self.nowhere
        count = buffer.count
    }

    package init(_ text: StaticString) {
        unsafe start = UnsafeRawPointer(text.utf8Start)
        count = text.utf8CodeUnitCount
    }

    /// No bytes.
    package static var empty: ByteView { ByteView("") }

    package var isEmpty: Bool { count == 0 }

    package var buffer: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: start, count: count) }

    /// The byte at `index`; nil beyond the end.
    @inline(__always)
    package func byte(at index: Int) -> UInt8? {
        guard index >= 0, index < count else { return nil }
        return unsafe start.load(fromByteOffset: index, as: UInt8.self)
    }

    /// The bytes from `offset`, `length` of them; nil when they are not all there.
    @inline(__always)
    package func slice(from offset: Int, count length: Int) -> ByteView? {
        guard offset >= 0, length >= 0, offset <= count, length <= count - offset else { return nil }
        return unsafe ByteView(start: start + offset, count: length)
    }

    /// The bytes after the first `offset`; empty beyond the end.
    package func dropping(_ offset: Int) -> ByteView {
        let skipped = Swift.min(Swift.max(offset, 0), count)
        return unsafe ByteView(start: start + skipped, count: count - skipped)
    }

    /// Whether these are the bytes of `text`.
    @inline(__always)
    package func equals(_ text: StaticString) -> Bool {
        equals(ByteView(text))
    }

    /// Whether these are the same bytes as those of `other`.
    @inline(__always)
    package func equals(_ other: ByteView) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count
        where unsafe start.load(fromByteOffset: index, as: UInt8.self)
            != other.start.load(fromByteOffset: index, as: UInt8.self)
        {
            return false
        }
        return true
    }

    /// The bytes as text; what is not UTF-8 is replaced.
    package var text: String { unsafe String(decoding: buffer, as: UTF8.self) }

    private static var nowhere: UnsafeRawPointer {
        let text: StaticString = ""
        return unsafe UnsafeRawPointer(text.utf8Start)
    }
}
