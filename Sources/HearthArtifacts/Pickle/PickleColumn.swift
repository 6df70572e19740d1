/// Elements of one plain type in a range of bytes, so many bytes apart; each method gives nil when the type or a value
/// is not what is asked for.
struct PickleColumn {
    let document: PickleDocument
    let type: PickleElementType
    let bytes: PickleArena.Bytes
    let count: Int
    let stride: Int
    let byteOffset: Int

    init(
        document: PickleDocument, type: PickleElementType, bytes: PickleArena.Bytes, count: Int, stride: Int? = nil,
        byteOffset: Int = 0
    ) {
        self.document = document
        self.type = type
        self.bytes = bytes
        self.count = count
        self.stride = stride ?? type.byteCount
        self.byteOffset = byteOffset
    }

    func doubles() -> [Double]? {
        switch (type.kind, type.byteCount) {
        case (.float, 8): return map(UInt64.self) { Double(bitPattern: $0) }
        case (.float, 4): return map(UInt32.self) { Double(Float(bitPattern: $0)) }
        case (.float, 2): return map(UInt16.self) { Double(Self.single(half: $0)) }
        default: return exact(integers()) { Double(exactly: $0) }
        }
    }

    func floats() -> [Float]? {
        switch (type.kind, type.byteCount) {
        case (.float, 4): map(UInt32.self) { Float(bitPattern: $0) }
        case (.float, 2): map(UInt16.self) { Self.single(half: $0) }
        default: nil
        }
    }

    func integers() -> [Int64]? {
        switch (type.kind, type.byteCount) {
        case (.signed, 8): map(UInt64.self) { Int64(bitPattern: $0) }
        case (.signed, 4): map(UInt32.self) { Int64(Int32(bitPattern: $0)) }
        case (.signed, 2): map(UInt16.self) { Int64(Int16(bitPattern: $0)) }
        case (.signed, 1): map(UInt8.self) { Int64(Int8(bitPattern: $0)) }
        case (.unsigned, 8): exact(map(UInt64.self) { $0 }) { Int64(exactly: $0) }
        case (.unsigned, 4): map(UInt32.self) { Int64($0) }
        case (.unsigned, 2): map(UInt16.self) { Int64($0) }
        case (.unsigned, 1): map(UInt8.self) { Int64($0) }
        case (.bool, 1): bools()?.map { $0 ? 1 : 0 }
        default: nil
        }
    }

    func words() -> [UInt32]? {
        switch (type.kind, type.byteCount) {
        case (.unsigned, 4): map(UInt32.self) { $0 }
        case (.unsigned, 2): map(UInt16.self) { UInt32($0) }
        case (.unsigned, 1): map(UInt8.self) { UInt32($0) }
        default: nil
        }
    }

    func bools() -> [Bool]? {
        guard type.byteCount == 1, type.kind == .bool || type.kind == .unsigned else { return nil }
        return exact(map(UInt8.self) { $0 }) { $0 > 1 ? nil : $0 == 1 }
    }

    func strings() -> [String]? {
        switch type.kind {
        case .text: texts()
        case .bytes: byteTexts()
        default: nil
        }
    }

    /// The bytes of element `index`; empty when they are not there, which was checked before.
    private func element(_ index: Int, of all: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let start = index * stride + byteOffset
        guard start + type.byteCount <= all.count else {
            return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return unsafe UnsafeRawBufferPointer(rebasing: all[start..<start + type.byteCount])
    }

    private func texts() -> [String]? {
        let all = unsafe document.bytes(bytes)
        var texts: [String] = []
        texts.reserveCapacity(count)
        for index in 0..<count {
            let characters = unsafe element(index, of: all)
            var text = String.UnicodeScalarView()
            var zeros = 0
            for offset in Swift.stride(from: 0, to: characters.count - 3, by: 4) {
                let raw = unsafe characters.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                let value = type.isBigEndian ? UInt32(bigEndian: raw) : UInt32(littleEndian: raw)
                // Zeros at the end are padding, elsewhere characters.
                guard value != 0 else {
                    zeros += 1
                    continue
                }
                for _ in 0..<zeros { text.append("\u{0}") }
                zeros = 0
                guard value <= 0x10_FFFF else { return nil }
                text.append(UnicodeScalar(value) ?? "\u{FFFD}")
            }
            texts.append(String(text))
        }
        return texts
    }

    private func byteTexts() -> [String] {
        let all = unsafe document.bytes(bytes)
        return (0..<count).map { index in
            let text = unsafe element(index, of: all)
            let end = unsafe text.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
            return unsafe String(decoding: unsafe text[..<end], as: UTF8.self)
        }
    }

    /// The raw elements in native byte order, each turned into a value.
    private func map<Raw: FixedWidthInteger, Value>(_ raw: Raw.Type, _ body: (Raw) -> Value) -> [Value]? {
        let all = unsafe document.bytes(bytes)
        let size = MemoryLayout<Raw>.size
        guard size == type.byteCount, count > 0 else { return count == 0 ? [] : nil }
        // The last element is the farthest.
        guard (count - 1) * stride + byteOffset + size <= all.count else { return nil }
        let isSwapped = type.isBigEndian
        return unsafe [Value](unsafeUninitializedCapacity: count) { output, initialized in
            // The usual case by itself: a loop that becomes a copy.
            if !isSwapped, stride == size {
                for index in 0..<count {
                    let value = unsafe all.loadUnaligned(fromByteOffset: byteOffset &+ index &* size, as: Raw.self)
                    unsafe output.initializeElement(at: index, to: body(Raw(littleEndian: value)))
                }
                initialized = count
                return
            }
            var position = byteOffset
            for index in 0..<count {
                let value = unsafe all.loadUnaligned(fromByteOffset: position, as: Raw.self)
                unsafe output.initializeElement(
                    at: index, to: body(isSwapped ? Raw(bigEndian: value) : Raw(littleEndian: value)))
                position += stride
            }
            initialized = count
        }
    }

    private func exact<Value, Result>(_ values: [Value]?, _ body: (Value) -> Result?) -> [Result]? {
        guard let values else { return nil }
        var results: [Result] = []
        results.reserveCapacity(values.count)
        for value in values {
            guard let result = body(value) else { return nil }
            results.append(result)
        }
        return results
    }

    /// A half-precision number, exactly.
    private static func single(half: UInt16) -> Float {
        let sign = UInt32(half & 0x8000) << 16
        let exponent = UInt32(half >> 10) & 0x1F
        let fraction = UInt32(half) & 0x3FF
        switch exponent {
        case 0:
            let magnitude = Float(fraction) * 0x1p-24
            return Float(bitPattern: magnitude.bitPattern | sign)
        case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
        default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}
