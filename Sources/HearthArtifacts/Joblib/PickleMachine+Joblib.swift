/// joblib's way of writing arrays: an object that tells type and shape, and the elements as raw bytes behind its BUILD
/// instruction, outside any frame.
///
/// From joblib 1.2 on padding stands between the two: one byte with its length, then so many bytes of 0xFF. An array of
/// objects is a whole pickle of its own instead, with its own memo. The wrapper, not the array, has the memo slot.
extension PickleMachine {
    mutating func buildWrapped(_ node: UInt32, _ state: UInt32, at offset: Int) throws(ArtifactError) {
        let wrapper = try readWrapper(state, at: offset)
        let element = arena.elementTypes[Int(wrapper.type)]
        if element.kind == .object {
            try readNested(into: node, wrapper.shape, at: offset)
            return
        }
        if let alignment = wrapper.alignment { try skipPadding(alignment) }
        let (byteCount, overflow) = wrapper.shape.count.multipliedReportingOverflow(by: element.byteCount)
        guard !overflow, byteCount <= reader.left else {
            throw error(
                .truncated, at: reader.offset,
                "an array of shape \(wrapper.shape.text) and \(element.byteCount) bytes an element found, "
                    + "\(reader.left) bytes are left", hint: PickleReader.truncatedHint)
        }
        let start = try reader.skip(UInt64(byteCount), "an array")
        let array = try makeArray(
            type: wrapper.type, shape: wrapper.shape, isFortran: wrapper.isFortran, bytes: inContent(start, byteCount),
            items: PickleRecord.nothing, at: offset)
        arena.records[Int(node)] = PickleRecord(
            kind: .array, flags: .built, a: array, offset: UInt32(truncatingIfNeeded: offset))
    }

    /// What an array wrapper says.
    private struct Wrapper {
        var type: UInt32
        var shape: Shape
        var isFortran: Bool
        /// nil when no padding was written (joblib 1.1 and older).
        var alignment: Int?
    }

    private mutating func readWrapper(_ state: UInt32, at offset: Int) throws(ArtifactError) -> Wrapper {
        guard arena.records[Int(state)].kind == .dictionary, let pairs = arena.items(of: state, atMost: 32) else {
            throw error(.corrupt, at: offset, "a joblib array without a description found")
        }
        var (subclass, shape, type, order, alignmentBytes): (UInt32?, UInt32?, UInt32?, UInt32?, UInt32?)
        for index in stride(from: 0, to: pairs.count, by: 2) {
            let (key, value) = (pairs[index], pairs[index + 1])
            if isText(key, "subclass") {
                subclass = value
            } else if isText(key, "shape") {
                shape = value
            } else if isText(key, "dtype") {
                type = value
            } else if isText(key, "order") {
                order = value
            } else if isText(key, "numpy_array_alignment_bytes") {
                alignmentBytes = value
            }
        }
        guard let subclass, let shape, let type, let order, isText(order, "C") || isText(order, "F") else {
            throw error(
                .corrupt, at: offset, "a joblib array without subclass, shape, order and dtype found")
        }
        guard isName(subclass, "ndarray") || isName(subclass, "memmap") else {
            throw error(
                .unsupported, at: offset, "a joblib array that is neither a numpy.ndarray nor a numpy.memmap found",
                hint: "convert it with numpy.asarray before saving")
        }
        var alignment: Int?
        if let field = alignmentBytes, arena.records[Int(field)].kind != .none {
            guard let value = arena.integer(field), (1...255).contains(value) else {
                throw error(.corrupt, at: offset, "a joblib array whose alignment is not 1 to 255 found")
            }
            alignment = Int(value)
        }
        return Wrapper(
            type: try usedElementType(type, at: offset), shape: try readShape(shape, at: offset),
            isFortran: isText(order, "F"), alignment: alignment)
    }

    private mutating func skipPadding(_ alignment: Int) throws(ArtifactError) {
        let offset = reader.offset
        let count = try reader.byte("the length of an array's padding")
        guard Int(count) <= alignment else {
            throw error(
                .corrupt, at: offset, "\(count) bytes of padding found, at most \(alignment) expected")
        }
        let start = try reader.skip(UInt64(count), "an array's padding")
        guard unsafe reader.bytes(start..<start + Int(count)).allSatisfy({ $0 == 0xFF }) else {
            throw error(.corrupt, at: start, "padding that is not 0xFF found")
        }
    }

    /// Reads the pickle that an array of objects is; the same budgets, its own stack and memo.
    private mutating func readNested(into node: UInt32, _ shape: Shape, at offset: Int) throws(ArtifactError) {
        guard depth < PickleLimits.streamDepthMax else {
            throw error(
                .overBudget, at: offset, "pickles within pickles found, more than \(PickleLimits.streamDepthMax) deep",
                hint: "joblib writes two levels: the file was not written by it")
        }
        let outer = stream
        stream = Stream()
        depth += 1
        let result = try run()
        depth -= 1
        stream = outer
        let record = arena.records[Int(result)]
        guard record.kind == .array, record.a != PickleRecord.nothing,
            Int(arena.arrays[Int(record.a)].count) == shape.count,
            arena.elementTypes[Int(arena.arrays[Int(record.a)].type)].kind == .object
        else {
            throw error(
                .corrupt, at: offset,
                "\(record.kind.text) found where the \(shape.count) objects of an array were expected")
        }
        arena.records[Int(node)] = record
    }
}
