import HearthCore

/// Protobuf's variable-length integers and length-delimited fields, as they are written.
enum VarInt {
    @inline(__always)
    static func byteCount(_ value: UInt64) -> Int {
        let bits = 64 - max(value, 1).leadingZeroBitCount
        return (bits + 6) / 7
    }

    /// Bytes of a length-delimited field with a one-byte tag; none at all when it is empty, as proto3 has it.
    @inline(__always)
    static func fieldByteCount(_ count: Int) -> Int {
        count == 0 ? 0 : 1 + byteCount(UInt64(count)) + count
    }

    @inline(__always)
    static func write(_ value: UInt64, to cursor: inout UnsafeMutableRawPointer) {
        var rest = value
        while rest >= 0x80 {
            unsafe cursor.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
            unsafe cursor += 1
            rest >>= 7
        }
        unsafe cursor.storeBytes(of: UInt8(rest), as: UInt8.self)
        unsafe cursor += 1
    }

    /// Writes the tag and the length of a length-delimited field; nothing when it is empty.
    @inline(__always)
    static func writeFieldHeader(_ number: UInt8, byteCount: Int, to cursor: inout UnsafeMutableRawPointer) {
        guard byteCount > 0 else { return }
        unsafe cursor.storeBytes(of: number << 3 | 2, as: UInt8.self)
        unsafe cursor += 1
        unsafe write(UInt64(byteCount), to: &cursor)
    }

    @inline(__always)
    static func writeField(_ number: UInt8, _ view: ByteView, to cursor: inout UnsafeMutableRawPointer) {
        guard view.count > 0 else { return }
        unsafe writeFieldHeader(number, byteCount: view.count, to: &cursor)
        unsafe cursor.copyMemory(from: view.start, byteCount: view.count)
        unsafe cursor += view.count
    }

    /// Bytes of a varint field with a one-byte tag; none when it is 0, as proto3 has it.
    @inline(__always)
    static func scalarByteCount(_ value: Int) -> Int {
        value == 0 ? 0 : 1 + byteCount(UInt64(bitPattern: Int64(value)))
    }

    @inline(__always)
    static func writeScalar(_ number: UInt8, _ value: Int, to cursor: inout UnsafeMutableRawPointer) {
        guard value != 0 else { return }
        unsafe writeTag(number, 0, to: &cursor)
        unsafe write(UInt64(bitPattern: Int64(value)), to: &cursor)
    }

    @inline(__always)
    static func writeTag(_ number: UInt8, _ wireType: UInt8, to cursor: inout UnsafeMutableRawPointer) {
        unsafe cursor.storeBytes(of: number << 3 | wireType, as: UInt8.self)
        unsafe cursor += 1
    }

    /// Writes a double; nothing when it is 0 with a plus sign, as proto3 has it.
    @inline(__always)
    static func writeDouble(_ number: UInt8, _ value: Double, to cursor: inout UnsafeMutableRawPointer) {
        guard value.bitPattern != 0 else { return }
        unsafe writeTag(number, 1, to: &cursor)
        unsafe cursor.storeBytes(of: value.bitPattern.littleEndian, as: UInt64.self)
        unsafe cursor += 8
    }

    /// Writes one element of a repeated text field: also when it is empty.
    static func writeText(_ number: UInt8, _ text: String, to cursor: inout UnsafeMutableRawPointer) {
        unsafe writeTag(number, 2, to: &cursor)
        var text = text
        text.withUTF8 { bytes in
            unsafe write(UInt64(bytes.count), to: &cursor)
            if let start = bytes.baseAddress {
                unsafe cursor.copyMemory(from: start, byteCount: bytes.count)
                unsafe cursor += bytes.count
            }
        }
    }
}
