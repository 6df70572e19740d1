package import HearthCore

/// What the values of an output are, and so the datatype in which they are sent.
///
/// The rule: numbers are FP64. Where a model chooses a class, the output has the classes' own type: INT64, BOOL or, for
/// text, BYTES. The -1 or 1 of an anomaly model is INT64.
package enum InferOutputKind {
    /// FP64.
    case numbers
    /// INT64: whole numbers as they stand.
    case wholeNumbers
    /// INT64: the class that an index stands for. One list of classes for all values of a row, or one for each.
    case integerClasses([[Int64]])
    /// BOOL: the same.
    case booleanClasses([[Bool]])
    /// FP64: the same.
    case floatClasses([[Double]])
    /// BYTES: the same. Whoever replies keeps the labels alive.
    case textClasses(OutputLabels)

    package var datatype: OpenInference.Datatype {
        switch self {
        case .numbers, .floatClasses: .fp64
        case .wholeNumbers, .integerClasses: .int64
        case .booleanClasses: .bool
        case .textClasses: .bytes
        }
    }
}

/// A `ModelInferResponse` that is put together in the arena and then written in one pass.
///
/// An output of one value per row has shape [rows], of more [rows, width]. Elements go to raw_output_contents, or to
/// `contents` when the request's came there.
@safe
package struct InferReply {
    /// An output with its elements as they are sent.
    @safe
    struct Output {
        var name: ByteView
        var datatype: OpenInference.Datatype
        var width: Int
        /// Doubles, 64-bit integers or bytes; class indices as doubles where there are labels.
        var elements: UnsafeRawPointer
        var labels: Unmanaged<OutputLabels>?
        /// Bytes of the elements in `contents`, without that message's own tag and length.
        var typedByteCount: Int
        /// Bytes of the elements in raw_output_contents.
        var rawByteCount: Int
        /// Bytes of the InferOutputTensor.
        var tensorByteCount: Int
        /// Where the elements are wanted when they are not sent.
        var wanted: SharedMemoryPlace?
    }

    private static let sourceKey: StaticString = "source"
    private static let generationKey: StaticString = "generation"

    private let header: ReplyHeader
    private let id: ByteView
    private let isTyped: Bool
    private let rowCount: Int
    let outputs: UnsafeMutableBufferPointer<Output>
    package private(set) var outputCount = 0
    let arena: Arena
    private let sourceByteCount: Int
    private let generationByteCount: Int

    /// Bytes of the message as it is so far.
    package private(set) var byteCount: Int

    /// A reply without outputs, to `request`; nil when the arena may not grow further.
    package init?(
        _ header: ReplyHeader, to request: InferRequestView, rowCount: Int, outputCountMax: Int, in arena: Arena
    ) {
        guard let outputs = unsafe arena.elements(Output.self, count: outputCountMax) else { return nil }
        unsafe self.outputs = outputs
        self.header = header
        self.arena = arena
        self.rowCount = rowCount
        id = request.id
        isTyped = request.isTyped
        sourceByteCount = Self.entryByteCount(
            Self.sourceKey, valueByteCount: VarInt.fieldByteCount(header.source.bytes.count))
        generationByteCount = Self.entryByteCount(
            Self.generationKey, valueByteCount: 1 + VarInt.byteCount(header.generation))
        byteCount =
            VarInt.fieldByteCount(header.modelName.count) + VarInt.fieldByteCount(header.modelVersion.count)
            + VarInt.fieldByteCount(id.count) + VarInt.fieldByteCount(sourceByteCount)
            + VarInt.fieldByteCount(generationByteCount)
    }

    /// Adds an output; false when the arena may not grow further, or a class index is none.
    ///
    /// - Parameters:
    ///   - width: values per row.
    ///   - values: rows x width, readable until the reply is written.
    ///   - wanted: where the elements are put instead of being sent; whoever has the region does that.
    @inline(__always)
    package mutating func append(
        name: ByteView, width: Int, values: UnsafePointer<Double>, kind: borrowing InferOutputKind,
        wanted: SharedMemoryPlace? = nil
    ) -> Bool {
        guard unsafe outputCount < outputs.count else { return false }
        let count = rowCount &* width
        var output = unsafe Output(
            name: name, datatype: kind.datatype, width: width, elements: UnsafeRawPointer(values), labels: nil,
            typedByteCount: 0, rawByteCount: count &* 8, tensorByteCount: 0)
        guard unsafe convert(&output, values, count: count, kind) else { return false }
        output.wanted = wanted
        if wanted != nil {
            output.typedByteCount = 0
        } else if isTyped && output.datatype != .bytes {
            output.typedByteCount = VarInt.fieldByteCount(Self.typedElementsByteCount(output, count))
        }
        let shapeByteCount =
            VarInt.byteCount(UInt64(rowCount)) + (width > 1 ? VarInt.byteCount(UInt64(width)) : 0)
        output.tensorByteCount =
            VarInt.fieldByteCount(name.count) + VarInt.fieldByteCount(output.datatype.name.utf8CodeUnitCount)
            + VarInt.fieldByteCount(shapeByteCount) + (isTyped ? VarInt.fieldByteCount(output.typedByteCount) : 0)
        if let place = output.place { output.tensorByteCount += place.entriesByteCount }
        byteCount += 1 + VarInt.byteCount(UInt64(output.tensorByteCount)) + output.tensorByteCount
        if !isTyped { byteCount += 1 + VarInt.byteCount(UInt64(output.sentByteCount)) + output.sentByteCount }
        unsafe outputs[outputCount] = output
        outputCount += 1
        return true
    }

    /// Writes the message, exactly ``byteCount`` bytes.
    package func write(to target: UnsafeMutableRawPointer) {
        var cursor = unsafe target
        unsafe VarInt.writeField(1, header.modelName, to: &cursor)
        unsafe VarInt.writeField(2, header.modelVersion, to: &cursor)
        unsafe VarInt.writeField(3, id, to: &cursor)
        unsafe writeParameters(to: &cursor)
        for index in 0..<outputCount { unsafe writeTensor(outputs[index], to: &cursor) }
        guard !isTyped else { return }
        for index in 0..<outputCount {
            let output = unsafe outputs[index]
            unsafe VarInt.writeTag(6, 2, to: &cursor)
            unsafe VarInt.write(UInt64(output.sentByteCount), to: &cursor)
            if output.wanted != nil { continue }
            if let labels = unsafe output.labels?.takeUnretainedValue() {
                unsafe writeLabels(output, labels, to: &cursor)
            } else {
                unsafe cursor.copyMemory(from: output.elements, byteCount: output.rawByteCount)
                unsafe cursor += output.rawByteCount
            }
        }
    }

    // MARK: - Elements

    /// Gives the output its elements in the form in which they are sent; false for a class index that is none.
    private func convert(
        _ output: inout Output, _ values: UnsafePointer<Double>, count: Int, _ kind: borrowing InferOutputKind
    ) -> Bool {
        switch copy kind {
        case .numbers: return true
        case .wholeNumbers:
            guard let elements = unsafe arena.elements(Int64.self, count: count), let start = elements.baseAddress
            else {
                return false
            }
            for index in 0..<count {
                guard let number = unsafe Int64(exactly: values[index]) else { return false }
                unsafe elements[index] = number
            }
            unsafe output.elements = UnsafeRawPointer(start)
            return true
        case .integerClasses(let classes):
            guard let elements = unsafe arena.elements(Int64.self, count: count), let start = elements.baseAddress
            else {
                return false
            }
            for index in 0..<count {
                let list = index % classes.count
                guard let place = unsafe Self.place(values[index], classes[list].count) else { return false }
                unsafe elements[index] = classes[list][place]
            }
            unsafe output.elements = UnsafeRawPointer(start)
            return true
        case .booleanClasses(let classes):
            guard let elements = unsafe arena.elements(UInt8.self, count: count), let start = elements.baseAddress
            else {
                return false
            }
            for index in 0..<count {
                let list = index % classes.count
                guard let place = unsafe Self.place(values[index], classes[list].count) else { return false }
                unsafe elements[index] = classes[list][place] ? 1 : 0
            }
            unsafe output.elements = UnsafeRawPointer(start)
            output.rawByteCount = count
            return true
        case .floatClasses(let classes):
            guard let elements = unsafe arena.elements(Double.self, count: count), let start = elements.baseAddress
            else {
                return false
            }
            for index in 0..<count {
                let list = index % classes.count
                guard let place = unsafe Self.place(values[index], classes[list].count) else { return false }
                unsafe elements[index] = classes[list][place]
            }
            unsafe output.elements = UnsafeRawPointer(start)
            return true
        case .textClasses(let labels):
            unsafe output.labels = .passUnretained(labels)
            output.rawByteCount = 0
            for index in 0..<count {
                guard let label = unsafe labels.text(values[index], at: index) else { return false }
                let length = label.utf8.count
                output.rawByteCount += 4 + length
                output.typedByteCount += 1 + VarInt.byteCount(UInt64(length)) + length
            }
            return true
        }
    }

    /// The class index in `value`; nil for one that is none.
    private static func place(_ value: Double, _ classCount: Int) -> Int? {
        guard let place = Int(exactly: value), place >= 0, place < classCount else { return nil }
        return place
    }

    /// Bytes of the packed field of `contents`.
    private static func typedElementsByteCount(_ output: Output, _ count: Int) -> Int {
        guard output.datatype == .int64 else { return output.rawByteCount }
        var total = 0
        for index in 0..<count {
            let number = unsafe output.elements.load(fromByteOffset: index &* 8, as: UInt64.self)
            total += VarInt.byteCount(number)
        }
        return total
    }

    // MARK: - Writing

    private func writeTensor(_ output: Output, to cursor: inout UnsafeMutableRawPointer) {
        unsafe VarInt.writeTag(5, 2, to: &cursor)
        unsafe VarInt.write(UInt64(output.tensorByteCount), to: &cursor)
        unsafe VarInt.writeField(1, output.name, to: &cursor)
        unsafe VarInt.writeField(2, ByteView(output.datatype.name), to: &cursor)
        let width = output.width
        let rowsByteCount = VarInt.byteCount(UInt64(rowCount))
        unsafe VarInt.writeFieldHeader(
            3, byteCount: rowsByteCount + (width > 1 ? VarInt.byteCount(UInt64(width)) : 0), to: &cursor)
        unsafe VarInt.write(UInt64(rowCount), to: &cursor)
        if width > 1 { unsafe VarInt.write(UInt64(width), to: &cursor) }
        if let place = output.place { unsafe place.writeEntries(4, to: &cursor) }
        guard isTyped && output.wanted == nil else { return }
        unsafe VarInt.writeFieldHeader(5, byteCount: output.typedByteCount, to: &cursor)
        unsafe writeContents(output, count: rowCount &* width, to: &cursor)
    }

    private func writeContents(_ output: Output, count: Int, to cursor: inout UnsafeMutableRawPointer) {
        if let labels = unsafe output.labels?.takeUnretainedValue() {
            for index in 0..<count {
                let value = unsafe output.elements.load(fromByteOffset: index &* 8, as: Double.self)
                unsafe VarInt.writeText(8, labels.text(value, at: index) ?? "", to: &cursor)
            }
            return
        }
        switch output.datatype {
        case .int64:
            unsafe VarInt.writeFieldHeader(3, byteCount: Self.typedElementsByteCount(output, count), to: &cursor)
            for index in 0..<count {
                let number = unsafe output.elements.load(fromByteOffset: index &* 8, as: UInt64.self)
                unsafe VarInt.write(number, to: &cursor)
            }
        case .bool: unsafe VarInt.writeField(1, ByteView(start: output.elements, count: count), to: &cursor)
        default: unsafe VarInt.writeField(7, ByteView(start: output.elements, count: count &* 8), to: &cursor)
        }
    }

    /// Every element of BYTES is its length in four bytes, then itself.
    func writeLabels(_ output: Output, _ labels: OutputLabels, to cursor: inout UnsafeMutableRawPointer) {
        for index in 0..<rowCount &* (output.width) {
            let value = unsafe output.elements.load(fromByteOffset: index &* 8, as: Double.self)
            var label = labels.text(value, at: index) ?? ""
            label.withUTF8 { bytes in
                unsafe cursor.storeBytes(of: UInt32(bytes.count).littleEndian, as: UInt32.self)
                unsafe cursor += 4
                guard let start = bytes.baseAddress else { return }
                unsafe cursor.copyMemory(from: start, byteCount: bytes.count)
                unsafe cursor += bytes.count
            }
        }
    }

    // MARK: - Parameters

    /// Bytes of a map entry whose value is an InferParameter of `valueByteCount` bytes.
    private static func entryByteCount(_ key: StaticString, valueByteCount: Int) -> Int {
        VarInt.fieldByteCount(key.utf8CodeUnitCount) + VarInt.fieldByteCount(valueByteCount)
    }

    private func writeParameters(to cursor: inout UnsafeMutableRawPointer) {
        let source = header.source.bytes
        unsafe VarInt.writeFieldHeader(4, byteCount: sourceByteCount, to: &cursor)
        unsafe VarInt.writeField(1, ByteView(Self.sourceKey), to: &cursor)
        unsafe VarInt.writeFieldHeader(2, byteCount: VarInt.fieldByteCount(source.count), to: &cursor)
        unsafe VarInt.writeField(3, source, to: &cursor)
        unsafe VarInt.writeFieldHeader(4, byteCount: generationByteCount, to: &cursor)
        unsafe VarInt.writeField(1, ByteView(Self.generationKey), to: &cursor)
        unsafe VarInt.writeFieldHeader(2, byteCount: 1 + VarInt.byteCount(header.generation), to: &cursor)
        // A member of a oneof is written even when it is 0.
        unsafe VarInt.writeTag(2, 0, to: &cursor)
        unsafe VarInt.write(header.generation, to: &cursor)
    }
}

extension AnswerSource {
    /// The name as replies carry it.
    var bytes: ByteView {
        switch self {
        case .file: ByteView("file")
        case .database: ByteView("database")
        case .zscore: ByteView("zscore")
        }
    }
}
