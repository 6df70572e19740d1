/// Single values: Python's own, and NumPy scalars wherever they stand for one.
extension PickleNode {
    /// A bool, or a NumPy bool.
    package func bool() throws(ArtifactError) -> Bool {
        switch record.kind {
        case .bool: return record.a != 0
        case .scalar:
            if let value = scalarColumn.bools()?.first { return value }
        default: break
        }
        throw expected("a bool")
    }

    /// An integer of 64 bits, a bool, or a NumPy integer.
    package func integer() throws(ArtifactError) -> Int64 {
        switch record.kind {
        case .bool: return Int64(record.a)
        case .integer:
            guard !record.flags.contains(.big) else {
                throw error("the integer \(try integerText()) found, one of 64 bits expected")
            }
            return Int64(bitPattern: UInt64(record.a) | UInt64(record.b) << 32)
        case .scalar:
            if let value = scalarColumn.integers()?.first { return value }
        default: break
        }
        throw expected("an integer")
    }

    /// An integer of 64 bits within `range`.
    package func integer(in range: ClosedRange<Int>) throws(ArtifactError) -> Int {
        let value = try integer()
        guard let value = Int(exactly: value), range.contains(value) else {
            throw error("\(value) found, \(range.lowerBound) to \(range.upperBound) expected")
        }
        return value
    }

    /// A float, or any integer that a double holds exactly; Python's or NumPy's.
    package func double() throws(ArtifactError) -> Double {
        switch record.kind {
        case .float: return Double(bitPattern: UInt64(record.a) | UInt64(record.b) << 32)
        case .integer, .bool:
            let value = try integer()
            guard let double = Double(exactly: value) else {
                throw error("\(value) found, a number that a double holds exactly expected")
            }
            return double
        case .scalar:
            if let value = scalarColumn.doubles()?.first { return value }
        default: break
        }
        throw expected("a number")
    }

    /// A float that is neither infinite nor NaN.
    package func finiteDouble() throws(ArtifactError) -> Double {
        let value = try double()
        guard value.isFinite else { throw error("\(value) found, a finite number expected") }
        return value
    }

    /// A string, or a NumPy string; lone surrogates become U+FFFD.
    package func string() throws(ArtifactError) -> String {
        switch record.kind {
        case .string:
            try document.spend(Int(record.b), at: self)
            return unsafe String(decoding: unsafe document.bytes(byteRange), as: UTF8.self)
        case .scalar:
            if let value = scalarColumn.strings()?.first { return value }
        default: break
        }
        throw expected("a string")
    }

    /// Runs `body` on the bytes of bytes, a bytearray or a string, which are not copied; valid for the call.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        guard record.kind == .bytes || record.kind == .string else { throw expected("bytes") }
        try document.spend(Int(record.b), at: self)
        return try unsafe body(document.bytes(byteRange))
    }

    /// A copy of the bytes of bytes, a bytearray or a string.
    package func bytes() throws(ArtifactError) -> [UInt8] {
        guard record.kind == .bytes || record.kind == .string else { throw expected("bytes") }
        try document.spend(Int(record.b), at: self)
        return unsafe Array(document.bytes(byteRange))
    }

    /// The size of bytes, a bytearray or a string.
    package func byteCount() throws(ArtifactError) -> Int {
        guard record.kind == .bytes || record.kind == .string else { throw expected("bytes") }
        return Int(record.b)
    }

    /// Whether bytes were a bytearray.
    package var isMutable: Bool { record.flags.contains(.mutable) }

    /// Whether a set was a frozenset.
    package var isFrozen: Bool { record.kind == .set && record.flags.contains(.frozen) }

    /// An integer of any size as decimal text.
    package func integerText() throws(ArtifactError) -> String {
        guard record.kind == .integer, record.flags.contains(.big) else { return String(try integer()) }
        return unsafe PickleInteger.text(of: unsafe document.bytes(byteRange))
    }

    /// The type of a NumPy scalar or dtype.
    package func elementType() throws(ArtifactError) -> PickleElementType {
        guard record.kind == .scalar || record.kind == .elementType else { throw expected("a dtype") }
        return document.elementTypes[Int(record.a)]
    }

    /// A NumPy array.
    package func array() throws(ArtifactError) -> PickleArray {
        guard record.kind == .array else { throw expected("an array") }
        let array = document.arrays[Int(record.a)]
        let shape = document.shapes[Int(array.shapeStart)..<Int(array.shapeStart) + Int(array.rank)]
        return PickleArray(node: self, array: array, shape: Array(shape))
    }

    /// The numbers of an array, a list or a tuple, in C order.
    package func doubles() throws(ArtifactError) -> [Double] {
        if record.kind == .array { return try array().doubles() }
        var values: [Double] = []
        for item in try sequence() { values.append(try item.double()) }
        return values
    }

    /// The integers of an array, a list or a tuple, in C order.
    package func integers() throws(ArtifactError) -> [Int64] {
        if record.kind == .array { return try array().integers() }
        var values: [Int64] = []
        for item in try sequence() { values.append(try item.integer()) }
        return values
    }

    /// The strings of an array, a list or a tuple, in C order.
    package func strings() throws(ArtifactError) -> [String] {
        if record.kind == .array { return try array().strings() }
        var values: [String] = []
        for item in try sequence() { values.append(try item.string()) }
        return values
    }

    private func sequence() throws(ArtifactError) -> [PickleNode] {
        guard record.kind == .list || record.kind == .tuple else { throw expected("an array, list or tuple") }
        return try items()
    }

    private var byteRange: PickleArena.Bytes {
        PickleArena.Bytes(start: record.a, count: record.b, inPool: record.flags.contains(.inPool))
    }

    /// The one element of a scalar.
    private var scalarColumn: PickleColumn {
        let data = document.records[Int(record.b)]
        return PickleColumn(
            document: document, type: document.elementTypes[Int(record.a)],
            bytes: PickleArena.Bytes(start: data.a, count: data.b, inPool: data.flags.contains(.inPool)), count: 1)
    }
}
