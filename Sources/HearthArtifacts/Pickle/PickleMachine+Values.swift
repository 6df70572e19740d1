/// Numbers, text and bytes.
extension PickleMachine {
    mutating func number(_ opcode: PickleOpcode, at offset: Int) throws(ArtifactError) -> UInt32 {
        switch opcode {
        case .binInt1: return try arena.makeInteger(Int64(try reader.byte("an integer")), at: offset)
        case .binInt2:
            let value: UInt16 = try reader.little("an integer")
            return try arena.makeInteger(Int64(value), at: offset)
        case .binInt:
            let value: Int32 = try reader.little("an integer")
            return try arena.makeInteger(Int64(value), at: offset)
        case .long1: return try long(UInt64(try reader.byte("an integer's length")), at: offset)
        case .long4:
            let length: Int32 = try reader.little("an integer's length")
            guard length >= 0 else {
                throw error(.corrupt, at: offset, "an integer of \(length) bytes found, none or more expected")
            }
            return try long(UInt64(length), at: offset)
        case .binFloat:
            let bits: UInt64 = try reader.little("a float")
            return try arena.makeFloat(Double(bitPattern: bits.byteSwapped), at: offset)
        case .float:
            let text = try numberText("a float")
            guard let value = Double(text) else {
                throw error(.corrupt, at: offset, "\(shown(text)) found where a float was expected")
            }
            return try arena.makeFloat(value, at: offset)
        default:
            var text = try numberText("an integer")
            if opcode == .int, text == "00" || text == "01" {
                return text == "01" ? PickleArena.true : PickleArena.false
            }
            if opcode == .long, text.hasSuffix("L") { text.removeLast() }
            if let value = Int64(text) { return try arena.makeInteger(value, at: offset) }
            guard let bytes = PickleInteger.bytes(of: text) else {
                throw error(.corrupt, at: offset, "\(shown(text)) found where an integer was expected")
            }
            return try arena.make(.integer, flags: .big, bytes: try pooled(bytes, at: offset), at: offset)
        }
    }

    private mutating func numberText(_ what: StaticString) throws(ArtifactError) -> String {
        let line = try reader.line(what, atMost: PickleLimits.numberTextByteCountMax)
        return unsafe String(decoding: unsafe reader.bytes(line), as: UTF8.self)
    }

    /// A little-endian two's complement of `length` bytes.
    private mutating func long(_ length: UInt64, at offset: Int) throws(ArtifactError) -> UInt32 {
        guard length <= PickleLimits.integerByteCountMax else {
            throw error(
                .overBudget, at: offset,
                "an integer of \(length) bytes found, at most \(PickleLimits.integerByteCountMax) are read",
                hint: "no estimator has such a number: save the estimator alone")
        }
        let start = try reader.skip(length, "an integer")
        let bytes = unsafe reader.bytes(start..<start + Int(length))
        if length <= 8 {
            var bits: UInt64 = unsafe (bytes.last ?? 0) & 0x80 == 0 ? 0 : .max
            for index in bytes.indices.reversed() { bits = unsafe bits << 8 | UInt64(bytes[index]) }
            return try arena.makeInteger(Int64(bitPattern: bits), at: offset)
        }
        return try arena.make(.integer, flags: .big, bytes: inContent(start, Int(length)), at: offset)
    }

    mutating func text(_ opcode: PickleOpcode, at offset: Int) throws(ArtifactError) -> UInt32 {
        switch opcode {
        case .shortBinUnicode: return try unicode(UInt64(try reader.byte("a string's length")), at: offset)
        case .binUnicode:
            let length: UInt32 = try reader.little("a string's length")
            return try unicode(UInt64(length), at: offset)
        case .binUnicode8: return try unicode(try reader.little("a string's length"), at: offset)
        case .shortBinBytes: return try bytes(UInt64(try reader.byte("a length of bytes")), at: offset)
        case .binBytes:
            let length: UInt32 = try reader.little("a length of bytes")
            return try bytes(UInt64(length), at: offset)
        case .binBytes8: return try bytes(try reader.little("a length of bytes"), at: offset)
        case .byteArray8: return try bytes(try reader.little("a length of bytes"), flags: .mutable, at: offset)
        case .shortBinString: return try ascii(UInt64(try reader.byte("a string's length")), at: offset)
        case .binString:
            let length: Int32 = try reader.little("a string's length")
            guard length >= 0 else {
                throw error(.corrupt, at: offset, "a string of \(length) bytes found, none or more expected")
            }
            return try ascii(UInt64(length), at: offset)
        case .unicode:
            let line = try line(at: offset)
            guard let bytes = unsafe PickleText.unescaped(raw: reader.bytes(line)) else {
                throw error(.corrupt, at: offset, "an escape that names no character found in a string")
            }
            return try arena.make(.string, bytes: try pooled(bytes, at: offset), at: offset)
        default:
            let line = try line(at: offset)
            guard let bytes = unsafe PickleText.unquoted(reader.bytes(line)) else { throw python2(at: offset) }
            return try arena.make(.string, bytes: try pooled(bytes, at: offset), at: offset)
        }
    }

    /// A line whose text, at most twice as long, still fits the arena.
    private mutating func line(at offset: Int) throws(ArtifactError) -> Range<Int> {
        let line = try reader.line("a string", atMost: limits.contentByteCountMax)
        try arena.require(2 &* line.count, at: offset)
        return line
    }

    private mutating func unicode(_ length: UInt64, at offset: Int) throws(ArtifactError) -> UInt32 {
        let start = try reader.skip(length, "a string")
        guard unsafe PickleText.isText(reader.bytes(start..<start + Int(length))) else {
            throw error(.corrupt, at: offset, "a string found that is not UTF-8")
        }
        return try arena.make(.string, bytes: inContent(start, Int(length)), at: offset)
    }

    private mutating func bytes(
        _ length: UInt64, flags: PickleRecord.Flags = [], at offset: Int
    ) throws(ArtifactError) -> UInt32 {
        let start = try reader.skip(length, "bytes")
        return try arena.make(.bytes, flags: flags, bytes: inContent(start, Int(length)), at: offset)
    }

    private mutating func ascii(_ length: UInt64, at offset: Int) throws(ArtifactError) -> UInt32 {
        let start = try reader.skip(length, "a string")
        guard unsafe reader.bytes(start..<start + Int(length)).allSatisfy({ $0 < 0x80 }) else {
            throw python2(at: offset)
        }
        return try arena.make(.string, bytes: inContent(start, Int(length)), at: offset)
    }

    private func python2(at offset: Int) -> ArtifactError {
        error(
            .unsupported, at: offset, "a byte string of Python 2 found that is not plain ASCII",
            hint: "load it with Python 3 (pickle.load(file, encoding='latin1')) and save it again")
    }

    /// A range of the content.
    func inContent(_ start: Int, _ count: Int) -> PickleArena.Bytes {
        PickleArena.Bytes(
            start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: count), inPool: false)
    }

    /// Bytes that were made from the content, kept beside it.
    mutating func pooled(_ bytes: [UInt8], at offset: Int) throws(ArtifactError) -> PickleArena.Bytes {
        try arena.charge(bytes.count, at: offset)
        let start = arena.pool.count
        try unsafe bytes.withUnsafeBufferPointer { buffer throws(ArtifactError) in
            try unsafe arena.pool.append(UnsafeRawBufferPointer(buffer), path: reader.path)
        }
        return PickleArena.Bytes(
            start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: bytes.count), inPool: true)
    }

    /// The bytes of a string or bytes node.
    func content(of node: UInt32) -> UnsafeRawBufferPointer {
        let range = arena.range(of: node)
        let all = Int(range.start)..<Int(range.start) + Int(range.count)
        guard range.inPool else { return unsafe reader.bytes(all) }
        return unsafe UnsafeRawBufferPointer(rebasing: arena.pool.bytes[all])
    }

    /// The text of a string node of at most `byteCountMax` bytes.
    func string(_ node: UInt32, atMost byteCountMax: Int = PickleLimits.nameByteCountMax) -> String? {
        guard arena.records[Int(node)].kind == .string, Int(arena.records[Int(node)].b) <= byteCountMax else {
            return nil
        }
        return unsafe String(decoding: unsafe content(of: node), as: UTF8.self)
    }

    /// Whether a node is the string `text`.
    func isText(_ node: UInt32, _ text: StaticString) -> Bool {
        let record = arena.records[Int(node)]
        guard record.kind == .string, Int(record.b) == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { unsafe $0.elementsEqual(content(of: node)) }
    }

    /// Text from the file as a message may show it: short, printable, in quotes.
    func shown(_ text: String) -> String { PickleText.shown(text) }
}
