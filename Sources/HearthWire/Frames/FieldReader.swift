import HearthCore

/// Walks the fields of one protobuf message without copying. Source: protobuf's "Encoding" page.
struct FieldReader {
    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case bytes(ByteView)
        case fixed32
    }

    /// Whether the bytes turned out to be no protobuf message.
    private(set) var failed = false
    private let bytes: ByteView
    private var offset = 0

    init(_ bytes: ByteView) {
        self.bytes = bytes
    }

    /// The next field; nil at the end and after a failure.
    @inline(__always)
    mutating func next() -> (number: UInt64, value: Value)? {
        guard offset < bytes.count, !failed else { return nil }
        guard let tag = varint(), tag >> 3 > 0, tag >> 3 < 1 << 29 else { return fail() }
        switch tag & 7 {
        case 0:
            guard let value = varint() else { return fail() }
            return (tag >> 3, .varint(value))
        case 1:
            guard let view = bytes.slice(from: offset, count: 8) else { return fail() }
            offset += 8
            return unsafe (tag >> 3, .fixed64(UInt64(littleEndian: view.start.loadUnaligned(as: UInt64.self))))
        case 2:
            guard let length = varint(), length <= UInt64(bytes.count - offset),
                let view = bytes.slice(from: offset, count: Int(length))
            else { return fail() }
            offset += Int(length)
            return (tag >> 3, .bytes(view))
        case 5:
            guard bytes.count - offset >= 4 else { return fail() }
            offset += 4
            return (tag >> 3, .fixed32)
        default:
            // 3 and 4 are groups, which proto3 does not have.
            return fail()
        }
    }

    @inline(__always)
    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64, let byte = bytes.byte(at: offset) {
            offset += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    private mutating func fail() -> (number: UInt64, value: Value)? {
        failed = true
        return nil
    }
}
