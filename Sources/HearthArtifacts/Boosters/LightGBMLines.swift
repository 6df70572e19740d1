/// The lines of a LightGBM text, one after the other, with the place of each.
struct LightGBMLines {
    /// One line: `key=value`, or a key alone.
    struct Line {
        /// Offset of the first byte.
        let offset: Int
        let key: String
        /// Bytes after the first `=`; empty when there is none.
        let value: Range<Int>
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
            var end = start
            var equals: Int?
            while end < bytes.count, bytes[end] != UInt8(ascii: "\n") {
                if equals == nil, bytes[end] == UInt8(ascii: "=") { equals = end }
                end += 1
            }
            offset = min(end + 1, bytes.count)
            if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            if end == start { continue }
            let keyEnd = min(equals ?? end, end)
            // No key of the format is longer; a hostile line is not copied.
            let key = String(
                decoding: bytes[start..<min(keyEnd, start + BoosterLimits.quotedByteCountMax)], as: UTF8.self)
            return Line(offset: start, key: key, value: min(keyEnd + 1, end)..<end)
        }
        return nil
    }
}

/// The `key=value` lines of one part of the text: the header, or one tree.
struct LightGBMFields {
    private let bytes: [UInt8]
    private let failure: BoosterFailure
    /// How messages call the part.
    let place: String
    let offset: Int
    private var values: [String: Range<Int>] = [:]

    init(_ bytes: [UInt8], _ failure: BoosterFailure, place: String, offset: Int) {
        self.bytes = bytes
        self.failure = failure
        self.place = place
        self.offset = offset
    }

    mutating func add(_ line: LightGBMLines.Line) throws(ArtifactError) {
        guard values.count < BoosterLimits.lineCountMax else {
            throw failure.corrupt(
                line.offset,
                "more than \(BoosterLimits.lineCountMax) lines of \(place) found, at most that many expected")
        }
        guard values.updateValue(line.value, forKey: line.key) == nil else {
            throw failure.corrupt(line.offset, "key '\(line.key)' of \(place) found twice, one expected")
        }
    }

    func has(_ key: String) -> Bool { values[key] != nil }

    /// The value as text, or nil when there is no such line.
    func text(_ key: String) throws(ArtifactError) -> String? {
        guard let range = values[key] else { return nil }
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw failure.corrupt(range.lowerBound, "\(key) of \(place) that is not UTF-8 found")
        }
        return text
    }

    /// The words of the value, of which there may be fewer but not more; none when there is no such line.
    func words(_ key: String, atMost countMax: Int) throws(ArtifactError) -> [String] {
        guard let text = try text(key) else { return [] }
        let words = text.split(separator: " ", maxSplits: countMax)
        guard words.count <= countMax else {
            throw failure.corrupt(
                values[key]?.lowerBound,
                "more than \(countMax) words of \(key) of \(place) found, at most that many "
                    + "expected")
        }
        return words.map(String.init)
    }

    /// A whole number from 0 to `limit`.
    func count(_ key: String, atMost limit: Int) throws(ArtifactError) -> Int {
        let range = try range(key)
        guard let value = whole(range), (0...limit).contains(value) else {
            throw wrong(key, range, "a whole number from 0 to \(limit)")
        }
        return value
    }

    /// `count` whole numbers, each in `limits`.
    func integers(_ key: String, count: Int, in limits: ClosedRange<Int>) throws(ArtifactError) -> [Int] {
        try values(key, count: count, what: "a whole number from \(limits.lowerBound) to \(limits.upperBound)") {
            range in
            guard let value = whole(range), limits.contains(value) else { return nil }
            return value
        }
    }

    /// `count` numbers, each the double nearest to its decimal text, or `inf`: the threshold of a split that tells
    /// missing values from all others.
    func doubles(_ key: String, count: Int) throws(ArtifactError) -> [Double] {
        try values(key, count: count, what: "a number") { range in
            if bytes[range].elementsEqual("inf".utf8) { return .infinity }
            if bytes[range].elementsEqual("-inf".utf8) { return -.infinity }
            guard range.count <= BoosterLimits.numberByteCountMax,
                // Decimal digits only: Double would take hexadecimal ones and names too.
                bytes[range].allSatisfy({ Self.decimalBytes.contains($0) })
            else { return nil }
            return Double(String(decoding: bytes[range], as: UTF8.self))
        }
    }

    private static let decimalBytes = Set("0123456789+-.eE".utf8)

    private func values<Value>(
        _ key: String, count: Int, what: String, _ parse: (Range<Int>) -> Value?
    ) throws(ArtifactError) -> [Value] {
        let range = try range(key)
        // Every value takes a byte and a space.
        guard count <= (range.count + 1) / 2 else {
            throw failure.corrupt(
                range.lowerBound, "\(range.count) bytes of \(key) of \(place) found, \(count) values expected")
        }
        var result: [Value] = []
        result.reserveCapacity(count)
        var start = range.lowerBound
        while start < range.upperBound {
            guard bytes[start] != UInt8(ascii: " ") else {
                start += 1
                continue
            }
            var end = start
            while end < range.upperBound, bytes[end] != UInt8(ascii: " ") { end += 1 }
            guard let value = parse(start..<end) else { throw wrong(key, start..<end, what) }
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

    private func range(_ key: String) throws(ArtifactError) -> Range<Int> {
        guard let range = values[key] else {
            throw failure.corrupt(offset, "no line '\(key)=' of \(place) found, one expected")
        }
        return range
    }

    private func whole(_ range: Range<Int>) -> Int? {
        guard range.count <= 20 else { return nil }
        return Int(String(decoding: bytes[range], as: UTF8.self))
    }

    private func wrong(_ key: String, _ range: Range<Int>, _ expected: String) -> ArtifactError {
        let text = String(decoding: bytes[range].prefix(BoosterLimits.quotedByteCountMax), as: UTF8.self)
        return failure.corrupt(range.lowerBound, "'\(text)' as \(key) of \(place) found, \(expected) expected")
    }
}
