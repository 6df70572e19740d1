/// What is checked when all instructions were carried out.
extension PickleMachine {
    /// Runs the whole content and returns its root: nothing is left to read, to fill or to doubt afterwards.
    mutating func runToEnd() throws(ArtifactError) -> UInt32 {
        let root = try run()
        guard reader.left == 0 else {
            throw error(
                .corrupt, at: reader.offset, "\(reader.left) bytes behind the end of the pickle found",
                hint: "a file holds one pickle: save the objects together, as a tuple or dict")
        }
        try arena.freeze()
        // Dictionaries of the same keys by their first key: every tree of a forest has those of the first.
        var checked: [UInt32: PickleRecord] = [:]
        for record in arena.records {
            switch record.kind {
            case .array: try checkArray(record)
            case .dictionary where record.b > 0:
                let first = arena.children[Int(record.a)]
                if let other = checked[first], haveSameKeys(record, other) { continue }
                try checkKeys(record)
                checked[first] = record
            default: break
            }
        }
        return root
    }

    private func checkArray(_ record: PickleRecord) throws(ArtifactError) {
        guard record.a != PickleRecord.nothing else {
            throw error(.corrupt, at: Int(record.offset), "an array without shape and elements found")
        }
        let array = arena.arrays[Int(record.a)]
        guard array.items != PickleRecord.nothing else { return }
        let count = arena.records[Int(array.items)].b
        guard count == array.count else {
            throw error(
                .corrupt, at: Int(record.offset), "an array of \(array.count) objects with \(count) of them found")
        }
    }

    /// Whether the keys of two dictionaries are the same nodes in the same order.
    private func haveSameKeys(_ one: PickleRecord, _ other: PickleRecord) -> Bool {
        guard one.b == other.b else { return false }
        return stride(from: 0, to: Int(one.b), by: 2).allSatisfy {
            arena.children[Int(one.a) + $0] == arena.children[Int(other.a) + $0]
        }
    }

    /// Two equal keys would let two readers see two files.
    private mutating func checkKeys(_ record: PickleRecord) throws(ArtifactError) {
        let end = Int(record.a) + Int(record.b)
        var duplicate: UInt32?
        if record.b <= 64 {
            var position = Int(record.a)
            while position < end, duplicate == nil {
                var other = Int(record.a)
                while other < position {
                    if try areEqual(arena.children[other], arena.children[position], in: record) {
                        duplicate = arena.children[position]
                    }
                    other += 2
                }
                position += 2
            }
        } else {
            var seen: Set<[UInt8]> = []
            for position in stride(from: Int(record.a), to: end, by: 2) where duplicate == nil {
                guard let identity = identity(of: arena.children[position]) else { continue }
                try compare(identity.count, in: record)
                if !seen.insert(identity).inserted { duplicate = arena.children[position] }
            }
        }
        guard let duplicate else { return }
        let name = arena.records[Int(duplicate)].kind == .string ? shown(string(duplicate) ?? "") : "a key"
        throw error(.corrupt, at: Int(record.offset), "a dict with \(name) twice found")
    }

    /// Takes `byteCount` from what may be compared: a file could name long keys that are almost equal again and again.
    private mutating func compare(_ byteCount: Int, in dictionary: PickleRecord) throws(ArtifactError) {
        comparableKeyByteCount &-= byteCount
        guard comparableKeyByteCount >= 0 else {
            throw error(
                .overBudget, at: Int(dictionary.offset),
                "more than \(PickleLimits.comparedKeyByteCountMax) bytes of keys to compare found",
                hint: "no model has so many long keys: save the estimator alone")
        }
    }

    private mutating func areEqual(
        _ left: UInt32, _ right: UInt32, in dictionary: PickleRecord
    ) throws(ArtifactError) -> Bool {
        if left == right { return true }
        // The length tells most strings apart; no bytes are looked at.
        guard arena.records[Int(left)].b == arena.records[Int(right)].b else { return false }
        let (one, other) = (arena.records[Int(left)], arena.records[Int(right)])
        guard one.kind == other.kind else { return false }
        switch one.kind {
        case .string, .bytes:
            let (bytes, others) = unsafe (content(of: left), content(of: right))
            // Names differ in their first bytes or are short; only what is neither is counted.
            guard unsafe bytes.prefix(8).elementsEqual(others.prefix(8)) else { return false }
            try compare(bytes.count, in: dictionary)
            return unsafe bytes.elementsEqual(others)
        case .integer where !one.flags.contains(.big) && !other.flags.contains(.big): fallthrough
        case .float, .bool: return one.a == other.a && one.b == other.b
        default: return false
        }
    }

    /// The bytes that tell a key from the others of a large dict; nil for keys that are not compared.
    private func identity(of key: UInt32) -> [UInt8]? {
        let record = arena.records[Int(key)]
        switch record.kind {
        case .string, .bytes: return [record.kind.rawValue] + (unsafe Array(content(of: key)))
        case .integer where record.flags.contains(.big): return nil
        case .none, .bool, .integer, .float:
            return [record.kind.rawValue]
                + [record.a, record.b].flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
        default: return nil
        }
    }
}
