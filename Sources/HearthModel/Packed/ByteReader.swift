/// Takes little-endian values from the front of bytes that nobody has checked: every take asks whether the bytes are
/// there.
@safe
struct ByteReader {
    private let section: SectionID
    private var bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer, section: SectionID) {
        unsafe self.bytes = bytes
        self.section = section
    }

    var remainingByteCount: Int { unsafe bytes.count }

    mutating func read<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self) throws(ModelError) -> Integer {
        let byteCount = MemoryLayout<Integer>.size
        guard unsafe bytes.count >= byteCount else { throw truncated(wanted: byteCount) }
        let value = unsafe bytes.loadUnaligned(as: Integer.self)
        unsafe bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(byteCount))
        return Integer(littleEndian: value)
    }

    mutating func readDouble() throws(ModelError) -> Double {
        Double(bitPattern: try read(UInt64.self))
    }

    mutating func readBool() throws(ModelError) -> Bool {
        switch try read(UInt8.self) {
        case 0: return false
        case 1: return true
        case let other: throw malformed("\(other) found where 0 or 1 is expected")
        }
    }

    /// A count between 0 and `limit`.
    mutating func readCount(_ name: String, atMost limit: Int) throws(ModelError) -> Int {
        let count = Int(try read(UInt32.self))
        guard count <= limit else { throw malformed("\(count) \(name) found, at most \(limit) expected") }
        return count
    }

    mutating func readString(atMost limit: Int) throws(ModelError) -> String {
        let count = try readCount("bytes of text", atMost: limit)
        guard unsafe bytes.count >= count else { throw truncated(wanted: count) }
        let text = unsafe String(validating: bytes.prefix(count), as: UTF8.self)
        guard let text else { throw malformed("text that is not UTF-8 found") }
        unsafe bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(count))
        return text
    }

    /// `count` values, each of at least `byteCount` bytes: refused before anything is allocated when they cannot be
    /// there.
    mutating func readArray<Element>(
        count: Int, byteCount: Int, _ element: (inout ByteReader) throws(ModelError) -> Element
    ) throws(ModelError) -> [Element] {
        guard count <= remainingByteCount / byteCount else { throw truncated(wanted: count) }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try element(&self)) }
        return elements
    }

    func expectEnd() throws(ModelError) {
        guard unsafe bytes.isEmpty else {
            throw malformed("\(remainingByteCount) bytes after the end found, none expected")
        }
    }

    func malformed(_ message: String) -> ModelError {
        .malformed(section, message)
    }

    private func truncated(wanted: Int) -> ModelError {
        malformed("\(remainingByteCount) bytes left where at least \(wanted) are expected")
    }
}
