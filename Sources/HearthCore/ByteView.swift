public import Glibc

/// Bytes that belong to somebody else, for the length of a call: a received frame, a field of a message, a name to look
/// up.
///
/// Public and inlinable because every field of every message goes through it from other modules, and only public code
/// is inlined across them; no product offers it.
///
/// Every access is checked against the bounds. Whoever makes one vouches that the memory outlives it; nobody keeps one.
@safe
public struct ByteView {
    /// The first byte.
    public let start: UnsafeRawPointer
    /// How many there are.
    public let count: Int

    /// `count` readable bytes at `start`; the pointer is not touched when `count` is 0.
    @inlinable
    public init(start: UnsafeRawPointer, count: Int) {
        precondition(count >= 0, "a view has no negative length")
        unsafe self.start = start
        self.count = count
    }

    /// The bytes of a buffer.
    @inlinable
    public init(_ buffer: UnsafeRawBufferPointer) {
        unsafe self.start = buffer.baseAddress ?? Self.nowhere
        count = buffer.count
    }

    /// The UTF-8 bytes of a text in the source.
    @inlinable
    public init(_ text: StaticString) {
        unsafe start = UnsafeRawPointer(text.utf8Start)
        count = text.utf8CodeUnitCount
    }

    /// No bytes.
    @inlinable
    public static var empty: ByteView { ByteView("") }

    /// Whether there are none.
    @inlinable
    public var isEmpty: Bool { count == 0 }

    /// The same bytes as the standard library names them.
    @inlinable
    public var buffer: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: start, count: count) }

    /// The byte at `index`; nil beyond the end.
    @inlinable @inline(__always)
    public func byte(at index: Int) -> UInt8? {
        guard index >= 0, index < count else { return nil }
        return unsafe start.load(fromByteOffset: index, as: UInt8.self)
    }

    /// The bytes from `offset`, `length` of them; nil when they are not all there.
    @inlinable @inline(__always)
    public func slice(from offset: Int, count length: Int) -> ByteView? {
        guard offset >= 0, length >= 0, offset <= count, length <= count - offset else { return nil }
        return unsafe ByteView(start: start + offset, count: length)
    }

    /// The bytes after the first `offset`; empty beyond the end.
    @inlinable
    public func dropping(_ offset: Int) -> ByteView {
        let skipped = Swift.min(Swift.max(offset, 0), count)
        return unsafe ByteView(start: start + skipped, count: count - skipped)
    }

    /// Whether these are the bytes of `text`.
    @inlinable @inline(__always)
    public func equals(_ text: StaticString) -> Bool {
        equals(ByteView(text))
    }

    /// Whether these are the same bytes.
    @inlinable @inline(__always)
    public func equals(_ other: ByteView) -> Bool {
        unsafe count == other.count && memcmp(start, other.start, count) == 0
    }

    /// A hash for tables of trusted keys, eight bytes at a time (the mixing of wyhash): not for keys that an attacker
    /// may choose to store.
    @inlinable @inline(__always)
    public var hash: UInt64 {
        var hash = UInt64(truncatingIfNeeded: count) ^ 0xA076_1D64_78BD_642F
        var offset = 0
        while count - offset >= 8 {
            let word = unsafe start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            hash = Self.mix(hash ^ word)
            offset += 8
        }
        var last: UInt64 = 0
        while offset < count {
            let byte = unsafe start.load(fromByteOffset: offset, as: UInt8.self)
            last = last << 8 | UInt64(byte)
            offset += 1
        }
        return Self.mix(hash ^ last)
    }

    @inlinable @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low
    }

    /// The bytes as text; what is not UTF-8 is replaced.
    public var text: String { unsafe String(decoding: buffer, as: UTF8.self) }

    @usableFromInline static var nowhere: UnsafeRawPointer {
        let text: StaticString = ""
        return unsafe UnsafeRawPointer(text.utf8Start)
    }
}
