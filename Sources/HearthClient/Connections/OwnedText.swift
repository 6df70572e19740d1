package import HearthCore

/// The UTF-8 bytes of a text at a place of their own, so that they can be viewed without a copy for as long as the
/// owner lives.
@safe
package struct OwnedText: ~Copyable {
    private let memory: UnsafeMutableRawPointer
    private let count: Int

    /// Copies the bytes of `text`.
    package init(_ text: String) {
        let bytes = Array(text.utf8)
        count = bytes.count
        unsafe memory = .allocate(byteCount: max(1, bytes.count), alignment: 1)
        unsafe UnsafeMutableRawBufferPointer(start: memory, count: bytes.count).copyBytes(from: bytes)
    }

    deinit {
        unsafe memory.deallocate()
    }

    /// The bytes, for as long as the owner lives.
    package var view: ByteView { unsafe ByteView(start: memory, count: count) }
}
