/// Splits a line into its values: by a delimiter, or as the members of a flat JSON object.
enum BarFields {
    private static let quote = UInt8(ascii: "\"")

    /// The fields of a line of a table, as ranges of `line`, without blanks around them and without their quotes.
    ///
    /// A delimiter inside quotes belongs to the field. Nil beyond `countMax` fields.
    static func split(_ line: ArraySlice<UInt8>, by delimiter: UInt8, countMax: Int) -> [Range<Int>]? {
        var fields: [Range<Int>] = []
        fields.reserveCapacity(16)
        var start = line.startIndex
        var isQuoted = false
        for index in line.indices {
            if line[index] == quote {
                isQuoted.toggle()
            } else if line[index] == delimiter, !isQuoted {
                guard fields.count < countMax else { return nil }
                fields.append(trimmed(line, start..<index))
                start = index + 1
            }
        }
        guard fields.count < countMax else { return nil }
        fields.append(trimmed(line, start..<line.endIndex))
        return fields
    }

    /// The range without blanks, then without one pair of quotes.
    private static func trimmed(_ line: ArraySlice<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high, line[low] == 0x20 || line[low] == 0x09 { low += 1 }
        while high > low, line[high - 1] == 0x20 || line[high - 1] == 0x09 { high -= 1 }
        if high - low >= 2, line[low] == quote, line[high - 1] == quote {
            low += 1
            high -= 1
        }
        return low..<high
    }

    /// The members of a JSON object whose values are numbers, texts, `true`, `false` or `null`: the ranges of the names
    /// and of the values, texts without their quotes.
    ///
    /// Throws the sentence that says what is wrong: it is nested, or no object.
    static func members(
        _ line: ArraySlice<UInt8>, countMax: Int
    ) throws(Reason) -> [(name: Range<Int>, value: Range<Int>)] {
        var scanner = Scanner(bytes: line, index: line.startIndex)
        var members: [(name: Range<Int>, value: Range<Int>)] = []
        members.reserveCapacity(8)
        guard scanner.take("{") else { throw Reason("it does not begin with {") }
        if !scanner.take("}") {
            repeat {
                guard let name = scanner.text() else { throw Reason("a name in quotes is missing") }
                guard scanner.take(":") else { throw Reason("a colon after a name is missing") }
                guard let value = scanner.text() ?? scanner.plain() else {
                    throw Reason("a value is missing or nested")
                }
                guard members.count < countMax else { throw Reason("it has more than \(countMax) members") }
                members.append((name, value))
            } while scanner.take(",")
            guard scanner.take("}") else { throw Reason("the closing } is missing") }
        }
        guard scanner.isAtEnd else { throw Reason("text follows the object") }
        return members
    }

    /// Why a line cannot be split.
    struct Reason: Error {
        var text: String

        init(_ text: String) { self.text = text }
    }

    private struct Scanner {
        let bytes: ArraySlice<UInt8>
        var index: Int

        var isAtEnd: Bool {
            mutating get {
                skipBlanks()
                return index == bytes.endIndex
            }
        }

        mutating func skipBlanks() {
            while index < bytes.endIndex, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            skipBlanks()
            guard index < bytes.endIndex, UInt32(bytes[index]) == character.value else { return false }
            index += 1
            return true
        }

        /// What stands between quotes; nil when there is no text.
        mutating func text() -> Range<Int>? {
            skipBlanks()
            guard index < bytes.endIndex, bytes[index] == quote else { return nil }
            var end = index + 1
            while end < bytes.endIndex, bytes[end] != quote {
                end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
            }
            guard end < bytes.endIndex else { return nil }
            let range = index + 1..<end
            index = end + 1
            return range
        }

        /// A number or a word; nil for nothing, an object or an array.
        mutating func plain() -> Range<Int>? {
            skipBlanks()
            let start = index
            while index < bytes.endIndex, isPlain(bytes[index]) { index += 1 }
            return index > start ? start..<index : nil
        }

        private func isPlain(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
            default: false
            }
        }
    }
}
