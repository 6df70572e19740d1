/// Reads UBJSON (draft 12) as XGBoost writes it: big-endian numbers, arrays with a type and a count.
///
/// One value, then nothing. A count is compared with the bytes that are left before anything is allocated; what
/// XGBoost does not write (objects with counts, high-precision numbers) is refused.
struct UBJSONDocument {
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
        var document = UBJSONDocument(bytes, failure)
        let marker = try document.marker("a value")
        let node = try document.value(marker, depth: 0, keep: true)
        guard document.offset == bytes.count else {
            throw failure.corrupt(document.offset, "\(bytes.count - document.offset) bytes after the end found")
        }
        return node
    }

    /// The next byte that is not the no-operation `N`.
    private mutating func marker(_ expected: @autoclosure () -> String) throws(ArtifactError) -> UInt8 {
        while offset < bytes.count {
            let byte = bytes[offset]
            offset &+= 1
            if byte != UInt8(ascii: "N") { return byte }
        }
        throw failure.truncated(offset, expected())
    }

    private mutating func value(_ marker: UInt8, depth: Int, keep: Bool) throws(ArtifactError) -> BoosterNode {
        let start = offset &- 1
        try budget.takeValue(at: start, failure)
        let content: BoosterNode.Content
        switch marker {
        case UInt8(ascii: "{"): content = try object(depth: depth + 1, keep: keep)
        case UInt8(ascii: "["): content = try list(depth: depth + 1, keep: keep)
        case UInt8(ascii: "S"): content = .text(try text(byteCount: try length()))
        case UInt8(ascii: "C"): content = .text(try text(byteCount: 1))
        case UInt8(ascii: "Z"): content = .null
        case UInt8(ascii: "T"): content = .number(1)
        case UInt8(ascii: "F"): content = .number(0)
        default:
            guard let form = NumberForm(rawValue: marker) else { throw unexpected(marker, at: start, "a value") }
            content = .number(try number(form))
        }
        return BoosterNode(offset: start, content: content)
    }

    private mutating func object(depth: Int, keep: Bool) throws(ArtifactError) -> BoosterNode.Content {
        try DocumentBudget.check(depth: depth, at: offset, failure)
        var members: [BoosterNode.Member] = []
        while true {
            let form = try marker("a key or '}'")
            if form == UInt8(ascii: "}") { return .object(members) }
            let key = try text(byteCount: try length(form))
            let kept = keep && !BoosterNode.isSkipped(key)
            let next = try marker("the value of key \(BoosterFailure.quoted(key))")
            let value = try value(next, depth: depth, keep: kept)
            if kept { members.append(BoosterNode.Member(key: key, value: value)) }
        }
    }

    private mutating func list(depth: Int, keep: Bool) throws(ArtifactError) -> BoosterNode.Content {
        try DocumentBudget.check(depth: depth, at: offset, failure)
        var next = try marker("an element or ']'")
        if next == UInt8(ascii: "$") {
            let type = try marker("the type of a list")
            guard let form = NumberForm(rawValue: type) else {
                throw unexpected(type, at: offset &- 1, "a type of numbers")
            }
            guard try marker("'#'") == UInt8(ascii: "#") else {
                throw unexpected(bytes[offset &- 1], at: offset &- 1, "'#'")
            }
            return .numbers(try numbers(form, count: try length(), keep: keep))
        }
        var remaining: Int?
        if next == UInt8(ascii: "#") {
            let count = try length()
            // Every element takes a byte at least.
            guard count <= bytes.count &- offset else { throw tooMany(count, "elements") }
            if count == 0 { return .numbers([]) }
            remaining = count
            next = try marker("an element")
        }
        var items: [BoosterNode] = []
        var plain: [Double] = []
        while remaining != nil || next != UInt8(ascii: "]") {
            let item = try value(next, depth: depth, keep: keep)
            if keep, case .number(let number) = item.content {
                try budget.takeNumbers(1, at: item.offset, failure)
                plain.append(number)
            } else if keep {
                items.append(item)
            }
            guard items.isEmpty || plain.isEmpty else {
                throw failure.corrupt(item.offset, "\(item.kind) found in a list, another kind as before it expected")
            }
            if let count = remaining {
                remaining = count &- 1
                if count == 1 { break }
            }
            next = try marker("an element")
        }
        return items.isEmpty ? .numbers(plain) : .list(items)
    }

    /// The elements of a typed array.
    private mutating func numbers(_ form: NumberForm, count: Int, keep: Bool) throws(ArtifactError) -> [Double] {
        guard count <= (bytes.count &- offset) / form.byteCount else { throw tooMany(count, "numbers") }
        guard keep else {
            offset &+= count &* form.byteCount
            return []
        }
        try budget.takeNumbers(count, at: offset, failure)
        let first = offset
        offset &+= count &* form.byteCount
        return switch form {
        case .int8: values(count, from: first) { (word: UInt8) in Double(Int8(bitPattern: word)) }
        case .uint8: values(count, from: first) { (word: UInt8) in Double(word) }
        case .int16: values(count, from: first) { (word: UInt16) in Double(Int16(bitPattern: word)) }
        case .int32: values(count, from: first) { (word: UInt32) in Double(Int32(bitPattern: word)) }
        case .int64: values(count, from: first) { (word: UInt64) in Double(Int64(bitPattern: word)) }
        case .float32: values(count, from: first) { (word: UInt32) in Double(Float(bitPattern: word)) }
        case .float64: values(count, from: first) { (word: UInt64) in Double(bitPattern: word) }
        }
    }

    /// The values of `count` big-endian words, which the caller has found to be there.
    @inline(__always)
    private func values<Word: FixedWidthInteger>(
        _ count: Int, from first: Int, _ value: (Word) -> Double
    ) -> [Double] {
        let size = MemoryLayout<Word>.size
        precondition(first >= 0 && first <= bytes.count && count * size <= bytes.count - first, "words out of bounds")
        return unsafe bytes.withUnsafeBytes { bytes in
            unsafe [Double](unsafeUninitializedCapacity: count) { output, initializedCount in
                for index in 0..<count {
                    let word = unsafe bytes.loadUnaligned(fromByteOffset: first &+ index &* size, as: Word.self)
                    unsafe output.initializeElement(at: index, to: value(Word(bigEndian: word)))
                }
                initializedCount = count
            }
        }
    }

    private mutating func number(_ form: NumberForm) throws(ArtifactError) -> Double {
        switch form {
        case .int8: Double(Int8(truncatingIfNeeded: try bits(1)))
        case .uint8: Double(try bits(1))
        case .int16: Double(Int16(truncatingIfNeeded: try bits(2)))
        case .int32: Double(Int32(truncatingIfNeeded: try bits(4)))
        case .int64: Double(Int64(bitPattern: try bits(8)))
        case .float32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: try bits(4))))
        case .float64: Double(bitPattern: try bits(8))
        }
    }

    /// A length with its own type in front.
    private mutating func length() throws(ArtifactError) -> Int {
        try length(try marker("a length"))
    }

    private mutating func length(_ marker: UInt8) throws(ArtifactError) -> Int {
        let start = offset &- 1
        let value: Int64
        switch NumberForm(rawValue: marker) {
        case .int8: value = Int64(Int8(truncatingIfNeeded: try bits(1)))
        case .uint8: value = Int64(try bits(1))
        case .int16: value = Int64(Int16(truncatingIfNeeded: try bits(2)))
        case .int32: value = Int64(Int32(truncatingIfNeeded: try bits(4)))
        case .int64: value = Int64(bitPattern: try bits(8))
        case .float32, .float64, nil: throw unexpected(marker, at: start, "a length")
        }
        guard value >= 0 else { throw failure.corrupt(start, "length \(value) found, 0 or more expected") }
        return Int(value)
    }

    private mutating func text(byteCount: Int) throws(ArtifactError) -> String {
        guard byteCount <= bytes.count &- offset else { throw tooMany(byteCount, "bytes of text") }
        guard let text = bytes.text(in: offset..<offset &+ byteCount) else {
            throw failure.corrupt(offset, "a text that is not UTF-8 found")
        }
        offset &+= byteCount
        return text
    }

    private mutating func bits(_ byteCount: Int) throws(ArtifactError) -> UInt64 {
        guard byteCount <= bytes.count &- offset else {
            throw failure.truncated(bytes.count, "a number of \(byteCount) bytes")
        }
        var value: UInt64 = 0
        for index in offset..<offset &+ byteCount { value = value << 8 | UInt64(bytes[index]) }
        offset &+= byteCount
        return value
    }

    private func tooMany(_ count: Int, _ what: String) -> ArtifactError {
        failure.truncated(offset, "\(count) \(what), more than the \(bytes.count &- offset) bytes left hold,")
    }

    private func unexpected(_ marker: UInt8, at offset: Int, _ expected: String) -> ArtifactError {
        let found =
            (0x21..<0x7F).contains(marker) ? "marker '\(Character(Unicode.Scalar(marker)))'" : "byte \(marker)"
        return failure.corrupt(offset, "\(found) found, \(expected) expected")
    }
}

/// The markers of numbers.
private enum NumberForm: UInt8 {
    case int8 = 0x69  // i
    case uint8 = 0x55  // U
    case int16 = 0x49  // I
    case int32 = 0x6C  // l
    case int64 = 0x4C  // L
    case float32 = 0x64  // d
    case float64 = 0x44  // D

    var byteCount: Int {
        switch self {
        case .int8, .uint8: 1
        case .int16: 2
        case .int32, .float32: 4
        case .int64, .float64: 8
        }
    }
}
