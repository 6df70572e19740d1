/// Reads JSON as XGBoost writes it: one value, then nothing.
///
/// Stricter than other readers where the libraries are (numbers have the form of JSON, plus `NaN` and `Infinity`, which
/// XGBoost writes), and bounded: see ``BoosterLimits``. Numbers with a point or an exponent are read as float32, which
/// is what XGBoost reads and writes, so no digit is rounded twice.
struct JSONDocument {
    private let bytes: [UInt8]
    private let failure: BoosterFailure
    private var offset = 0
    private var budget: DocumentBudget

    private init(_ bytes: [UInt8], _ failure: BoosterFailure) {
        self.bytes = bytes
        self.failure = failure
        budget = DocumentBudget(byteCount: bytes.count)
    }

    static func parse(_ bytes: [UInt8], _ failure: BoosterFailure) throws(ArtifactError) -> BoosterNode {
        var document = JSONDocument(bytes, failure)
        let node = try document.value(depth: 0, keep: true)
        document.skipSpace()
        guard document.offset == bytes.count else {
            throw failure.corrupt(document.offset, "\(bytes.count - document.offset) bytes after the end found")
        }
        return node
    }

    private var byte: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipSpace() {
        while let byte, byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset &+= 1 }
    }

    private mutating func value(depth: Int, keep: Bool) throws(ArtifactError) -> BoosterNode {
        skipSpace()
        let start = offset
        try budget.takeValue(at: start, failure)
        switch byte {
        case UInt8(ascii: "{"): return BoosterNode(offset: start, content: try object(depth: depth + 1, keep: keep))
        case UInt8(ascii: "["): return BoosterNode(offset: start, content: try list(depth: depth + 1, keep: keep))
        case UInt8(ascii: "\""): return BoosterNode(offset: start, content: .text(try text()))
        case UInt8(ascii: "n"):
            try word("null")
            return BoosterNode(offset: start, content: .null)
        default: return BoosterNode(offset: start, content: .number(try number(keep: keep)))
        }
    }

    private mutating func object(depth: Int, keep: Bool) throws(ArtifactError) -> BoosterNode.Content {
        try DocumentBudget.check(depth: depth, at: offset, failure)
        offset &+= 1
        var members: [BoosterNode.Member] = []
        skipSpace()
        if byte == UInt8(ascii: "}") {
            offset &+= 1
            return .object([])
        }
        while true {
            skipSpace()
            guard byte == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
            let key = try text()
            skipSpace()
            guard byte == UInt8(ascii: ":") else { throw unexpected("':'") }
            offset &+= 1
            let kept = keep && !BoosterNode.isSkipped(key)
            let value = try value(depth: depth, keep: kept)
            if kept { members.append(BoosterNode.Member(key: key, value: value)) }
            skipSpace()
            switch byte {
            case UInt8(ascii: ","): offset &+= 1
            case UInt8(ascii: "}"):
                offset &+= 1
                return .object(members)
            default: throw unexpected("',' or '}'")
            }
        }
    }

    /// Numbers go into a flat array as long as nothing else comes.
    private mutating func list(depth: Int, keep: Bool) throws(ArtifactError) -> BoosterNode.Content {
        try DocumentBudget.check(depth: depth, at: offset, failure)
        offset &+= 1
        var items: [BoosterNode] = []
        var numbers: [Double] = []
        skipSpace()
        if byte == UInt8(ascii: "]") {
            offset &+= 1
            return .numbers([])
        }
        while true {
            skipSpace()
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""), UInt8(ascii: "n"):
                guard numbers.isEmpty else { throw unexpected("a number, as before it") }
                let item = try value(depth: depth, keep: keep)
                if keep { items.append(item) }
            default:
                guard items.isEmpty else { throw unexpected("no number, as before it") }
                let number = try number(keep: keep)
                if keep {
                    try budget.takeNumbers(1, at: offset, failure)
                    numbers.append(number)
                }
            }
            skipSpace()
            switch byte {
            case UInt8(ascii: ","): offset &+= 1
            case UInt8(ascii: "]"):
                offset &+= 1
                return items.isEmpty ? .numbers(numbers) : .list(items)
            default: throw unexpected("',' or ']'")
            }
        }
    }

    private mutating func number(keep: Bool) throws(ArtifactError) -> Double {
        switch byte {
        case UInt8(ascii: "t"):
            try word("true")
            return 1
        case UInt8(ascii: "f"):
            try word("false")
            return 0
        case UInt8(ascii: "N"):
            try word("NaN")
            return .nan
        case UInt8(ascii: "I"):
            try word("Infinity")
            return .infinity
        default: break
        }
        let start = offset
        if let whole = shortWhole() {
            offset = whole.end
            return whole.value
        }
        let number = DecimalText(bytes.span, from: start, to: bytes.count)
        offset = number.end
        guard number.isNumber else {
            guard number.isNegative, offset == start &+ 1, byte == UInt8(ascii: "I") else {
                throw unexpected("a value")
            }
            try word("Infinity")
            return -.infinity
        }
        if let whole = number.wholeDouble { return whole }
        guard keep else { return 0 }
        guard offset - start <= BoosterLimits.numberByteCountMax,
            let value = number.float ?? Float(String(decoding: bytes[start..<offset], as: UTF8.self))
        else {
            throw failure.corrupt(
                start, "a number of \(offset - start) bytes found, at most \(BoosterLimits.numberByteCountMax) expected"
            )
        }
        return Double(value)
    }

    /// A whole number of up to 15 digits, which is what most numbers are; nil when the next is another.
    @inline(__always)
    private func shortWhole() -> (value: Double, end: Int)? {
        let bytes = bytes.span
        let isNegative = offset < bytes.count && bytes[offset] == UInt8(ascii: "-")
        let first = isNegative ? offset &+ 1 : offset
        var end = first
        var value = 0
        while end < bytes.count {
            let digit = bytes[end] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            value = value &* 10 &+ Int(digit)
            end &+= 1
        }
        guard end > first, end &- first <= 15, end < bytes.count else { return nil }
        guard bytes[end] == UInt8(ascii: ",") || bytes[end] == UInt8(ascii: "]") else { return nil }
        return (isNegative ? -Double(value) : Double(value), end)
    }

    private mutating func word(_ word: StaticString) throws(ArtifactError) {
        let expected = word.description.utf8
        guard bytes[offset...].starts(with: expected) else { throw unexpected("'\(word)'") }
        offset &+= expected.count
    }

    private mutating func text() throws(ArtifactError) -> String {
        let start = offset
        offset &+= 1
        let first = offset
        while let byte, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { offset &+= 1 }
        // Escapes are rare: only then the text is copied unit by unit.
        var units: [UInt8] = []
        let isCopied = byte != UInt8(ascii: "\"")
        if isCopied { units = Array(bytes[first..<offset]) }
        while byte != UInt8(ascii: "\"") {
            guard let byte else { throw failure.truncated(offset, "the end of a text that began at \(start)") }
            guard byte >= 0x20 else { throw unexpected("a character of a text") }
            offset &+= 1
            if byte == UInt8(ascii: "\\") { try escape(into: &units) } else { units.append(byte) }
        }
        let text = isCopied ? String(validating: units, as: UTF8.self) : bytes.text(in: first..<offset)
        guard let text else { throw failure.corrupt(start, "a text that is not UTF-8 found") }
        offset &+= 1
        return text
    }

    private mutating func escape(into units: inout [UInt8]) throws(ArtifactError) {
        guard let byte else { throw failure.truncated(offset, "an escape") }
        offset &+= 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): units.append(byte)
        case UInt8(ascii: "b"): units.append(0x08)
        case UInt8(ascii: "f"): units.append(0x0C)
        case UInt8(ascii: "n"): units.append(0x0A)
        case UInt8(ascii: "r"): units.append(0x0D)
        case UInt8(ascii: "t"): units.append(0x09)
        case UInt8(ascii: "u"):
            var code = try fourDigits()
            if (0xD800..<0xDC00).contains(code), byte2Is(UInt8(ascii: "\\"), UInt8(ascii: "u")) {
                offset &+= 2
                let low = try fourDigits()
                guard (0xDC00..<0xE000).contains(low) else { throw unexpected("the second half of a character") }
                code = 0x1_0000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw unexpected("a character") }
            units += Array(String(Character(scalar)).utf8)
        default:
            offset &-= 1
            throw unexpected("an escape of JSON")
        }
    }

    private func byte2Is(_ first: UInt8, _ second: UInt8) -> Bool {
        offset + 1 < bytes.count && bytes[offset] == first && bytes[offset + 1] == second
    }

    private mutating func fourDigits() throws(ArtifactError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw unexpected("a hexadecimal digit")
            }
            code = code << 4 | UInt32(digit)
            offset &+= 1
        }
        return code
    }

    private func unexpected(_ expected: String) -> ArtifactError {
        guard let byte else { return failure.truncated(offset, expected) }
        let found = (0x21..<0x7F).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
        return failure.corrupt(offset, "\(found) found, \(expected) expected")
    }
}
