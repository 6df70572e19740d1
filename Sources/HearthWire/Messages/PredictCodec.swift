import CHearthMessages
package import HearthCore

/// A `hearth.v1.PredictRequest` as it lies in the arena: valid until the arena is reset.
@safe
package struct PredictRequestView {
    package var modelName: ByteView
    package var modelVersion: ByteView
    /// Values per row; 0 for the model's own.
    package var columnCount: Int
    /// row_count x column_count, rows one after the other.
    package var values: UnsafeBufferPointer<Double>
    private let outputs: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    package let outputCount: Int
    let textColumns: UnsafeMutablePointer<UnsafeMutablePointer<Hearth__V1__TextColumn>?>?
    /// Columns whose texts came along; see ``replaceTexts(_:columnNames:in:)``.
    package let textColumnCount: Int

    fileprivate init(_ message: UnsafeMutablePointer<Hearth__V1__PredictRequest>) {
        modelName = unsafe ByteView(message.pointee.model_name)
        modelVersion = unsafe ByteView(message.pointee.model_version)
        columnCount = unsafe Int(message.pointee.column_count)
        unsafe values = UnsafeBufferPointer(start: message.pointee.values, count: message.pointee.n_values)
        unsafe outputs = message.pointee.outputs
        outputCount = unsafe message.pointee.n_outputs
        unsafe textColumns = message.pointee.text_columns
        textColumnCount = unsafe message.pointee.n_text_columns
    }

    /// A request without named outputs and texts.
    fileprivate init(
        modelName: ByteView, modelVersion: ByteView, columnCount: Int, values: UnsafeBufferPointer<Double>
    ) {
        self.modelName = modelName
        self.modelVersion = modelVersion
        self.columnCount = columnCount
        unsafe self.values = values
        unsafe outputs = nil
        outputCount = 0
        unsafe textColumns = nil
        textColumnCount = 0
    }

    /// The name of the output that was asked for at `index`.
    package func outputName(at index: Int) -> ByteView {
        precondition(index >= 0 && index < outputCount, "an output name beyond those that were asked for")
        return unsafe ByteView(outputs?[index])
    }
}

/// One output of a reply, before it is written: plain bits, so that a list of them costs no reference counting.
@safe
package struct OutputView {
    let name: ByteView
    let width: Int
    let values: UnsafePointer<Double>
    let valueCount: Int
    let labels: Unmanaged<OutputLabels>?
    /// Bytes of the message.
    let byteCount: Int

    /// - Parameters:
    ///   - width: values per row.
    ///   - values: rowCount x width.
    ///   - labels: for classes; the values are indices into it. Texts are sent beside them, numbers in their place.
    ///     The caller keeps it alive.
    package init(
        name: ByteView, width: Int, values: UnsafePointer<Double>, rowCount: Int, labels: OutputLabels? = nil
    ) {
        self.name = name
        self.width = width
        unsafe self.values = values
        valueCount = rowCount * width
        unsafe self.labels = labels.map(Unmanaged.passUnretained)
        var total =
            VarInt.fieldByteCount(name.count) + VarInt.scalarByteCount(width) + VarInt.fieldByteCount(valueCount * 8)
        if let labels, !labels.texts.isEmpty {
            for index in 0..<valueCount {
                let length = unsafe Self.label(labels, values[index], index).utf8.count
                total += 1 + VarInt.byteCount(UInt64(length)) + length
            }
        }
        byteCount = total
    }
}

/// What stands in a reply beside its outputs.
package struct ReplyHeader {
    package var modelName: ByteView
    package var modelVersion: ByteView
    package var generation: UInt64
    package var source: AnswerSource

    package init(modelName: ByteView, modelVersion: ByteView, generation: UInt64, source: AnswerSource) {
        self.modelName = modelName
        self.modelVersion = modelVersion
        self.generation = generation
        self.source = source
    }
}

/// Reads and writes the messages of `Predict`.
///
/// The form that clients send, each field once and no named outputs, is read by hand (58 ns against 200 through
/// protobuf-c); every other legal form by protobuf-c. Requests and replies are written by hand in one pass straight
/// into the output buffer (14-22 ns against 80-130). Tests hold both directions against protobuf-c.
package enum PredictCodec {
    /// Reads a request; nil when the bytes are no such message or need more memory than an arena grants. What is
    /// returned lies partly in `payload`, partly in `arena`.
    @inline(__always)
    package static func request(_ payload: ByteView, in arena: Arena) -> PredictRequestView? {
        usualRequest(payload, in: arena) ?? anyRequest(payload, in: arena)
    }

    /// Reads the usual form of a request by hand; nil for every other one.
    @inline(__always)
    static func usualRequest(_ payload: ByteView, in arena: Arena) -> PredictRequestView? {
        var reader = FieldReader(payload)
        var name = ByteView.empty
        var version = ByteView.empty
        var columnCount: UInt64 = 0
        var values: ByteView?
        var seen: UInt64 = 0
        while let field = reader.next() {
            guard field.number <= 4, seen & 1 << field.number == 0 else { return nil }
            seen |= 1 << field.number
            switch (field.number, field.value) {
            case (1, .bytes(let view)): name = view
            case (2, .bytes(let view)): version = view
            case (3, .varint(let value)): columnCount = value
            case (4, .bytes(let view)): values = view
            default: return nil
            }
        }
        guard !reader.failed, columnCount <= UInt64(UInt32.max), let values, values.count & 7 == 0,
            let memory = unsafe arena.allocate(values.count)
        else { return nil }
        // The doubles start at any byte of the frame: kernels want them aligned.
        unsafe memory.copyMemory(from: values.start, byteCount: values.count)
        let doubles = unsafe UnsafeBufferPointer(
            start: UnsafePointer(memory.assumingMemoryBound(to: Double.self)), count: values.count / 8)
        return unsafe PredictRequestView(
            modelName: name, modelVersion: version, columnCount: Int(columnCount), values: doubles)
    }

    /// Reads any legal form of a request.
    static func anyRequest(_ payload: ByteView, in arena: Arena) -> PredictRequestView? {
        guard
            let message = unsafe hearth__v1__predict_request__unpack(
                arena.allocator, payload.count, payload.start.assumingMemoryBound(to: UInt8.self))
        else { return nil }
        return unsafe PredictRequestView(message)
    }

    /// Bytes of a reply's payload.
    package static func replyByteCount(
        _ header: ReplyHeader, rowCount: Int, outputs: UnsafeBufferPointer<OutputView>
    ) -> Int {
        var total = header.byteCount + VarInt.scalarByteCount(rowCount)
        for index in 0..<outputs.count {
            let inner = unsafe outputs[index].byteCount
            total += 1 + VarInt.byteCount(UInt64(inner)) + inner
        }
        return total
    }

    /// Writes a reply's payload, exactly as long as ``replyByteCount(_:rowCount:outputs:)`` says.
    package static func writeReply(
        _ header: ReplyHeader, rowCount: Int, outputs: UnsafeBufferPointer<OutputView>,
        to target: UnsafeMutableRawPointer
    ) {
        var cursor = unsafe target
        unsafe header.write(to: &cursor)
        unsafe VarInt.writeScalar(5, rowCount, to: &cursor)
        for index in 0..<outputs.count {
            let output = unsafe outputs[index]
            unsafe VarInt.writeTag(6, 2, to: &cursor)
            unsafe VarInt.write(UInt64(output.byteCount), to: &cursor)
            unsafe output.write(to: &cursor)
        }
    }

    /// Bytes of a request's payload.
    package static func requestByteCount(
        modelName: ByteView, modelVersion: ByteView, columnCount: Int, values: UnsafeBufferPointer<Double>,
        outputs: [String], textColumns: [TextColumn] = []
    ) -> Int {
        var total = VarInt.fieldByteCount(modelName.count) + VarInt.fieldByteCount(modelVersion.count)
        total += VarInt.scalarByteCount(columnCount) + VarInt.fieldByteCount(values.count * 8)
        for name in outputs { total += 1 + VarInt.byteCount(UInt64(name.utf8.count)) + name.utf8.count }
        for column in textColumns {
            total += 1 + VarInt.byteCount(UInt64(column.byteCount)) + column.byteCount
        }
        return total
    }

    /// Writes a request's payload.
    package static func writeRequest(
        modelName: ByteView, modelVersion: ByteView, columnCount: Int, values: UnsafeBufferPointer<Double>,
        outputs: [String], textColumns: [TextColumn] = [], to target: UnsafeMutableRawPointer
    ) {
        var cursor = unsafe target
        unsafe VarInt.writeField(1, modelName, to: &cursor)
        unsafe VarInt.writeField(2, modelVersion, to: &cursor)
        unsafe VarInt.writeScalar(3, columnCount, to: &cursor)
        unsafe VarInt.writeField(4, ByteView(UnsafeRawBufferPointer(values)), to: &cursor)
        for name in outputs { unsafe VarInt.writeText(5, name, to: &cursor) }
        for column in textColumns {
            unsafe VarInt.writeTag(6, 2, to: &cursor)
            unsafe VarInt.write(UInt64(column.byteCount), to: &cursor)
            unsafe VarInt.writeScalar(1, column.column, to: &cursor)
            for text in column.texts { unsafe VarInt.writeText(2, text, to: &cursor) }
        }
    }
}

extension ReplyHeader {
    var byteCount: Int {
        VarInt.fieldByteCount(modelName.count) + VarInt.fieldByteCount(modelVersion.count)
            + VarInt.scalarByteCount(Int(clamping: generation)) + 2
    }

    /// Fields 1 to 4, which the replies of `Predict` and `Detect` share.
    func write(to cursor: inout UnsafeMutableRawPointer) {
        unsafe VarInt.writeField(1, modelName, to: &cursor)
        unsafe VarInt.writeField(2, modelVersion, to: &cursor)
        unsafe VarInt.writeScalar(3, Int(clamping: generation), to: &cursor)
        unsafe VarInt.writeTag(4, 0, to: &cursor)
        unsafe VarInt.write(source.wireNumber, to: &cursor)
    }
}

extension OutputView {
    func write(to cursor: inout UnsafeMutableRawPointer) {
        unsafe VarInt.writeField(1, name, to: &cursor)
        unsafe VarInt.writeScalar(2, width, to: &cursor)
        guard let labels = unsafe labels?.takeUnretainedValue() else {
            unsafe VarInt.writeField(3, ByteView(start: values, count: valueCount * 8), to: &cursor)
            return
        }
        guard labels.numbers.isEmpty else { return unsafe writeNumbers(labels, to: &cursor) }
        unsafe VarInt.writeField(3, ByteView(start: values, count: valueCount * 8), to: &cursor)
        for index in 0..<valueCount {
            unsafe VarInt.writeText(4, Self.label(labels, values[index], index), to: &cursor)
        }
    }

    /// The label of a class index; empty for one that is no index.
    private static func label(_ labels: OutputLabels, _ value: Double, _ index: Int) -> String {
        labels.text(value, at: index) ?? ""
    }

    /// The labels themselves; what is no index stays as it is.
    private func writeNumbers(_ labels: OutputLabels, to cursor: inout UnsafeMutableRawPointer) {
        unsafe VarInt.writeFieldHeader(3, byteCount: valueCount * 8, to: &cursor)
        for index in 0..<valueCount {
            let value = unsafe values[index]
            let number = labels.number(value, at: index) ?? value
            unsafe cursor.storeBytes(of: number.bitPattern.littleEndian, as: UInt64.self)
            unsafe cursor += 8
        }
    }
}

extension AnswerSource {
    /// The number of `hearth.v1.Source`.
    package var wireNumber: UInt64 {
        switch self {
        case .file: 1
        case .database: 2
        case .zscore: 3
        }
    }

    /// The source of that number; nil for one that is none.
    package init?(wireNumber: UInt64) {
        switch wireNumber {
        case 1: self = .file
        case 2: self = .database
        case 3: self = .zscore
        default: return nil
        }
    }
}
