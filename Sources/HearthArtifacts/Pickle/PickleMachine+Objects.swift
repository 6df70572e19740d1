/// Names, objects and what they are made of: GLOBAL, NEWOBJ and REDUCE.
extension PickleMachine {
    /// Looks a name up in the closed table; nothing else can become a class or function.
    mutating func global(_ opcode: PickleOpcode, at offset: Int) throws(ArtifactError) -> UInt32 {
        globalCount += 1
        guard globalCount <= PickleLimits.globalCountMax else {
            throw error(
                .overBudget, at: offset, "more than \(PickleLimits.globalCountMax) names of classes found",
                hint: "the pickler writes each once: the file was not written by it")
        }
        let module: String
        let name: String
        if opcode == .global {
            let first = try reader.line("a module's name", atMost: PickleLimits.nameByteCountMax)
            let second = try reader.line("a class's name", atMost: PickleLimits.nameByteCountMax)
            module = unsafe String(decoding: unsafe reader.bytes(first), as: UTF8.self)
            name = unsafe String(decoding: unsafe reader.bytes(second), as: UTF8.self)
        } else {
            let second = try pop(.stackGlobal, at: offset)
            let first = try pop(.stackGlobal, at: offset)
            guard let text = string(first), let other = string(second) else {
                throw error(
                    .corrupt, at: offset,
                    "\(arena.records[Int(first)].kind.text) and \(arena.records[Int(second)].kind.text) found where "
                        + "the names of a module and a class were expected (strings of at most "
                        + "\(PickleLimits.nameByteCountMax) bytes)")
            }
            (module, name) = (text, other)
        }
        guard let row = PickleGlobals.index["\(module) \(name)"], !module.contains(" "), !name.contains(" "),
            PickleGlobals.rows[Int(row)].role != .method || hasDistribution
        else {
            throw error(
                .refused, at: offset, "\(shown("\(module).\(name)")) is not among the classes that are read",
                hint: PickleGlobals.hint(module: module, name: name))
        }
        if PickleGlobals.rows[Int(row)].role == .distribution { hasDistribution = true }
        return try make(.name, row: row, at: offset)
    }

    private mutating func make(
        _ kind: PickleKind, flags: PickleRecord.Flags = [], row: UInt16, a: UInt32 = PickleRecord.nothing,
        b: UInt32 = PickleRecord.nothing, at offset: Int
    ) throws(ArtifactError) -> UInt32 {
        try arena.make(
            PickleRecord(
                kind: kind, flags: flags, row: row, a: a, b: b, offset: UInt32(truncatingIfNeeded: offset)))
    }

    /// The row of a node that is a name; an error for anything else.
    private func row(of node: UInt32, _ opcode: PickleOpcode, at offset: Int) throws(ArtifactError) -> UInt16 {
        let record = arena.records[Int(node)]
        guard record.kind == .name else {
            throw error(
                .corrupt, at: offset, "\(opcode.text) on \(record.kind.text), the name of a class was expected")
        }
        return record.row
    }

    /// The arguments on top of the stack, which must be a tuple.
    private mutating func arguments(_ opcode: PickleOpcode, at offset: Int) throws(ArtifactError) -> UInt32 {
        let node = try pop(opcode, at: offset)
        guard arena.records[Int(node)].kind == .tuple else {
            throw error(
                .corrupt, at: offset,
                "\(opcode.text) with \(arena.records[Int(node)].kind.text), a tuple of arguments was expected")
        }
        return node
    }

    mutating func newObject(at offset: Int) throws(ArtifactError) {
        let arguments = try arguments(.newObject, at: offset)
        let row = try row(of: try pop(.newObject, at: offset), .newObject, at: offset)
        let known = PickleGlobals.rows[Int(row)]
        guard arena.records[Int(arguments)].b == 0 else {
            throw error(
                .refused, at: offset,
                "a new \(known.publicClass) with \(arena.records[Int(arguments)].b) arguments found, none expected")
        }
        switch known.role {
        case .object: try push(try make(.object, row: row, at: offset), at: offset)
        case .opaque, .distribution: try push(try make(.opaque, row: row, at: offset), at: offset)
        case .dictionary: try push(try arena.makeGrowing(.dictionary, row: row, at: offset), at: offset)
        case .arrayWrapper:
            try push(try make(.opaque, flags: .wrapper, row: row, at: offset), at: offset)
        case .token, .value, .stateful, .method, .elementType, .array, .reconstructArray, .arrayFromBuffer, .scalar,
            .encode, .set, .frozenSet, .bytes, .byteArray, .reconstructObject:
            throw error(.refused, at: offset, "NEWOBJ on \(known.publicClass), a class of objects was expected")
        }
    }

    mutating func reduce(at offset: Int) throws(ArtifactError) {
        let arguments = try arguments(.reduce, at: offset)
        let row = try row(of: try pop(.reduce, at: offset), .reduce, at: offset)
        let known = PickleGlobals.rows[Int(row)]
        let node: UInt32
        switch known.role {
        case .opaque, .distribution: node = try make(.opaque, row: row, a: arguments, at: offset)
        case .value: node = try make(.object, flags: .built, row: row, a: arguments, at: offset)
        case .stateful: node = try make(.object, row: row, a: arguments, at: offset)
        default:
            guard let items = arena.parts(of: arguments, atMost: 4) else {
                throw self.arguments(of: known, "too many", at: offset)
            }
            node = try reduce(known, row, items, at: offset)
        }
        try push(node, at: offset)
    }

    private mutating func reduce(
        _ known: PickleGlobals.Row, _ row: UInt16, _ items: PickleItems, at offset: Int
    ) throws(ArtifactError) -> UInt32 {
        switch known.role {
        case .elementType: return try elementType(items, known, at: offset)
        case .reconstructArray: return try reconstructArray(items, known, at: offset)
        case .arrayFromBuffer: return try arrayFromBuffer(items, known, at: offset)
        case .scalar: return try scalar(items, known, at: offset)
        case .encode: return try encode(items, known, at: offset)
        case .set, .frozenSet: return try set(items, known, at: offset)
        case .bytes, .byteArray:
            let flags: PickleRecord.Flags = known.role == .byteArray ? .mutable : []
            if items.isEmpty { return try arena.make(.bytes, flags: flags, bytes: inContent(0, 0), at: offset) }
            guard items.count == 1, arena.records[Int(items[0])].kind == .bytes else { break }
            return try arena.make(.bytes, flags: flags, bytes: arena.range(of: items[0]), at: offset)
        case .dictionary:
            let isFactory = items.count == 1 && [.name, .none].contains(arena.records[Int(items[0])].kind)
            guard items.isEmpty || (known.name == "defaultdict" && isFactory) else { break }
            return try arena.makeGrowing(.dictionary, row: row, at: offset)
        case .reconstructObject:
            if let node = try reconstructObject(items, at: offset) { return node }
        case .method:
            guard items.count == 2, arena.records[Int(items[0])].kind == .opaque,
                PickleGlobals.rows[Int(arena.records[Int(items[0])].row)].role == .distribution,
                arena.records[Int(items[1])].kind == .string
            else { break }
            return try make(.opaque, flags: .built, row: row, at: offset)
        case .token, .object, .array, .arrayWrapper, .opaque, .distribution, .value, .stateful:
            throw error(
                .refused, at: offset, "a call of \(known.publicClass) found; it may only be named or made empty",
                hint: "if you trust the file, load it in Python and save the fitted estimator alone")
        }
        throw arguments(of: known, items.map { arena.records[Int($0)].kind.text }.joined(separator: ", "), at: offset)
    }

    /// An object as protocols 0 and 1 write it: its class, the class below it and what that one holds; nil for others.
    private mutating func reconstructObject(_ items: PickleItems, at offset: Int) throws(ArtifactError) -> UInt32? {
        guard items.count == 3, arena.records[Int(items[0])].kind == .name else { return nil }
        let row = arena.records[Int(items[0])].row
        let content = arena.records[Int(items[2])].kind
        switch PickleGlobals.rows[Int(row)].role {
        case .object where isName(items[1], "object") && content == .none:
            return try make(.object, row: row, at: offset)
        case .opaque where isName(items[1], "object") && content == .none,
            .distribution where isName(items[1], "object") && content == .none:
            return try make(.opaque, row: row, at: offset)
        case .dictionary where isName(items[1], "dict") && content == .dictionary:
            guard let pairs = arena.items(of: items[2], atMost: PickleLimits.reconstructedCountMax) else { return nil }
            let node = try arena.makeGrowing(.dictionary, row: row, at: offset)
            try arena.append(pairs, from: 0, to: node, at: offset)
            return node
        default: return nil
        }
    }

    func arguments(of known: PickleGlobals.Row, _ found: String, at offset: Int) -> ArtifactError {
        error(
            .corrupt, at: offset,
            "\(known.publicClass) with the arguments (\(found)) found, which no version of its library writes")
    }

    /// Whether a node names a class called `name`.
    func isName(_ node: UInt32, _ name: String) -> Bool {
        let record = arena.records[Int(node)]
        return record.kind == .name && PickleGlobals.rows[Int(record.row)].name == name
    }

    private mutating func set(
        _ items: PickleItems, _ known: PickleGlobals.Row, at offset: Int
    ) throws(ArtifactError) -> UInt32 {
        let flags: PickleRecord.Flags = known.role == .frozenSet ? .frozen : []
        if items.isEmpty { return try arena.make(.set, flags: flags.union(.frozen), of: [], from: 0, at: offset) }
        guard items.count == 1, [.list, .tuple].contains(arena.records[Int(items[0])].kind) else {
            throw arguments(
                of: known, items.map { arena.records[Int($0)].kind.text }.joined(separator: ", "), at: offset)
        }
        return try arena.make(
            PickleRecord(
                kind: .set, flags: flags.union(.byReference), a: items[0], offset: UInt32(truncatingIfNeeded: offset)))
    }

    /// Protocol 2 has no bytes: it writes them as Latin-1 text that is to be encoded.
    private mutating func encode(
        _ items: PickleItems, _ known: PickleGlobals.Row, at offset: Int
    ) throws(ArtifactError) -> UInt32 {
        guard items.count == 2, arena.records[Int(items[0])].kind == .string,
            let codec = string(items[1]), codec == "latin1" || codec == "latin-1"
        else {
            throw arguments(
                of: known, items.map { arena.records[Int($0)].kind.text }.joined(separator: ", "), at: offset)
        }
        if let known = encoded[items[0]] { return try arena.make(.bytes, bytes: known, at: offset) }
        let text = arena.range(of: items[0])
        try arena.charge(Int(text.count), at: offset)
        let start = arena.pool.count
        let room = try unsafe arena.pool.room(for: Int(text.count), path: reader.path)
        // The pool may have moved: the text is looked up after the room was made.
        guard let count = unsafe Self.latin1(content(of: items[0]), into: room) else {
            throw error(.corrupt, at: offset, "text beyond U+00FF found where Latin-1 was announced")
        }
        arena.pool.commit(count)
        let bytes = PickleArena.Bytes(
            start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: count), inPool: true)
        try arena.charge(24, at: offset)
        encoded[items[0]] = bytes
        return try arena.make(.bytes, bytes: bytes, at: offset)
    }

    /// Writes the characters of UTF-8 text as bytes; nil when one is beyond U+00FF.
    private static func latin1(_ text: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int? {
        var index = 0
        var count = 0
        let end = text.count
        while index < end {
            // Eight ASCII characters at a time: they stay what they are.
            if end - index >= 8 {
                let word = unsafe text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                if word & 0x8080_8080_8080_8080 == 0 {
                    unsafe output.storeBytes(of: word, toByteOffset: count, as: UInt64.self)
                    index += 8
                    count += 8
                    continue
                }
            }
            let byte = unsafe text[index]
            if byte < 0x80 {
                unsafe output[count] = byte
                index += 1
            } else {
                guard byte == 0xC2 || byte == 0xC3, index + 1 < end else { return nil }
                unsafe output[count] = (byte & 3) << 6 | (text[index + 1] & 0x3F)
                index += 2
            }
            count += 1
        }
        return count
    }
}
