/// Everything that is built from a pickle, in flat tables: nodes refer to each other by index, so that nothing is
/// counted, nothing is shared by pointer, and a million nested lists are freed like an array of numbers.
struct PickleArena: ~Copyable {
    /// A run of a growing list's children; runs of one list are linked until ``freeze()``.
    struct Segment {
        var start: UInt32
        var count: UInt32
        var next: UInt32
        /// Only in the first run of a list: its last.
        var tail: UInt32
    }

    /// A range of bytes of the content or of the pool.
    struct Bytes {
        var start: UInt32
        var count: UInt32
        var inPool: Bool
    }

    /// An array's shape and where its elements are.
    struct Array {
        var type: UInt32
        var shapeStart: UInt32
        var rank: UInt8
        var isFortran: Bool
        /// The number of elements: the product of the shape, which was checked.
        var count: UInt32
        /// The elements; for arrays of objects, ``items`` instead.
        var bytes: Bytes
        /// The node of the list of elements.
        var items: UInt32
    }

    let path: String
    let limits: PickleLimits
    private(set) var byteCount = 0

    var records: [PickleRecord] = []
    var children: [UInt32] = []
    var segments: [Segment] = []
    var elementTypes: [PickleElementType] = []
    /// Element types whose size an array relies on: they do not change any more.
    var isElementTypeUsed: [Bool] = []
    var arrays: [Array] = []
    var shapes: [Int] = []
    /// Bytes that do not stand in the content as they are meant.
    let pool = ByteStore()

    static let none: UInt32 = 0
    static let `false`: UInt32 = 1
    static let `true`: UInt32 = 2

    init(path: String, limits: PickleLimits) {
        self.path = path
        self.limits = limits
        records = [
            PickleRecord(kind: .none, offset: 0), PickleRecord(kind: .bool, a: 0, offset: 0),
            PickleRecord(kind: .bool, a: 1, offset: 0),
        ]
    }

    /// Takes `count` bytes from the budget before they are used.
    @inline(__always)
    mutating func charge(_ count: Int, at offset: Int) throws(ArtifactError) {
        try require(count, at: offset)
        byteCount &+= count
    }

    /// Asks whether `count` more bytes are in the budget.
    @inline(__always)
    func require(_ count: Int, at offset: Int) throws(ArtifactError) {
        guard byteCount &+ count <= limits.arenaByteCountMax else { throw overBudget(at: offset) }
    }

    @inline(never)
    private func overBudget(at offset: Int) -> ArtifactError {
        ArtifactError(
            .overBudget, path: path, byteOffset: offset,
            "more than \(limits.arenaByteCountMax) bytes of nodes found (\(records.count) values so far)",
            hint: "a model's arrays cost nothing here: save the estimator alone with protocol 4 or 5, or raise "
                + "arenaByteCountMax")
    }

    @inline(__always)
    mutating func make(_ record: PickleRecord) throws(ArtifactError) -> UInt32 {
        try charge(MemoryLayout<PickleRecord>.stride, at: Int(record.offset))
        records.append(record)
        return UInt32(truncatingIfNeeded: records.count &- 1)
    }

    mutating func make(
        _ kind: PickleKind, flags: PickleRecord.Flags = [], bytes: Bytes, at offset: Int
    ) throws(ArtifactError) -> UInt32 {
        try make(
            PickleRecord(
                kind: kind, flags: bytes.inPool ? flags.union(.inPool) : flags, a: bytes.start, b: bytes.count,
                offset: UInt32(truncatingIfNeeded: offset)))
    }

    mutating func makeInteger(_ value: Int64, at offset: Int) throws(ArtifactError) -> UInt32 {
        let bits = UInt64(bitPattern: value)
        return try make(
            PickleRecord(
                kind: .integer, a: UInt32(truncatingIfNeeded: bits), b: UInt32(truncatingIfNeeded: bits >> 32),
                offset: UInt32(truncatingIfNeeded: offset)))
    }

    mutating func makeFloat(_ value: Double, at offset: Int) throws(ArtifactError) -> UInt32 {
        let bits = value.bitPattern
        return try make(
            PickleRecord(
                kind: .float, a: UInt32(truncatingIfNeeded: bits), b: UInt32(truncatingIfNeeded: bits >> 32),
                offset: UInt32(truncatingIfNeeded: offset)))
    }

    /// A tuple or frozen set of what lies on the stack from `start` on.
    mutating func make(
        _ kind: PickleKind, flags: PickleRecord.Flags = [], of stack: borrowing [UInt32], from start: Int,
        at offset: Int
    ) throws(ArtifactError) -> UInt32 {
        let count = stack.count &- start
        try charge(4 &* count, at: offset)
        let first = UInt32(truncatingIfNeeded: children.count)
        for index in start..<stack.count { children.append(stack[index]) }
        return try make(
            PickleRecord(
                kind: kind, flags: flags, a: first, b: UInt32(truncatingIfNeeded: count),
                offset: UInt32(truncatingIfNeeded: offset)))
    }

    /// A list, dictionary or set that may grow.
    mutating func makeGrowing(_ kind: PickleKind, row: UInt16 = 0, at offset: Int) throws(ArtifactError) -> UInt32 {
        try make(
            PickleRecord(
                kind: kind, row: row, a: PickleRecord.nothing, offset: UInt32(truncatingIfNeeded: offset)))
    }

    /// Adds what lies on the stack from `base` on to a growing node.
    mutating func append(
        _ stack: borrowing [UInt32], from base: Int, to node: UInt32, at offset: Int
    ) throws(ArtifactError) {
        guard stack.count > base else { return }
        try charge(4 &* (stack.count &- base), at: offset)
        let start = UInt32(truncatingIfNeeded: children.count)
        let count = UInt32(truncatingIfNeeded: stack.count &- base)
        for index in base..<stack.count { children.append(stack[index]) }
        let first = records[Int(node)].a
        records[Int(node)].b &+= count
        if first != PickleRecord.nothing {
            let tail = Int(segments[Int(first)].tail)
            if segments[tail].start &+ segments[tail].count == start {
                segments[tail].count &+= count
                return
            }
        }
        try charge(MemoryLayout<Segment>.stride, at: offset)
        let index = UInt32(truncatingIfNeeded: segments.count)
        segments.append(Segment(start: start, count: count, next: PickleRecord.nothing, tail: index))
        if first == PickleRecord.nothing {
            records[Int(node)].a = index
        } else {
            segments[Int(segments[Int(first)].tail)].next = index
            segments[Int(first)].tail = index
        }
    }

    /// The children of a tuple; nil for one of more than `countMax`, which is at most ``PickleItems/countMax``.
    func parts(of tuple: UInt32, atMost countMax: Int) -> PickleItems? {
        let record = records[Int(tuple)]
        guard record.kind == .tuple, Int(record.b) <= min(countMax, PickleItems.countMax) else { return nil }
        return PickleItems(children, from: Int(record.a), count: Int(record.b))
    }

    /// The children of a tuple; of a growing node before ``freeze()``, when there are at most `countMax`.
    func items(of node: UInt32, atMost countMax: Int) -> [UInt32]? {
        let record = records[Int(node)]
        guard Int(record.b) <= countMax else { return nil }
        if record.kind == .tuple {
            return [UInt32](children[Int(record.a)..<Int(record.a) + Int(record.b)])
        }
        var items: [UInt32] = []
        var index = record.a
        while index != PickleRecord.nothing {
            let segment = segments[Int(index)]
            items += children[Int(segment.start)..<Int(segment.start) + Int(segment.count)]
            index = segment.next
        }
        return items
    }

    /// Makes the children of every growing node one run; nothing grows afterwards.
    mutating func freeze() throws(ArtifactError) {
        for index in records.indices {
            switch records[index].kind {
            case .list, .dictionary, .set: break
            default: continue
            }
            let record = records[index]
            guard !record.flags.contains(.frozen), !record.flags.contains(.byReference) else { continue }
            guard record.a != PickleRecord.nothing else {
                records[index].a = 0
                continue
            }
            var segment = segments[Int(record.a)]
            guard segment.next != PickleRecord.nothing else {
                records[index].a = segment.start
                continue
            }
            try charge(4 &* Int(record.b), at: Int(record.offset))
            let start = UInt32(truncatingIfNeeded: children.count)
            while true {
                children.append(contentsOf: children[Int(segment.start)..<Int(segment.start) + Int(segment.count)])
                guard segment.next != PickleRecord.nothing else { break }
                segment = segments[Int(segment.next)]
            }
            records[index].a = start
        }
        segments = []
        for index in records.indices where records[index].flags.contains(.byReference) {
            let source = records[Int(records[index].a)]
            records[index].a = source.a
            records[index].b = source.b
            records[index].flags.remove(.byReference)
        }
    }

    /// The bytes of a string or bytes node.
    func range(of node: UInt32) -> Bytes {
        let record = records[Int(node)]
        return Bytes(start: record.a, count: record.b, inPool: record.flags.contains(.inPool))
    }

    /// The value of an integer node that fits 64 bits, or of a bool.
    func integer(_ node: UInt32) -> Int64? {
        let record = records[Int(node)]
        guard record.kind == .bool || (record.kind == .integer && !record.flags.contains(.big)) else { return nil }
        return Int64(bitPattern: UInt64(record.a) | UInt64(record.b) << 32)
    }
}
