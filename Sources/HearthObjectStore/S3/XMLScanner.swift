/// As much of XML as the replies of object stores have: elements and text, from bytes that are all there.
///
/// No document type, no entities but the five of XML and numbers, no nesting beyond ``depthMax``: there is nothing in
/// it that grows or loops. Attributes are passed over.
struct XMLScanner {
    enum Event: Equatable {
        /// The names of the elements that are open, this one last.
        case opened
        /// The text right inside the innermost element, when it ends.
        case closed(text: String)
    }

    struct Failure: Error, Equatable {
        var message: String
        var offset: Int
    }

    /// Replies of S3 have four levels.
    static let depthMax = 16
    /// A key has 1,024 bytes, three times as many when it is encoded.
    static let textByteCountMax = 16_384

    private let bytes: [UInt8]
    private var offset = 0
    private var text: [UInt8] = []
    private var closes = false
    /// The names of the open elements, outermost first, without their prefixes.
    private(set) var path: [String] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The next event; nil at the end. On `.closed`, ``path`` still ends with the element; it goes with the next call.
    mutating func next() throws(Failure) -> Event? {
        if closes {
            closes = false
            path.removeLast()
            text = []
        }
        while offset < bytes.count {
            guard bytes[offset] == UInt8(ascii: "<") else {
                try readText()
                continue
            }
            if starts("<?") {
                try skip(past: "?>")
            } else if starts("<!--") {
                try skip(past: "-->")
            } else if starts("<!") {
                throw failure("a declaration found, elements expected")
            } else if starts("</") {
                let name = try readTag(from: offset + 2).name
                guard path.last == name else { throw failure("the end of '\(name.prefix(40))' found where it is not") }
                closes = true
                return .closed(text: try decoded())
            } else {
                let (name, isEmpty) = try readTag(from: offset + 1)
                guard path.count < Self.depthMax else { throw failure("more than \(Self.depthMax) levels found") }
                path.append(name)
                text = []
                guard isEmpty else { return .opened }
                closes = true
                return .closed(text: "")
            }
        }
        guard path.isEmpty else { throw failure("the end found, the end of '\(path[path.count - 1])' expected") }
        return nil
    }

    private func failure(_ message: String) -> Failure { Failure(message: message, offset: offset) }

    private func starts(_ head: String) -> Bool {
        bytes[offset...].starts(with: head.utf8)
    }

    private mutating func skip(past end: String) throws(Failure) {
        while offset < bytes.count {
            if starts(end) {
                offset += end.utf8.count
                return
            }
            offset += 1
        }
        throw failure("the end found, '\(end)' expected")
    }

    private mutating func readText() throws(Failure) {
        let end = bytes[offset...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
        guard text.count + (end - offset) <= Self.textByteCountMax else {
            throw failure("a text of more than \(Self.textByteCountMax) bytes found")
        }
        if !path.isEmpty { text += bytes[offset..<end] }
        offset = end
    }

    /// Reads a tag whose name begins at `start`, and moves behind its `>`.
    private mutating func readTag(from start: Int) throws(Failure) -> (name: String, isEmpty: Bool) {
        let isName: (UInt8) -> Bool = { byte in
            !" \t\r\n/>=\"'<".utf8.contains(byte)
        }
        let nameEnd = bytes[start...].firstIndex { !isName($0) } ?? bytes.count
        let name = bytes[start..<nameEnd].split(separator: UInt8(ascii: ":")).last ?? []
        guard !name.isEmpty, name.count <= 128 else { throw failure("a tag without a name found") }
        var quote: UInt8?
        var index = nameEnd
        while index < bytes.count {
            let byte = bytes[index]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                offset = index + 1
                return (String(decoding: name, as: UTF8.self), bytes[index - 1] == UInt8(ascii: "/"))
            }
            index += 1
        }
        throw failure("a tag that does not end found")
    }

    private func decoded() throws(Failure) -> String {
        guard text.contains(UInt8(ascii: "&")) else { return String(decoding: text, as: UTF8.self) }
        var result = ""
        for (index, part) in text.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).enumerated() {
            guard index > 0 else {
                result += String(decoding: part, as: UTF8.self)
                continue
            }
            guard let end = part.firstIndex(of: UInt8(ascii: ";")),
                let character = Self.entity(String(decoding: part[..<end], as: UTF8.self))
            else { throw failure("an unknown entity found") }
            result.unicodeScalars.append(character)
            result += String(decoding: part[(end + 1)...], as: UTF8.self)
        }
        return result
    }

    private static func entity(_ name: String) -> Unicode.Scalar? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard name.hasPrefix("#") else { return nil }
            let digits = name.dropFirst()
            let value = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return value.flatMap(Unicode.Scalar.init)
        }
    }
}
