/// Writes one JSON object on one line, members in the order of the calls: the same values give the same bytes.
///
/// Numbers get the shortest text that reads back as the same bits; what is not finite becomes null.
struct JSONLine {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init() {
        bytes.reserveCapacity(1024)
    }

    /// An object from the members that `write` adds, and a line end.
    static func object(_ write: (inout JSONLine) -> Void) -> [UInt8] {
        var line = JSONLine()
        line.open(0x7B)
        write(&line)
        line.close(0x7D)
        line.bytes.append(0x0A)
        return line.bytes
    }

    mutating func member(_ key: StaticString, _ value: String?) {
        self.key(key)
        if let value { quoted(value) } else { null() }
    }

    mutating func member(_ key: StaticString, _ value: Double?) {
        self.key(key)
        number(value)
    }

    mutating func member(_ key: StaticString, _ value: UInt64?) {
        self.key(key)
        if let value { bytes.append(contentsOf: String(value).utf8) } else { null() }
    }

    mutating func member(_ key: StaticString, _ value: Int) {
        self.key(key)
        bytes.append(contentsOf: String(value).utf8)
    }

    mutating func member(_ key: StaticString, _ value: Bool) {
        self.key(key)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    mutating func member(_ key: StaticString, _ values: [String]) {
        self.key(key)
        open(0x5B)
        for value in values {
            separate()
            quoted(value)
        }
        close(0x5D)
    }

    /// A member that is an object.
    mutating func object(_ key: StaticString, _ write: (inout JSONLine) -> Void) {
        self.key(key)
        open(0x7B)
        write(&self)
        close(0x7D)
    }

    /// A member that is an array of objects.
    mutating func objects<Elements: Sequence>(
        _ key: StaticString, _ elements: Elements, _ write: (inout JSONLine, Elements.Element) -> Void
    ) {
        self.key(key)
        open(0x5B)
        for element in elements {
            separate()
            open(0x7B)
            write(&self, element)
            close(0x7D)
        }
        close(0x5D)
    }

    private mutating func key(_ key: StaticString) {
        separate()
        quoted("\(key)")
        bytes.append(0x3A)
    }

    private mutating func separate() {
        if needsComma { bytes.append(0x2C) }
        needsComma = true
    }

    private mutating func open(_ byte: UInt8) {
        bytes.append(byte)
        needsComma = false
    }

    private mutating func close(_ byte: UInt8) {
        bytes.append(byte)
        needsComma = true
    }

    private mutating func null() {
        bytes.append(contentsOf: "null".utf8)
    }

    private mutating func number(_ value: Double?) {
        guard let value, value.isFinite else { return null() }
        bytes.append(contentsOf: value.description.utf8)
    }

    private mutating func quoted(_ text: String) {
        bytes.append(0x22)
        for byte in text.utf8 {
            switch byte {
            case 0x22, 0x5C: bytes.append(contentsOf: [0x5C, byte])
            case 0x0A: bytes.append(contentsOf: "\\n".utf8)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                bytes.append(contentsOf: "\\u".utf8)
                bytes.append(contentsOf: String(repeating: "0", count: 4 - digits.utf8.count).utf8)
                bytes.append(contentsOf: digits.utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(0x22)
    }
}
