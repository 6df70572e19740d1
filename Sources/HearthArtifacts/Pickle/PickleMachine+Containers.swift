/// Tuples, lists, dictionaries, sets and the memo.
extension PickleMachine {
    mutating func tuple(_ count: Int, at offset: Int) throws(ArtifactError) {
        guard stream.stack.count - (stream.marks.last ?? 0) >= count else {
            throw error(.corrupt, at: offset, "a tuple of \(count) needs as many values above the mark")
        }
        let start = stream.stack.count - count
        let node = try arena.make(.tuple, of: stream.stack, from: start, at: offset)
        drop(to: start)
        try push(node, at: offset)
    }

    /// TUPLE, FROZENSET, LIST and DICT: one container of all that lies above the mark.
    mutating func collect(_ opcode: PickleOpcode, at offset: Int) throws(ArtifactError) {
        let mark = try popMark(opcode, at: offset)
        let node: UInt32
        switch opcode {
        case .tuple: node = try arena.make(.tuple, of: stream.stack, from: mark, at: offset)
        case .frozenSet: node = try arena.make(.set, flags: .frozen, of: stream.stack, from: mark, at: offset)
        case .dict:
            node = try arena.makeGrowing(.dictionary, at: offset)
            try addPairs(from: mark, to: node, at: offset)
        default:
            node = try arena.makeGrowing(.list, at: offset)
            try arena.append(stream.stack, from: mark, to: node, at: offset)
        }
        drop(to: mark)
        try push(node, at: offset)
    }

    /// APPEND and SETITEM.
    mutating func addOne(_ opcode: PickleOpcode, at offset: Int) throws(ArtifactError) {
        let count = opcode == .append ? 1 : 2
        guard stream.stack.count - (stream.marks.last ?? 0) > count else {
            throw error(.corrupt, at: offset, "\(opcode.text) needs a container and \(count) values above the mark")
        }
        try add(from: stream.stack.count - count, opcode, at: offset)
    }

    /// APPENDS, SETITEMS and ADDITEMS.
    mutating func addMany(_ opcode: PickleOpcode, at offset: Int) throws(ArtifactError) {
        let mark = try popMark(opcode, at: offset)
        guard mark > stream.marks.last ?? 0 else {
            throw error(.corrupt, at: offset, "\(opcode.text) needs a container below its mark")
        }
        try add(from: mark, opcode, at: offset)
    }

    /// Moves what lies on the stack from `start` on into the container below it.
    private mutating func add(from start: Int, _ opcode: PickleOpcode, at offset: Int) throws(ArtifactError) {
        let node = stream.stack[start - 1]
        let record = arena.records[Int(node)]
        switch (opcode, record.kind) {
        case (.append, .list), (.appends, .list):
            try arena.append(stream.stack, from: start, to: node, at: offset)
        case (.append, .opaque), (.appends, .opaque), (.setItem, .opaque), (.setItems, .opaque): break
        case (.addItems, .set) where record.flags.isDisjoint(with: [.frozen, .byReference]):
            try arena.append(stream.stack, from: start, to: node, at: offset)
        case (.setItem, .dictionary), (.setItems, .dictionary):
            try addPairs(from: start, to: node, at: offset)
        default:
            throw error(
                .corrupt, at: offset, "\(opcode.text) on \(record.kind.text), \(Self.receiver(of: opcode)) expected")
        }
        drop(to: start)
    }

    /// Forgets what lies on the stack from `start` on.
    private mutating func drop(to start: Int) {
        stream.stack.removeLast(stream.stack.count - start)
    }

    private static func receiver(of opcode: PickleOpcode) -> String {
        switch opcode {
        case .append, .appends: "a list"
        case .addItems: "a set"
        default: "a dict"
        }
    }

    private mutating func addPairs(from start: Int, to node: UInt32, at offset: Int) throws(ArtifactError) {
        let count = stream.stack.count - start
        guard count % 2 == 0 else {
            throw error(.corrupt, at: offset, "a dict of \(count) keys and values found, an even number expected")
        }
        var index = start
        while index < stream.stack.count {
            try checkKey(stream.stack[index], at: offset)
            index += 2
        }
        try arena.append(stream.stack, from: start, to: node, at: offset)
    }

    /// Keys are plain values, or a tuple of some: hashing anything deeper may take for ever.
    private func checkKey(_ node: UInt32, at offset: Int) throws(ArtifactError) {
        let record = arena.records[Int(node)]
        if Self.isPlain(record.kind) {
            guard [.string, .bytes].contains(record.kind), Int(record.b) > PickleLimits.keyByteCountMax else { return }
            throw error(
                .overBudget, at: offset,
                "a dict's key of \(record.b) bytes found, at most \(PickleLimits.keyByteCountMax) are read",
                hint: "save the estimator without this dict")
        }
        if arena.records[Int(node)].kind == .tuple,
            let parts = arena.items(of: node, atMost: PickleLimits.keyTupleCountMax),
            parts.allSatisfy({ Self.isPlain(arena.records[Int($0)].kind) })
        {
            return
        }
        throw error(
            .unsupported, at: offset,
            "\(arena.records[Int(node)].kind.text) as a dict's key found, a plain value or a short tuple of plain "
                + "values expected",
            hint: "save the estimator without this dict")
    }

    private static func isPlain(_ kind: PickleKind) -> Bool {
        switch kind {
        case .none, .bool, .integer, .float, .string, .bytes, .scalar, .name: true
        case .list, .tuple, .dictionary, .set, .object, .opaque, .array, .elementType: false
        }
    }

    // MARK: The memo

    mutating func useMemo(_ opcode: PickleOpcode, at offset: Int) throws(ArtifactError) {
        let slot: UInt32
        switch opcode {
        case .binPut: slot = UInt32(try reader.byte("a memo slot"))
        case .longBinGet, .longBinPut: slot = try reader.little("a memo slot")
        default:
            let line = try reader.line("a memo slot", atMost: PickleLimits.numberTextByteCountMax)
            guard let value = unsafe UInt32(String(decoding: unsafe reader.bytes(line), as: UTF8.self)) else {
                throw error(.corrupt, at: offset, "a memo slot that is no number of 32 bits found")
            }
            slot = value
        }
        switch opcode {
        case .binPut, .longBinPut, .put: try memoize(try top(opcode, at: offset), slot, at: offset)
        default: try recall(slot, at: offset)
        }
    }

    mutating func recall(_ slot: UInt32, at offset: Int) throws(ArtifactError) {
        let index = Int(slot)
        let node = index < stream.memo.count ? stream.memo[index] : stream.sparseMemo[slot]
        guard let node else {
            throw error(.corrupt, at: offset, "the memo slot \(slot) is read and was never written")
        }
        try push(node, at: offset)
    }

    mutating func memoize(_ node: UInt32, _ slot: UInt32, at offset: Int) throws(ArtifactError) {
        let index = Int(slot)
        if index < stream.memo.count {
            stream.memo[index] = node
        } else if index == stream.memo.count {
            try arena.charge(4, at: offset)
            stream.memo.append(node)
            if !stream.sparseMemo.isEmpty { stream.sparseMemo[slot] = nil }
        } else {
            try arena.charge(24, at: offset)
            stream.sparseMemo[slot] = node
        }
    }
}
