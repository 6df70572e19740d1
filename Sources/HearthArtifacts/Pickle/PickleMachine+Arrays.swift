/// NumPy's element types, arrays and scalars, and BUILD.
extension PickleMachine {
    mutating func build(at offset: Int) throws(ArtifactError) {
        let state = try pop(.build, at: offset)
        let node = try top(.build, at: offset)
        let record = arena.records[Int(node)]
        let isOpen: Bool
        switch record.kind {
        case .object, .opaque, .elementType: isOpen = true
        // The state of a dictionary's class says nothing that is read.
        case .dictionary: isOpen = record.row != 0
        case .array: isOpen = record.a == PickleRecord.nothing
        case .none, .bool, .integer, .float, .string, .bytes, .list, .tuple, .set, .name, .scalar: isOpen = false
        }
        guard isOpen, !record.flags.contains(.built) else {
            throw error(
                .corrupt, at: offset,
                record.flags.contains(.built)
                    ? "a second state for \(record.kind.text) found" : "a state for \(record.kind.text) found")
        }
        if record.flags.contains(.wrapper) { return try buildWrapped(node, state, at: offset) }
        arena.records[Int(node)].flags.insert(.built)
        switch record.kind {
        case .object: arena.records[Int(node)].b = state
        case .elementType: try buildElementType(node, state, at: offset)
        case .array: try buildArray(node, state, at: offset)
        default: break
        }
    }

    // MARK: Element types

    mutating func elementType(
        _ items: PickleItems, _ known: PickleGlobals.Row, at offset: Int
    ) throws(ArtifactError) -> UInt32 {
        guard (1...3).contains(items.count), let spec = string(items[0], atMost: 12) else {
            throw arguments(of: known, "\(items.count)", at: offset)
        }
        guard let type = PickleElementType(spec: spec.utf8) else {
            throw error(
                .unsupported, at: offset,
                "the dtype \(shown(spec)) found; b1, i1-i8, u1-u8, f2-f8, O8, U, S and structures of them are read, "
                    + "up to \(PickleLimits.elementByteCountMax) bytes an element",
                hint: "convert the array to one of these before saving")
        }
        try arena.charge(MemoryLayout<PickleElementType>.stride + 1, at: offset)
        arena.elementTypes.append(type)
        arena.isElementTypeUsed.append(false)
        return try arena.make(
            PickleRecord(
                kind: .elementType, a: UInt32(truncatingIfNeeded: arena.elementTypes.count - 1),
                offset: UInt32(truncatingIfNeeded: offset)))
    }

    private mutating func buildElementType(_ node: UInt32, _ state: UInt32, at offset: Int) throws(ArtifactError) {
        let index = arena.records[Int(node)].a
        func damaged(_ what: String) -> ArtifactError {
            error(.corrupt, at: offset, "the state of a dtype with \(what) found, which no version of NumPy writes")
        }
        guard !arena.isElementTypeUsed[Int(index)] else { throw damaged("arrays that rely on it already") }
        guard let items = arena.parts(of: state, atMost: 9),
            items.count >= 8, let version = arena.integer(items[0]), version == 3 || version == 4,
            items.count == version + 5
        else { throw damaged("another layout than versions 3 and 4") }
        guard let order = string(items[1], atMost: 1), ["<", ">", "=", "|"].contains(order) else {
            throw damaged("no byte order")
        }
        guard arena.records[Int(items[2])].kind == .none else {
            throw error(
                .unsupported, at: offset, "a dtype with sub-arrays found",
                hint: "convert the array to a plain one before saving")
        }
        guard let byteCount = arena.integer(items[5]),
            byteCount == -1 || byteCount == Int64(arena.elementTypes[Int(index)].byteCount)
        else { throw damaged("a size other than its name says") }
        arena.elementTypes[Int(index)].isBigEndian = order == ">"
        guard arena.elementTypes[Int(index)].kind == .record else {
            guard arena.records[Int(items[3])].kind == .none else { throw damaged("fields in a plain type") }
            return
        }
        arena.elementTypes[Int(index)].fields = try fields(
            names: items[3], types: items[4], in: arena.elementTypes[Int(index)].byteCount, at: offset)
    }

    private mutating func fields(
        names: UInt32, types: UInt32, in byteCount: Int, at offset: Int
    ) throws(ArtifactError) -> [PickleElementType.Field] {
        let countMax = PickleLimits.fieldCountMax
        guard arena.records[Int(names)].kind == .tuple, arena.records[Int(types)].kind == .dictionary,
            let names = arena.items(of: names, atMost: countMax),
            let pairs = arena.items(of: types, atMost: 2 * countMax),
            !names.isEmpty, pairs.count == 2 * names.count
        else {
            throw error(
                .corrupt, at: offset, "a structured dtype without 1 to \(countMax) named fields found")
        }
        var known: [String: PickleElementType.Field] = [:]
        for index in stride(from: 0, to: pairs.count, by: 2) {
            guard let name = string(pairs[index]), let parts = arena.parts(of: pairs[index + 1], atMost: 3),
                parts.count >= 2,
                arena.records[Int(parts[0])].kind == .elementType, let start = arena.integer(parts[1])
            else {
                throw error(.corrupt, at: offset, "a field of a structured dtype without name, type and offset found")
            }
            let type = arena.elementTypes[Int(arena.records[Int(parts[0])].a)]
            guard type.kind != .object, type.kind != .record, start >= 0, start <= Int64(byteCount),
                type.byteCount <= byteCount - Int(start)
            else {
                throw error(
                    .corrupt, at: offset,
                    "the field \(shown(name)) (\(type.text) at \(start)) found, a plain type within \(byteCount) bytes "
                        + "expected")
            }
            arena.isElementTypeUsed[Int(arena.records[Int(parts[0])].a)] = true
            known[name] = PickleElementType.Field(
                name: name, kind: type.kind, byteCount: type.byteCount, isBigEndian: type.isBigEndian,
                byteOffset: Int(start))
        }
        try arena.charge(names.count * MemoryLayout<PickleElementType.Field>.stride, at: offset)
        var fields: [PickleElementType.Field] = []
        for node in names {
            guard let name = string(node), let field = known.removeValue(forKey: name) else {
                throw error(.corrupt, at: offset, "a structured dtype whose names and fields differ found")
            }
            fields.append(field)
        }
        return fields
    }

    /// The index of the element type that `node` is, which does not change from now on.
    mutating func usedElementType(_ node: UInt32, at offset: Int) throws(ArtifactError) -> UInt32 {
        let record = arena.records[Int(node)]
        guard record.kind == .elementType else {
            throw error(.corrupt, at: offset, "\(record.kind.text) found where a dtype was expected")
        }
        let type = arena.elementTypes[Int(record.a)]
        guard type.kind != .record || !type.fields.isEmpty else {
            throw error(
                .unsupported, at: offset, "an array of \(type.text) without named fields found",
                hint: "convert the array to a plain one before saving")
        }
        arena.isElementTypeUsed[Int(record.a)] = true
        return record.a
    }

    // MARK: Arrays

    mutating func reconstructArray(
        _ items: PickleItems, _ known: PickleGlobals.Row, at offset: Int
    ) throws(ArtifactError) -> UInt32 {
        // An array of a file that was loaded as a memory map is a memmap, written with its elements all the same.
        guard items.count == 3, isName(items[0], "ndarray") || isName(items[0], "memmap"),
            arena.records[Int(items[1])].kind == .tuple,
            [.bytes, .string].contains(arena.records[Int(items[2])].kind)
        else {
            throw arguments(
                of: known, items.map { arena.records[Int($0)].kind.text }.joined(separator: ", "), at: offset)
        }
        return try arena.make(
            PickleRecord(kind: .array, a: PickleRecord.nothing, offset: UInt32(truncatingIfNeeded: offset)))
    }

    private mutating func buildArray(_ node: UInt32, _ state: UInt32, at offset: Int) throws(ArtifactError) {
        guard let items = arena.parts(of: state, atMost: 5), items.count == 5, arena.integer(items[0]) == 1,
            let isFortran = arena.integer(items[3])
        else {
            throw error(
                .corrupt, at: offset,
                "the state of an array that is not (1, shape, dtype, order, data) found, as every version of NumPy "
                    + "writes it")
        }
        let type = try usedElementType(items[2], at: offset)
        arena.records[Int(node)].a = try makeArray(
            type: type, shape: items[1], isFortran: isFortran != 0, data: items[4], at: offset)
    }

    mutating func arrayFromBuffer(
        _ items: PickleItems, _ known: PickleGlobals.Row, at offset: Int
    ) throws(ArtifactError) -> UInt32 {
        guard items.count == 4, arena.records[Int(items[0])].kind == .bytes, let order = string(items[3], atMost: 1),
            order == "C" || order == "F"
        else {
            throw arguments(
                of: known, items.map { arena.records[Int($0)].kind.text }.joined(separator: ", "), at: offset)
        }
        let type = try usedElementType(items[1], at: offset)
        let array = try makeArray(type: type, shape: items[2], isFortran: order == "F", data: items[0], at: offset)
        return try arena.make(
            PickleRecord(kind: .array, flags: .built, a: array, offset: UInt32(truncatingIfNeeded: offset)))
    }

    /// An array over the bytes or the list that `data` is; its size must be that of the shape.
    private mutating func makeArray(
        type: UInt32, shape: UInt32, isFortran: Bool, data: UInt32, at offset: Int
    ) throws(ArtifactError) -> UInt32 {
        let element = arena.elementTypes[Int(type)]
        let shape = try readShape(shape, at: offset)
        let record = arena.records[Int(data)]
        guard record.kind == (element.kind == .object ? .list : .bytes) else {
            throw error(
                .corrupt, at: offset, "an array of \(element.text) with \(record.kind.text) for its elements found")
        }
        // The length of a list is known at the end only.
        if element.kind != .object {
            let (byteCount, overflow) = shape.count.multipliedReportingOverflow(by: element.byteCount)
            guard !overflow, byteCount == Int(record.b) else {
                throw error(
                    .corrupt, at: offset,
                    "an array of shape \(shape.text) and \(element.byteCount) bytes an element with "
                        + "\(record.b) bytes found")
            }
        }
        return try makeArray(
            type: type, shape: shape, isFortran: isFortran,
            bytes: element.kind == .object ? inContent(0, 0) : arena.range(of: data),
            items: element.kind == .object ? data : PickleRecord.nothing, at: offset)
    }

    mutating func makeArray(
        type: UInt32, shape: Shape, isFortran: Bool, bytes: PickleArena.Bytes, items: UInt32, at offset: Int
    ) throws(ArtifactError) -> UInt32 {
        try arena.charge(MemoryLayout<PickleArena.Array>.stride + 8 * shape.rank, at: offset)
        let start = UInt32(truncatingIfNeeded: arena.shapes.count)
        for index in 0..<shape.rank { arena.shapes.append(shape.dimensions[index]) }
        arena.arrays.append(
            PickleArena.Array(
                type: type, shapeStart: start, rank: UInt8(truncatingIfNeeded: shape.rank),
                isFortran: isFortran, count: UInt32(truncatingIfNeeded: shape.count), bytes: bytes, items: items))
        return UInt32(truncatingIfNeeded: arena.arrays.count - 1)
    }

    /// The dimensions of an array and their product.
    struct Shape {
        /// The first ``rank`` of these.
        fileprivate(set) var dimensions = InlineArray<8, Int>(repeating: 0)
        fileprivate(set) var rank = 0
        fileprivate(set) var count = 1

        var text: String { "(\((0..<rank).map { String(dimensions[$0]) }.joined(separator: ", ")))" }
    }

    /// Reads a shape: every dimension and their product are below the size of the content.
    mutating func readShape(_ node: UInt32, at offset: Int) throws(ArtifactError) -> Shape {
        guard let items = arena.parts(of: node, atMost: PickleLimits.dimensionCountMax) else {
            throw error(
                .corrupt, at: offset,
                "a shape that is no tuple of at most \(PickleLimits.dimensionCountMax) dimensions found")
        }
        var shape = Shape()
        for item in items {
            guard let value = arena.integer(item), let dimension = Int(exactly: value), dimension >= 0,
                dimension <= limits.contentByteCountMax
            else {
                throw error(
                    .corrupt, at: offset,
                    "a dimension of an array that is no integer of 0 to \(limits.contentByteCountMax) found")
            }
            shape.dimensions[shape.rank] = dimension
            shape.rank += 1
            let (product, overflow) = shape.count.multipliedReportingOverflow(by: dimension)
            guard !overflow, product <= limits.contentByteCountMax else {
                throw error(
                    .corrupt, at: offset,
                    "an array of shape \(shape.text)... found, more elements than the content can hold")
            }
            shape.count = product
        }
        return shape
    }

    mutating func scalar(
        _ items: PickleItems, _ known: PickleGlobals.Row, at offset: Int
    ) throws(ArtifactError) -> UInt32 {
        guard items.count == 2, arena.records[Int(items[1])].kind == .bytes else {
            throw arguments(
                of: known, items.map { arena.records[Int($0)].kind.text }.joined(separator: ", "), at: offset)
        }
        let type = try usedElementType(items[0], at: offset)
        let element = arena.elementTypes[Int(type)]
        guard element.kind != .object, element.kind != .record, element.byteCount == Int(arena.records[Int(items[1])].b)
        else {
            throw error(
                .corrupt, at: offset,
                "a scalar of \(element.text) with \(arena.records[Int(items[1])].b) bytes found")
        }
        return try arena.make(
            PickleRecord(kind: .scalar, a: type, b: items[1], offset: UInt32(truncatingIfNeeded: offset)))
    }
}
