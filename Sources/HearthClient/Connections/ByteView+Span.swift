import Glibc
import HearthCore

extension Span where Element == UInt8 {
    /// Lends the bytes as a ``ByteView`` for the length of a call.
    @inline(__always)
    func withView<Value, Failure: Error>(
        _ body: (ByteView) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        unsafe try withUnsafeBytes { buffer throws(Failure) in unsafe try body(ByteView(buffer)) }
    }
}

extension Span where Element == Double {
    /// Lends the values as a pointer for the length of a call.
    @inline(__always)
    package func withPointer<Value, Failure: Error>(
        _ body: (UnsafeBufferPointer<Double>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        unsafe try withUnsafeBufferPointer { buffer throws(Failure) in unsafe try body(buffer) }
    }
}

extension ByteView {
    /// Whether these are the bytes of `text`, without making text of them.
    @inline(__always)
    func equals(_ text: String) -> Bool {
        let utf8 = text.utf8
        guard utf8.count == count else { return false }
        let isEqual = unsafe utf8.withContiguousStorageIfAvailable { other in
            guard let address = other.baseAddress else { return true }
            return unsafe memcmp(start, address, count) == 0
        }
        return isEqual ?? (self.text == text)
    }
}
