import CHearthMessages
package import HearthCore

/// The columns of the model that a request is for.
package struct InferColumns {
    /// For messages.
    package var modelName: ByteView
    /// Values per row.
    package var count: Int
    /// One per column, or none.
    package var names: [String]
    /// What the columns take; nil when all take numbers.
    package var texts: TextTable?

    package init(modelName: ByteView, count: Int, names: [String], texts: TextTable? = nil) {
        self.modelName = modelName
        self.count = count
        self.names = names
        self.texts = texts
    }
}

/// From input tensors to rows of doubles: one matrix of any name, or one tensor per column, named after it.
extension InferRequestView {
    /// Holds the request against the model's columns: every name, datatype, shape and number of elements. Returns the
    /// number of rows, at least 1.
    package func rowCount(_ columns: InferColumns, in arena: Arena) throws(CallFailure) -> Int {
        try checkOutputs(columns)
        let unsharedCount = inputCount - sharedInputCount
        guard isTyped || rawCount == unsharedCount else {
            throw Self.invalid(
                sharedInputCount == 0
                    ? "\(rawCount) raw_input_contents for \(inputCount) inputs found; one for each input is expected, "
                        + "or none and the elements in 'contents'"
                    : "\(rawCount) raw_input_contents found; one for each of the \(unsharedCount) inputs that are not "
                        + "in shared memory is expected")
        }
        for index in unsafe 0..<inputs.count { try checkInput(index, columns) }
        let rowCount = try arrangedRowCount(columns, in: arena)
        if usesTexts(columns) { try checkKinds(columns) }
        return rowCount
    }

    private func arrangedRowCount(_ columns: InferColumns, in arena: Arena) throws(CallFailure) -> Int {
        switch unsafe inputs.count {
        case 0:
            throw Self.invalid("no inputs found; model '\(columns.modelName.text)' takes \(Self.expected(columns))")
        case 1: return try matrixRowCount(columns)
        case 2 where usesTexts(columns) && isPair(columns): return try pairRowCount(columns)
        default: return try namedRowCount(columns, in: arena)
        }
    }

    /// The rows, one after the other, `columns.count` values each. Call it after ``rowCount(_:in:)``, with what that
    /// returned.
    package func rows(
        _ rowCount: Int, _ columns: InferColumns, in arena: Arena
    ) throws(CallFailure) -> UnsafePointer<Double> {
        let (valueCount, overflow) = rowCount.multipliedReportingOverflow(by: columns.count)
        guard !overflow, let values = unsafe arena.elements(Double.self, count: valueCount),
            let start = values.baseAddress
        else {
            throw CallFailure(
                .resourceExhausted,
                "\(rowCount) rows of \(columns.count) values need more memory than one call may have; send fewer rows")
        }
        if usesTexts(columns) {
            unsafe try writeTextRows(rowCount, columns, to: start, in: arena)
            return unsafe UnsafePointer(start)
        }
        let stride = unsafe inputs.count == 1 ? 1 : columns.count
        for index in unsafe 0..<inputs.count {
            // Copied out: the elements of the buffer are read while they are converted.
            let input = unsafe inputs[index]
            precondition(
                input.shared.map { $0.byteCount == input.raw.count } ?? true, "shared memory is read before its rows")
            if let found = unsafe input.write(to: start + input.column, stride: stride, isTyped: isTyped) {
                throw Self.invalid("element \(found.index) of input '\(input.name.shown)' is \(found.problem)")
            }
        }
        return unsafe UnsafePointer(start)
    }

    // MARK: - Checks

    private func checkOutputs(_ columns: InferColumns) throws(CallFailure) {
        for index in unsafe 0..<outputs.count {
            let output = unsafe outputs[index]
            if output.wantsClassification {
                throw CallFailure(
                    .unimplemented,
                    "output '\(output.name.shown)' is wanted with 'classification', which this server does not offer; "
                        + "leave the parameter out and read the output's values")
            }
            if let place = output.shared, !place.isWhole {
                throw Self.invalid("output '\(output.name.shown)' \(SharedMemoryPlace.brokenMessage)")
            }
        }
    }

    private func checkInput(_ index: Int, _ columns: InferColumns) throws(CallFailure) {
        var input = unsafe inputs[index]
        let name = input.name
        if let place = input.shared, !place.isWhole {
            throw Self.invalid("input '\(name.shown)' \(SharedMemoryPlace.brokenMessage)")
        }
        guard let datatype = OpenInference.Datatype(name: input.datatypeName),
            datatype.isNumeric || datatype == .bytes && columns.texts != nil
        else {
            throw Self.invalid(
                "input '\(name.shown)' has datatype '\(input.datatypeName.shown)'; model '\(columns.modelName.text)' "
                    + "takes numbers: FP64, FP32, INT8 to INT64, UINT8 to UINT64 or BOOL"
                    + (columns.texts == nil ? "" : "; and BYTES for columns of text"))
        }
        input.datatype = datatype
        input.elementCount = try elementCount(of: input)
        if isTyped {
            try checkTyped(input)
        } else {
            guard unsafe input.contents == nil else {
                throw Self.invalid(
                    "input '\(name.shown)' has 'contents' in a request with "
                        + (sharedInputCount == 0 ? "raw_input_contents" : "shared memory")
                        + "; send all elements in one of the two")
            }
            // Elements of BYTES carry their length: they are counted when they are read.
            guard datatype != .bytes else { return unsafe inputs[index] = input }
            let (byteCount, overflow) = input.elementCount.multipliedReportingOverflow(by: datatype.elementByteCount)
            guard !overflow, byteCount == input.shared?.byteCount ?? input.raw.count else {
                let found = input.shared.map { "\($0.byteCount) bytes of shared memory" }
                throw unsafe Self.invalid(
                    "input '\(name.shown)' has \(found ?? "\(input.raw.count) bytes of raw_input_contents"); shape "
                        + "\(Self.text(input.shape)) of \(datatype.name) takes "
                        + (overflow ? "more than any message has" : "\(byteCount)"))
            }
        }
        unsafe inputs[index] = input
    }

    private func elementCount(of input: InferInputView) throws(CallFailure) -> Int {
        var count = 1
        for index in unsafe 0..<input.shape.count {
            let dimension = unsafe input.shape[index]
            let (product, overflow) = count.multipliedReportingOverflow(by: Int(dimension))
            guard dimension >= 0, !overflow else {
                throw unsafe Self.invalid(
                    "input '\(input.name.shown)' has shape \(Self.text(input.shape)); dimensions from 0 are expected, "
                        + "whose product a message can hold")
            }
            count = product
        }
        return count
    }

    private func checkTyped(_ input: InferInputView) throws(CallFailure) {
        let wanted = input.datatype.contentsName
        let found = input.typedElementCount
        if input.anyTypedElementCount != found {
            let field = input.typedFields.first { $0.count > 0 && "\($0.name)" != "\(wanted)" }
            throw Self.invalid(
                "input '\(input.name.shown)' has elements in \(field?.name ?? wanted); those of "
                    + "\(input.datatype.name) belong in \(wanted)")
        }
        guard found == input.elementCount else {
            throw unsafe Self.invalid(
                "input '\(input.name.shown)' has \(found) elements in \(wanted); shape \(Self.text(input.shape)) takes "
                    + "\(input.elementCount)")
        }
    }

    // MARK: - Rows

    private func matrixRowCount(_ columns: InferColumns) throws(CallFailure) -> Int {
        let input = unsafe inputs[0]
        let shape = unsafe input.shape
        var rowCount: Int64?
        if unsafe shape.count == 2 && shape[1] == columns.count {
            rowCount = unsafe shape[0]
        } else if shape.count == 1, columns.count == 1 {
            rowCount = unsafe shape[0]
        } else if unsafe shape.count == 1 && shape[0] == columns.count {
            rowCount = 1
        }
        guard let rowCount, rowCount > 0 else {
            throw unsafe Self.invalid(
                "input '\(input.name.shown)' has shape \(Self.text(shape)); model '\(columns.modelName.text)' takes "
                    + Self.expected(columns))
        }
        unsafe inputs[0].column = 0
        return Int(rowCount)
    }

    private func namedRowCount(_ columns: InferColumns, in arena: Arena) throws(CallFailure) -> Int {
        guard !columns.names.isEmpty, unsafe inputs.count == columns.count,
            let taken = unsafe arena.elements(Bool.self, count: columns.count)
        else {
            throw Self.invalid(
                "\(inputCount) inputs found; model '\(columns.modelName.text)' takes \(Self.expected(columns))"
            )
        }
        unsafe taken.initialize(repeating: false)
        var places = ColumnPlaces(columns.names)
        let rowCount = unsafe inputs[0].elementCount
        for index in unsafe 0..<inputs.count {
            let input = unsafe inputs[index]
            let name = input.name
            guard let column = places.place(of: name, guess: index) else {
                throw Self.invalid(
                    "input '\(name.shown)' is no column; model '\(columns.modelName.text)' takes "
                        + Self.expected(columns))
            }
            guard unsafe !taken[column] else {
                throw Self.invalid("input '\(name.shown)' is there twice; one input per column is expected")
            }
            unsafe taken[column] = true
            let isColumn = unsafe input.shape.count == 1 || (input.shape.count == 2 && input.shape[1] == 1)
            guard isColumn, input.elementCount > 0 else {
                throw unsafe Self.invalid(
                    "input '\(name.shown)' has shape \(Self.text(input.shape)); a column of its own has shape [rows] "
                        + "or [rows, 1], with at least one row")
            }
            guard input.elementCount == rowCount else {
                throw unsafe Self.invalid(
                    "input '\(name.shown)' has \(input.elementCount) rows and input '\(inputs[0].name.shown)' has "
                        + "\(rowCount); the same number is expected in all inputs")
            }
            unsafe inputs[index].column = column
        }
        return rowCount
    }

    // MARK: - Messages

    private static func invalid(_ message: String) -> CallFailure {
        CallFailure(.invalidArgument, message)
    }

    /// What a model takes, as the end of a sentence.
    private static func expected(_ columns: InferColumns) -> String {
        let matrix = "one input of shape [rows, \(columns.count)] or [\(columns.count)], with at least one row"
        guard !columns.names.isEmpty else { return matrix }
        let names = columns.names.prefix(20).joined(separator: ", ") + (columns.names.count > 20 ? ", ..." : "")
        return matrix + ", or one input of shape [rows] for each of its \(columns.count) columns (\(names))"
    }

    private static func text(_ shape: UnsafeBufferPointer<Int64>) -> String {
        let shown = unsafe shape.prefix(8).map(String.init).joined(separator: ", ")
        return "[\(shown)\(shape.count > 8 ? ", ..." : "")]"
    }
}

/// Finds columns by name: at once where inputs come in the model's order, else through a table that is made then.
private struct ColumnPlaces {
    private let names: [String]
    private var table: [String: Int]?

    init(_ names: [String]) {
        self.names = names
    }

    mutating func place(of name: ByteView, guess: Int) -> Int? {
        if names.indices.contains(guess), name.equals(names[guess]) { return guess }
        if names.count <= 64 { return names.firstIndex { name.equals($0) } }
        if table == nil { table = Dictionary(zip(names, names.indices)) { first, _ in first } }
        return table?[name.text]
    }
}

extension ByteView {
    /// Whether these are the UTF-8 bytes of `text`.
    func equals(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in unsafe equals(ByteView(UnsafeRawBufferPointer(bytes))) }
    }

    /// As text for a message, cut to a length that can be read.
    var shown: String { count <= 80 ? text : (slice(from: 0, count: 80) ?? self).text + "..." }
}
