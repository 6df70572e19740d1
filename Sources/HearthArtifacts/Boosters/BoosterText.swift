import Glibc

/// The bytes of a booster file as text.
extension [UInt8] {
    /// The text that the bytes of `range` are; nil when they are no UTF-8.
    func text(in range: Range<Int>) -> String? {
        // Nearly all is ASCII, for which the standard library's validation takes ten times as long.
        let isASCII = self[range].allSatisfy { $0 < 0x80 }
        return isASCII
            ? String(decoding: self[range], as: UTF8.self) : String(validating: self[range], as: UTF8.self)
    }

    /// Whether the bytes of `range` are those of `text`.
    func spells(_ text: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return unsafe self[range].withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return true }
            return unsafe memcmp(start, text.utf8Start, bytes.count) == 0
        }
    }

    /// Where in `range` `byte` is first.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        unsafe self[range].withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, let found = unsafe memchr(start, Int32(byte), bytes.count) else {
                return nil
            }
            return unsafe range.lowerBound + (UnsafeRawPointer(found) - start)
        }
    }
}
