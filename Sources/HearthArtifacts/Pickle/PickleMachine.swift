/// Carries out a pickle's instructions on inert values: a stack, a memo and an arena, and nothing that could be called.
///
/// Iterative, except that a joblib array of objects is a pickle within the pickle, at most
/// ``PickleLimits/streamDepthMax`` deep; all of them draw on the same budgets.
struct PickleMachine: ~Copyable {
    /// What one pickle has for itself.
    struct Stream {
        var stack: [UInt32] = []
        /// Where on the stack the marks are: nothing below the top one can be popped.
        var marks: [Int] = []
        /// The memo: slots that are used one after the other, and the others.
        var memo: [UInt32] = []
        var sparseMemo: [UInt32: UInt32] = [:]
    }

    var reader: PickleReader
    var arena: PickleArena
    var stream = Stream()
    var depth = 1
    private var operationCount = 0
    var globalCount = 0
    /// Whether a distribution of SciPy was met, whose methods may be named.
    var hasDistribution = false
    /// Bytes of keys that may still be compared.
    var comparableKeyByteCount = PickleLimits.comparedKeyByteCountMax
    /// Texts that were encoded already: the same text is never decoded twice.
    var encoded: [UInt32: PickleArena.Bytes] = [:]
    let limits: PickleLimits

    init(reader: PickleReader, limits: PickleLimits) {
        self.reader = reader
        self.limits = limits
        arena = PickleArena(path: reader.path, limits: limits)
    }

    /// Runs to STOP and returns the node that is left.
    mutating func run() throws(ArtifactError) -> UInt32 {
        let start = reader.offset
        while true {
            let offset = reader.offset
            let byte = try reader.byte("an instruction")
            operationCount &+= 1
            guard operationCount <= limits.operationCountMax else {
                throw error(
                    .overBudget, at: offset, "more than \(limits.operationCountMax) instructions found",
                    hint: "models take thousands: save the estimator alone, or raise operationCountMax")
            }
            guard let opcode = PickleOpcode(rawValue: byte) else { throw unknown(byte, at: offset, start: start) }
            if opcode == .stop {
                guard stream.marks.isEmpty, stream.stack.count == 1 else {
                    throw error(
                        .corrupt, at: offset,
                        "STOP with \(stream.stack.count) values and \(stream.marks.count) marks on the stack, one "
                            + "value and no mark expected")
                }
                return stream.stack[0]
            }
            if opcode == .protocol {
                let version = try reader.byte("the protocol's number")
                guard offset == start else {
                    throw error(.corrupt, at: offset, "PROTO in the middle of a pickle, at its start expected")
                }
                guard version <= PickleLimits.protocolMax else {
                    throw error(
                        .unsupportedVersion, at: offset,
                        "pickle protocol \(version) found, 0 to \(PickleLimits.protocolMax) are read",
                        hint: "save again with protocol=5")
                }
                continue
            }
            try execute(opcode, at: offset)
        }
    }

    private mutating func execute(_ opcode: PickleOpcode, at offset: Int) throws(ArtifactError) {
        switch opcode {
        case .stop, .protocol: break
        case .frame:
            let length: UInt64 = try reader.little("a frame's length")
            guard length <= UInt64(reader.left) else {
                throw error(
                    .truncated, at: offset, "a frame of \(length) bytes found, \(reader.left) are left",
                    hint: PickleReader.truncatedHint)
            }
        case .mark: try mark(at: offset)
        case .pop:
            if let mark = stream.marks.last, mark == stream.stack.count {
                stream.marks.removeLast()
            } else {
                _ = try pop(.pop, at: offset)
            }
        case .popMark: try dropToMark(.popMark, at: offset)
        case .dup: try push(try top(.dup, at: offset), at: offset)

        case .none: try push(PickleArena.none, at: offset)
        case .newTrue: try push(PickleArena.true, at: offset)
        case .newFalse: try push(PickleArena.false, at: offset)
        case .binInt, .binInt1, .binInt2, .long1, .long4, .int, .long, .float, .binFloat:
            try push(try number(opcode, at: offset), at: offset)
        case .shortBinUnicode, .binUnicode, .binUnicode8, .unicode, .string, .binString, .shortBinString,
            .shortBinBytes, .binBytes, .binBytes8, .byteArray8:
            try push(try text(opcode, at: offset), at: offset)

        case .emptyTuple: try push(try arena.make(.tuple, of: [], from: 0, at: offset), at: offset)
        case .tuple1: try tuple(1, at: offset)
        case .tuple2: try tuple(2, at: offset)
        case .tuple3: try tuple(3, at: offset)
        case .tuple, .frozenSet, .list, .dict: try collect(opcode, at: offset)
        case .emptyList: try push(try arena.makeGrowing(.list, at: offset), at: offset)
        case .emptyDict: try push(try arena.makeGrowing(.dictionary, at: offset), at: offset)
        case .emptySet: try push(try arena.makeGrowing(.set, at: offset), at: offset)
        case .append, .setItem: try addOne(opcode, at: offset)
        case .appends, .setItems, .addItems: try addMany(opcode, at: offset)

        // The two of every second instruction, by themselves.
        case .binGet: try recall(UInt32(try reader.byte("a memo slot")), at: offset)
        case .memoize:
            let slot = UInt32(truncatingIfNeeded: stream.memo.count &+ stream.sparseMemo.count)
            try memoize(try top(.memoize, at: offset), slot, at: offset)
        case .get, .longBinGet, .put, .binPut, .longBinPut: try useMemo(opcode, at: offset)
        case .global, .stackGlobal: try push(try global(opcode, at: offset), at: offset)
        case .newObject: try newObject(at: offset)
        case .reduce: try reduce(at: offset)
        case .build: try build(at: offset)
        }
    }

    // MARK: The stack

    @inline(__always)
    mutating func push(_ node: UInt32, at offset: Int) throws(ArtifactError) {
        guard stream.stack.count < PickleLimits.stackDepthMax else { throw fullStack(at: offset) }
        stream.stack.append(node)
    }

    private mutating func mark(at offset: Int) throws(ArtifactError) {
        guard stream.marks.count < PickleLimits.markCountMax else {
            throw error(
                .overBudget, at: offset, "more than \(PickleLimits.markCountMax) marks on the stack found",
                hint: "no model nests so deep: save the estimator alone")
        }
        stream.marks.append(stream.stack.count)
    }

    @inline(__always)
    mutating func pop(_ opcode: PickleOpcode, at offset: Int) throws(ArtifactError) -> UInt32 {
        guard stream.stack.count > stream.marks.last ?? 0, let node = stream.stack.popLast() else {
            throw emptyStack(opcode, at: offset)
        }
        return node
    }

    @inline(__always)
    func top(_ opcode: PickleOpcode, at offset: Int) throws(ArtifactError) -> UInt32 {
        guard stream.stack.count > stream.marks.last ?? 0, let node = stream.stack.last else {
            throw emptyStack(opcode, at: offset)
        }
        return node
    }

    /// The position of the top mark, which is removed.
    mutating func popMark(_ opcode: PickleOpcode, at offset: Int) throws(ArtifactError) -> Int {
        guard let mark = stream.marks.popLast() else {
            throw error(.corrupt, at: offset, "\(opcode.text) without a MARK before it")
        }
        return mark
    }

    private mutating func dropToMark(_ opcode: PickleOpcode, at offset: Int) throws(ArtifactError) {
        let mark = try popMark(opcode, at: offset)
        stream.stack.removeLast(stream.stack.count - mark)
    }

    // MARK: Errors

    func error(
        _ code: ArtifactError.Code, at offset: Int, _ message: String, hint: String = PickleReader.damageHint
    ) -> ArtifactError {
        ArtifactError(code, path: reader.path, byteOffset: offset, message, hint: hint)
    }

    @inline(never)
    private func fullStack(at offset: Int) -> ArtifactError {
        error(
            .overBudget, at: offset, "more than \(PickleLimits.stackDepthMax) values on the stack found",
            hint: "no model has tuples of that size: save the estimator alone")
    }

    @inline(never)
    private func emptyStack(_ opcode: PickleOpcode, at offset: Int) -> ArtifactError {
        error(.corrupt, at: offset, "\(opcode.text) needs a value above the mark and the stack has none")
    }

    private func unknown(_ byte: UInt8, at offset: Int, start: Int) -> ArtifactError {
        if let (name, reason) = PickleOpcode.refusal(of: byte) {
            return error(
                .refused, at: offset, "the instruction \(name) found, which \(reason); it is never carried out",
                hint: "no model needs it: if you trust the file, load it in Python and save the fitted estimator alone")
        }
        let hex = String(byte, radix: 16)
        if offset == 0 {
            return error(
                .notAnArtifact, at: 0, "the first byte is 0x\(hex), the start of a pickle or joblib file expected",
                hint: "name a file that pickle.dump or joblib.dump wrote")
        }
        return error(
            .corrupt, at: offset, "the byte 0x\(hex) is no instruction of the pickle protocols 0 to 5")
    }
}
