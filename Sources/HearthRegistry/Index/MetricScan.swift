/// Finds numbers among the members of a JSON object without building the object: the index asks ten thousand rows for
/// two figures each.
enum MetricScan {
    /// The text of each key's number in the object `json`, of the object itself only; empty where there is none.
    static func numbers(_ keys: [String], in json: String) -> [String] {
        var found = [String](repeating: "", count: keys.count)
        // `{}` is what most rows have.
        guard json.utf8.count > 2 else { return found }
        let bytes = Array(json.utf8)
        let wanted = keys.map { Array($0.utf8) }
        var depth = 0
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case 0x7B, 0x5B: depth += 1
            case 0x7D, 0x5D: depth -= 1
            case 0x22:
                let start = index + 1
                index = endOfString(bytes, from: start)
                guard depth == 1, let value = valueStart(bytes, after: index) else { break }
                let key = bytes[start..<min(index, bytes.count)]
                guard let position = wanted.firstIndex(where: { $0.elementsEqual(key) }) else { break }
                found[position] = number(bytes, from: value)
            default: break
            }
            index += 1
        }
        return found
    }

    /// Where the quotation mark that ends a string stands.
    private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != 0x22 { index += bytes[index] == 0x5C ? 2 : 1 }
        return index
    }

    /// Where the value begins, when a colon follows the string: then it was a key.
    private static func valueStart(_ bytes: [UInt8], after end: Int) -> Int? {
        var index = end + 1
        while index < bytes.count, isSpace(bytes[index]) { index += 1 }
        guard index < bytes.count, bytes[index] == 0x3A else { return nil }
        index += 1
        while index < bytes.count, isSpace(bytes[index]) { index += 1 }
        return index
    }

    private static func number(_ bytes: [UInt8], from start: Int) -> String {
        let end = bytes[start...].firstIndex { byte in
            switch byte {
            case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x45, 0x65: false
            default: true
            }
        }
        let text = String(decoding: bytes[start..<(end ?? bytes.count)], as: UTF8.self)
        return Double(text)?.isFinite == true ? text : ""
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
