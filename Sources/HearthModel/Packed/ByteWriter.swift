/// Little-endian bytes, appended.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write<Integer: FixedWidthInteger>(_ value: Integer) {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    /// The exact bits.
    mutating func write(_ value: Double) {
        write(value.bitPattern)
    }

    mutating func write(_ value: Float) {
        write(value.bitPattern)
    }

    mutating func write(_ value: Bool) {
        write(UInt8(value ? 1 : 0))
    }

    /// A count that the limits keep within 32 bits.
    mutating func write(count: Int) {
        write(UInt32(clamping: count))
    }

    mutating func write(_ text: String) {
        write(count: text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func append(_ more: [UInt8]) {
        bytes += more
    }

    mutating func write(_ values: some Sequence<Double>) {
        for value in values { write(value) }
    }
}
