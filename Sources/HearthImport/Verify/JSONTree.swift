/// A JSON text as values; numbers as doubles, to the last bit.
///
/// Reads what Python's `json.dump` writes, `NaN` and `Infinity` included. Nesting is bounded, so that neither reading
/// nor freeing a text can exhaust the stack.
package indirect enum JSONTree: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([JSONTree])
    case object([String: JSONTree])

    /// Lists and objects within each other.
    static let depthMax = 64

    /// Reads one value and nothing behind it. Throws ``VerifyError`` with the offset of what is wrong.
    package init(_ bytes: [UInt8], path: String) throws(VerifyError) {
        var reader = JSONTreeReader(bytes: bytes, path: path)
        self = try reader.document()
    }

    /// The member `key` of an object; nil when there is none, or this is no object.
    package subscript(key: String) -> JSONTree? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    /// The text; nil for anything else.
    package var text: String? { if case .text(let text) = self { text } else { nil } }

    /// The items of a list; nil for anything else.
    package var items: [JSONTree]? { if case .list(let items) = self { items } else { nil } }

    /// The members of an object; nil for anything else.
    package var members: [String: JSONTree]? { if case .object(let members) = self { members } else { nil } }

    /// A whole number that a double holds exactly; nil for anything else.
    package var integer: Int? { if case .number(let value) = self { Int(exactly: value) } else { nil } }
}

/// Reads a ``JSONTree``.
private struct JSONTreeReader {
    let bytes: [UInt8]
    let path: String
    var offset = 0

    mutating func document() throws(VerifyError) -> JSONTree {
        let value = try value(depth: 0)
        skipSpace()
        guard offset == bytes.count else { throw unexpected("the end") }
        return value
    }

    private var byte: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard byte == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func word(_ word: StaticString, _ value: JSONTree) throws(VerifyError) -> JSONTree {
        let expected = Array(word.description.utf8)
        guard bytes[offset...].starts(with: expected) else { throw unexpected("a value") }
        offset += expected.count
        return value
    }

    private mutating func value(depth: Int) throws(VerifyError) -> JSONTree {
        guard depth <= JSONTree.depthMax else { throw unexpected("at most \(JSONTree.depthMax) levels") }
        skipSpace()
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try list(depth: depth)
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "N"): return try word("NaN", .number(.nan))
        case UInt8(ascii: "I"): return try word("Infinity", .number(.infinity))
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(VerifyError) -> JSONTree {
        offset += 1
        var members: [String: JSONTree] = [:]
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            guard byte == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
            let key = try text()
            guard take(":") else { throw unexpected("':'") }
            members[key] = try value(depth: depth + 1)
        } while take(",")
        guard take("}") else { throw unexpected("',' or '}'") }
        return .object(members)
    }

    private mutating func list(depth: Int) throws(VerifyError) -> JSONTree {
        offset += 1
        var items: [JSONTree] = []
        if take("]") { return .list(items) }
        repeat { items.append(try value(depth: depth + 1)) } while take(",")
        guard take("]") else { throw unexpected("',' or ']'") }
        return .list(items)
    }

    private mutating func number() throws(VerifyError) -> JSONTree {
        let start = offset
        if byte == UInt8(ascii: "-") {
            offset += 1
            if byte == UInt8(ascii: "I") { return try word("Infinity", .number(-.infinity)) }
        }
        while let byte, "0123456789+-.eE".utf8.contains(byte) { offset += 1 }
        guard offset > start, let value = Double(String(decoding: bytes[start..<offset], as: UTF8.self)) else {
            offset = start
            throw unexpected("a value")
        }
        return .number(value)
    }

    private mutating func text() throws(VerifyError) -> String {
        offset += 1
        let start = offset
        while let byte, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { offset += 1 }
        var units = bytes[start..<offset]
        while byte != UInt8(ascii: "\"") {
            guard let byte else { throw unexpected("the end of a text") }
            offset += 1
            if byte == UInt8(ascii: "\\") { try escape(into: &units) } else { units.append(byte) }
        }
        offset += 1
        guard let text = String(validating: units, as: UTF8.self) else { throw unexpected("text in UTF-8") }
        return text
    }

    private mutating func escape(into units: inout ArraySlice<UInt8>) throws(VerifyError) {
        guard let byte else { throw unexpected("an escape") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): units.append(byte)
        case UInt8(ascii: "b"): units.append(0x08)
        case UInt8(ascii: "f"): units.append(0x0C)
        case UInt8(ascii: "n"): units.append(0x0A)
        case UInt8(ascii: "r"): units.append(0x0D)
        case UInt8(ascii: "t"): units.append(0x09)
        case UInt8(ascii: "u"):
            var code = try fourDigits()
            if (0xD800..<0xDC00).contains(code), bytes[offset...].starts(with: "\\u".utf8) {
                offset += 2
                let low = try fourDigits()
                guard (0xDC00..<0xE000).contains(low) else { throw unexpected("the second half of a character") }
                code = 0x1_0000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            // A lone half, which Python writes for lone halves.
            units += Array(String(Character(Unicode.Scalar(code) ?? "\u{FFFD}")).utf8)
        default: throw unexpected("an escape of JSON")
        }
    }

    private mutating func fourDigits() throws(VerifyError) -> UInt32 {
        let digits = String(decoding: bytes[offset...].prefix(4), as: UTF8.self)
        guard digits.utf8.count == 4, let code = UInt32(digits, radix: 16) else {
            throw unexpected("four hexadecimal digits")
        }
        offset += 4
        return code
    }

    private func unexpected(_ expected: String) -> VerifyError {
        let found = byte.map { (0x21..<0x7F).contains($0) ? "'\(Character(Unicode.Scalar($0)))'" : "byte \($0)" }
        return VerifyError("\(path)@\(offset): \(found ?? "the end") found, \(expected) expected")
    }
}
