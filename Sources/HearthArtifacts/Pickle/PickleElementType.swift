/// What one element of a NumPy array is.
package struct PickleElementType: Sendable, Hashable {
    /// The kinds of elements, by the letter that NumPy names them with.
    package enum Kind: UInt8, Sendable, Hashable {
        case bool = 0x62
        case signed = 0x69
        case unsigned = 0x75
        case float = 0x66
        /// Any Python object; the elements are nodes.
        case object = 0x4F
        /// Text of a fixed number of UCS-4 characters, padded with zeros.
        case text = 0x55
        /// A fixed number of bytes, padded with zeros.
        case bytes = 0x53
        /// A structure with named fields.
        case record = 0x56
    }

    /// A named part of a structured element.
    package struct Field: Sendable, Hashable {
        package var name: String
        package var kind: Kind
        package var byteCount: Int
        package var isBigEndian: Bool
        /// Where in the element the field starts.
        package var byteOffset: Int

        /// The field as NumPy writes it, e.g. `<f8@24`.
        package var text: String {
            "\(PickleElementType(kind: kind, byteCount: byteCount, isBigEndian: isBigEndian).text)@\(byteOffset)"
        }
    }

    package var kind: Kind
    package var byteCount: Int
    package var isBigEndian = false
    /// The fields of a structure, in its own order.
    package var fields: [Field] = []

    /// The type as NumPy writes it: `<f8`, `|b1`, `<U5`; a structure with its fields.
    package var text: String {
        let letter = String(UnicodeScalar(kind.rawValue))
        switch kind {
        case .object: return "|O"
        case .record:
            let parts = fields.map { "\($0.name): \($0.text)" }
            return "|V\(byteCount)" + (parts.isEmpty ? "" : " {\(parts.joined(separator: ", "))}")
        case .bool, .bytes: return "|\(letter)\(byteCount)"
        case .text: return "\(isBigEndian ? ">" : "<")U\(byteCount / 4)"
        case .signed, .unsigned, .float:
            let order = byteCount == 1 ? "|" : isBigEndian ? ">" : "<"
            return "\(order)\(letter)\(byteCount)"
        }
    }

    /// The type that a spec such as `f8`, `<U5`, `O8` or `V56` names; nil for any that is not read.
    init?(spec: some Sequence<UInt8>) {
        var bytes = Array(spec.prefix(12))
        var isBigEndian = false
        if let first = bytes.first, [0x3C, 0x3D, 0x3E, 0x7C].contains(first) {
            isBigEndian = first == 0x3E
            bytes.removeFirst()
        }
        guard let letter = bytes.first, let kind = Kind(rawValue: letter) else { return nil }
        let digits = bytes.dropFirst()
        guard (1...5).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let number = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        let isLegal: Bool =
            switch kind {
            case .bool: number == 1
            case .signed, .unsigned: [1, 2, 4, 8].contains(number)
            case .float: [2, 4, 8].contains(number)
            case .object: number == 8
            case .text: (1...PickleLimits.elementByteCountMax / 4).contains(number)
            case .bytes, .record: (1...PickleLimits.elementByteCountMax).contains(number)
            }
        guard isLegal else { return nil }
        self.init(kind: kind, byteCount: kind == .text ? 4 * number : number, isBigEndian: isBigEndian)
    }

    init(kind: Kind, byteCount: Int, isBigEndian: Bool = false, fields: [Field] = []) {
        self.kind = kind
        self.byteCount = byteCount
        self.isBigEndian = isBigEndian
        self.fields = fields
    }
}
