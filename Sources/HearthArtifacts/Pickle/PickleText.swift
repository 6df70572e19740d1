/// The ways in which pickles write text.
enum PickleText {
    /// Whether the bytes are UTF-8, lone surrogates allowed: Python writes those as if they were characters.
    static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        let count = bytes.count
        while index < count {
            if count - index >= 8,
                unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                index += 8
                continue
            }
            let first = unsafe bytes[index]
            if first < 0x80 {
                index += 1
                continue
            }
            let length: Int
            var second: ClosedRange<UInt8> = 0x80...0xBF
            switch first {
            case 0xC2...0xDF: length = 2
            case 0xE0: (length, second) = (3, 0xA0...0xBF)
            case 0xE1...0xEF: length = 3
            case 0xF0: (length, second) = (4, 0x90...0xBF)
            case 0xF1...0xF3: length = 4
            case 0xF4: (length, second) = (4, 0x80...0x8F)
            default: return false
            }
            guard count - index >= length, second.contains(unsafe bytes[index + 1]) else { return false }
            for offset in 2..<max(2, length) where unsafe bytes[index + offset] & 0xC0 != 0x80 { return false }
            index += length
        }
        return true
    }

    /// UTF-8 of Python's `raw-unicode-escape`: Latin-1 with `\uXXXX` and `\UXXXXXXXX`; nil for an escape that is none.
    static func unescaped(raw: UnsafeRawBufferPointer) -> [UInt8]? {
        var output: [UInt8] = []
        var index = 0
        let count = raw.count
        while index < count {
            let byte = unsafe raw[index]
            let digits: Int
            switch (byte, index + 1 < count ? unsafe raw[index + 1] : 0) {
            case (0x5C, 0x75): digits = 4
            case (0x5C, 0x55): digits = 8
            default: digits = 0
            }
            if digits == 0 {
                encode(UInt32(byte), into: &output)
                index += 1
                continue
            }
            guard count - index >= 2 + digits else { return nil }
            var value: UInt32 = 0
            for offset in 2..<2 + digits {
                guard let digit = hexadecimal(unsafe raw[index + offset]), value <= 0x1_FFFF else { return nil }
                value = value << 4 | UInt32(digit)
            }
            guard value <= 0x10_FFFF else { return nil }
            encode(value, into: &output)
            index += 2 + digits
        }
        return output
    }

    /// The ASCII text within the quotes of a Python 2 string; nil when it is none.
    static func unquoted(_ line: UnsafeRawBufferPointer) -> [UInt8]? {
        guard line.count >= 2, let quote = unsafe line.first, quote == 0x27 || quote == 0x22 else { return nil }
        guard unsafe line.last == quote else { return nil }
        var output: [UInt8] = []
        var index = 1
        let end = line.count - 1
        while index < end {
            var byte = unsafe line[index]
            index += 1
            if byte == 0x5C {
                guard index < end else { return nil }
                let escape = unsafe line[index]
                index += 1
                switch escape {
                case 0x5C, 0x27, 0x22: byte = escape
                case 0x6E: byte = 0x0A
                case 0x72: byte = 0x0D
                case 0x74: byte = 0x09
                case 0x78:
                    guard end - index >= 2, let high = hexadecimal(unsafe line[index]),
                        let low = hexadecimal(unsafe line[index + 1])
                    else { return nil }
                    byte = high << 4 | low
                    index += 2
                default: return nil
                }
            }
            guard byte < 0x80 else { return nil }
            output.append(byte)
        }
        return output
    }

    /// Text from a file as a message may show it: short, printable, in quotes.
    static func shown(_ text: String) -> String {
        let head = text.unicodeScalars.prefix(80).map { $0.value >= 0x20 && $0.value != 0x7F ? String($0) : "?" }
        return "'\(head.joined())\(text.unicodeScalars.count > 80 ? "..." : "")'"
    }

    private static func encode(_ value: UInt32, into output: inout [UInt8]) {
        switch value {
        case ..<0x80: output.append(UInt8(truncatingIfNeeded: value))
        case ..<0x800:
            output.append(UInt8(truncatingIfNeeded: 0xC0 | value >> 6))
            output.append(continuation(value))
        case ..<0x1_0000:
            output.append(UInt8(truncatingIfNeeded: 0xE0 | value >> 12))
            output.append(continuation(value >> 6))
            output.append(continuation(value))
        default:
            output.append(UInt8(truncatingIfNeeded: 0xF0 | value >> 18))
            output.append(continuation(value >> 12))
            output.append(continuation(value >> 6))
            output.append(continuation(value))
        }
    }

    private static func continuation(_ value: UInt32) -> UInt8 {
        UInt8(truncatingIfNeeded: 0x80 | value & 0x3F)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
