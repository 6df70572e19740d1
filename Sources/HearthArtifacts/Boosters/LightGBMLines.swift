/// The lines of a LightGBM text, one after the other, with the place of each.
struct LightGBMLines {
    /// One line: `key=value`, or a key alone.
    struct Line {
        let key: Range<Int>
        /// Bytes after the first `=`; empty when there is none.
        let value: Range<Int>

        /// Offset of the first byte.
        var offset: Int { key.lowerBound }
    }

    private let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The next line that is not empty, or nil at the end.
    mutating func next() -> Line? {
        while offset < bytes.count {
            let start = offset
            var end = bytes.firstIndex(of: UInt8(ascii: "\n"), in: start..<bytes.count) ?? bytes.count
            offset = min(end + 1, bytes.count)
            if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            if end == start { continue }
            let keyEnd = bytes.firstIndex(of: UInt8(ascii: "="), in: start..<end) ?? end
            return Line(key: start..<keyEnd, value: min(keyEnd + 1, end)..<end)
        }
        return nil
    }

    /// Whether the key of a line is this one.
    func isKey(_ key: StaticString, of line: Line) -> Bool { bytes.spells(key, in: line.key) }
}

/// The `key=value` lines of one part of the text: the header, or one tree.
///
/// Some twenty lines: looking through them takes less than hashing them would.
struct LightGBMFields {
    private let bytes: [UInt8]
    private let failure: BoosterFailure
    /// How messages call the part.
    let place: String
    let offset: Int
    private var lines: [LightGBMLines.Line] = []

    init(_ bytes: [UInt8], _ failure: BoosterFailure, place: String, offset: Int) {
        self.bytes = bytes
        self.failure = failure
        self.place = place
        self.offset = offset
        lines.reserveCapacity(24)
    }

    mutating func add(_ line: LightGBMLines.Line) throws(ArtifactError) {
        guard lines.count < BoosterLimits.lineCountMax else {
            throw failure.corrupt(
                line.offset,
                "more than \(BoosterLimits.lineCountMax) lines of \(place) found, at most that many expected")
        }
        lines.append(line)
    }

    /// The value of the one line with this key; nil when there is none.
    private func value(_ key: StaticString) throws(ArtifactError) -> Range<Int>? {
        var found: Range<Int>?
        for line in lines where bytes.spells(key, in: line.key) {
            guard found == nil else {
                throw failure.corrupt(line.offset, "key '\(key)' of \(place) found twice, one expected")
            }
            found = line.value
        }
        return found
    }

    func has(_ key: StaticString) throws(ArtifactError) -> Bool { try value(key) != nil }

    /// The value as text, or nil when there is no such line.
    func text(_ key: StaticString) throws(ArtifactError) -> String? {
        guard let range = try value(key) else { return nil }
        guard let text = bytes.text(in: range) else {
            throw failure.corrupt(range.lowerBound, "\(key) of \(place) that is not UTF-8 found")
        }
        return text
    }

    /// The words of the value, of which there may be fewer but not more; none when there is no such line.
    func words(_ key: StaticString, atMost countMax: Int) throws(ArtifactError) -> [String] {
        guard let text = try text(key) else { return [] }
        let words = text.split(separator: " ", maxSplits: countMax)
        guard words.count <= countMax else {
            throw failure.corrupt(
                try value(key)?.lowerBound,
                "more than \(countMax) words of \(key) of \(place) found, at most that many expected")
        }
        return words.map(String.init)
    }

    /// A whole number from 0 to `limit`.
    func count(_ key: StaticString, atMost limit: Int) throws(ArtifactError) -> Int {
        let range = try range(key)
        guard let value = whole(range), (0...limit).contains(value) else {
            throw wrong(key, range, "a whole number from 0 to \(limit)")
        }
        return value
    }

    /// `count` whole numbers, each in `limits`.
    func integers(_ key: StaticString, count: Int, in limits: ClosedRange<Int>) throws(ArtifactError) -> [Int] {
        try values(key, count: count, what: "a whole number from \(limits.lowerBound) to \(limits.upperBound)") {
            let value = $0?.integer ?? whole($1)
            guard let value, limits.contains(value) else { return nil }
            return value
        }
    }

    /// `count` numbers, each the double nearest to its decimal text, or `inf`: the threshold of a split that tells
    /// missing values from all others.
    func doubles(_ key: StaticString, count: Int) throws(ArtifactError) -> [Double] {
        try values(key, count: count, what: "a number") { $0?.double ?? rareDouble($1) }
    }

    /// Splits the value of a line into words and makes a value of each: of the number that it is, if so, or its bytes.
    @inline(__always)
    private func values<Value>(
        _ key: StaticString, count: Int, what: @autoclosure () -> String,
        _ parse: (DecimalText?, Range<Int>) -> Value?
    ) throws(ArtifactError) -> [Value] {
        let range = try range(key)
        // Every value takes a byte and a space.
        guard count <= (range.count + 1) / 2 else {
            throw failure.corrupt(
                range.lowerBound, "\(range.count) bytes of \(key) of \(place) found, \(count) values expected")
        }
        let bytes = bytes.span
        var result: [Value] = []
        result.reserveCapacity(count)
        var start = range.lowerBound
        while start < range.upperBound {
            guard bytes[start] != UInt8(ascii: " ") else {
                start += 1
                continue
            }
            let number = DecimalText(bytes, from: start, to: range.upperBound)
            var end = number.end
            while end < range.upperBound, bytes[end] != UInt8(ascii: " ") { end += 1 }
            let text = end == number.end && end - start <= BoosterLimits.numberByteCountMax ? number : nil
            guard let value = parse(text, start..<end) else { throw wrong(key, start..<end, what()) }
            guard result.count < count else {
                throw failure.corrupt(start, "more than \(count) values of \(key) of \(place) found, \(count) expected")
            }
            result.append(value)
            start = end
        }
        guard result.count == count else {
            throw failure.corrupt(
                range.lowerBound, "\(result.count) values of \(key) of \(place) found, \(count) expected")
        }
        return result
    }

    /// A number that ``DecimalText`` leaves to the C library, or `inf`.
    private func rareDouble(_ range: Range<Int>) -> Double? {
        let text = String(decoding: bytes[range].prefix(BoosterLimits.numberByteCountMax + 1), as: UTF8.self)
        switch text {
        case "inf": return .infinity
        case "-inf": return -.infinity
        default:
            guard text.utf8.count <= BoosterLimits.numberByteCountMax,
                // Decimal digits only: Double would take hexadecimal ones and names too.
                text.utf8.allSatisfy({ Self.decimalBytes.contains($0) })
            else { return nil }
            return Double(text)
        }
    }

    private static let decimalBytes = Array("0123456789+-.eE".utf8)

    private func range(_ key: StaticString) throws(ArtifactError) -> Range<Int> {
        guard let range = try value(key) else {
            throw failure.corrupt(offset, "no line '\(key)=' of \(place) found, one expected")
        }
        return range
    }

    private func whole(_ range: Range<Int>) -> Int? {
        guard range.count <= 20 else { return nil }
        return Int(String(decoding: bytes[range], as: UTF8.self))
    }

    private func wrong(_ key: StaticString, _ range: Range<Int>, _ expected: String) -> ArtifactError {
        let text = String(decoding: bytes[range].prefix(BoosterLimits.quotedByteCountMax), as: UTF8.self)
        return failure.corrupt(range.lowerBound, "'\(text)' as \(key) of \(place) found, \(expected) expected")
    }
}
