import CHearthMessages
package import HearthCore

/// The texts of one column, as a client sends them: the rows hold positions in them.
package struct TextColumn: Sendable, Equatable {
    /// From 0.
    package var column: Int
    package var texts: [String]

    package init(column: Int, texts: [String]) {
        self.column = column
        self.texts = texts
    }

    /// Bytes of the message.
    var byteCount: Int {
        texts.reduce(VarInt.scalarByteCount(column)) { total, text in
            total + 1 + VarInt.byteCount(UInt64(text.utf8.count)) + text.utf8.count
        }
    }
}

extension PredictRequestView {
    /// What stands in a row of a request for a text that is missing as Python's None.
    private static var none: Double { -1 }

    /// Puts into the rows what the model's texts are there: positions in the request's texts become positions in the
    /// model's.
    ///
    /// Each text is looked up once. Throws INVALID_ARGUMENT, naming the column, when a column has numbers that takes
    /// text or text that takes numbers. Call it once, with whole rows of `table.columnCount` or `columnCount` values.
    ///
    /// - Parameters:
    ///   - table: nil for a model that takes numbers only.
    ///   - columnNames: one per column, or none; for messages.
    package func replaceTexts(
        _ table: TextTable?, columnCount: Int, columnNames: [String], in arena: Arena
    ) throws(CallFailure) {
        guard let given = unsafe arena.elements(Bool.self, count: columnCount) else { throw Self.noMemory }
        unsafe given.initialize(repeating: false)
        for index in 0..<textColumnCount {
            guard let message = unsafe textColumns?[index]?.pointee else { continue }
            let column = unsafe Int(message.column)
            guard column < columnCount else {
                throw CallFailure(
                    .invalidArgument, "texts of column \(column) found; the model has columns 0 to \(columnCount - 1)")
            }
            guard unsafe !given[column] else {
                throw CallFailure(.invalidArgument, "texts of column \(column) found twice; one list is expected")
            }
            unsafe given[column] = true
            let place = Self.place(column, columnNames)
            switch table?.kind(of: column) ?? .number {
            case .unused: replace(column, columnCount) { _ in .nan }
            case .number:
                guard unsafe message.n_texts == 0 else {
                    throw CallFailure(.invalidArgument, "\(place) takes numbers; text was sent for it")
                }
                // Missing in every row: then it does not matter of what kind the values would be.
                replace(column, columnCount) { $0 == Self.none ? .nan : $0 }
            case .text:
                guard let table else { continue }
                unsafe try replace(column, columnCount, message, table, place, in: arena)
            }
        }
        guard let table, table.takesText else { return }
        for column in 0..<columnCount where table.kind(of: column) == .text {
            // Missing in every row: there is no text to send.
            guard unsafe given[column] || isMissing(column, columnCount) else {
                throw CallFailure(
                    .invalidArgument, "\(Self.place(column, columnNames)) takes text; numbers were sent for it")
            }
        }
    }

    private func replace(
        _ column: Int, _ columnCount: Int, _ message: Hearth__V1__TextColumn, _ table: TextTable, _ place: String,
        in arena: Arena
    ) throws(CallFailure) {
        guard let codes = unsafe arena.elements(Double.self, count: message.n_texts) else { throw Self.noMemory }
        for index in 0..<codes.count {
            guard let text = unsafe message.texts?[index] else { continue }
            let view = unsafe ByteView(UnsafeRawBufferPointer(start: text.data, count: text.len))
            unsafe codes[index] = table.code(of: view, column: column)
        }
        var problem: (row: Int, value: Double)?
        var row = 0
        replace(column, columnCount) { value in
            defer { row += 1 }
            if value.isNaN { return value }
            if value == Self.none { return TextTable.none }
            guard let index = Int(exactly: value), index >= 0, index < codes.count else {
                if problem == nil { problem = (row, value) }
                return .nan
            }
            return unsafe codes[index]
        }
        guard let problem else { return }
        throw CallFailure(
            .invalidArgument,
            "row \(problem.row), \(place): \(problem.value) found, a position in the \(codes.count) texts sent for it "
                + "expected, NaN or -1")
    }

    /// Whether all values of a column are NaN.
    private func isMissing(_ column: Int, _ columnCount: Int) -> Bool {
        stride(from: column, to: unsafe values.count, by: columnCount).allSatisfy { unsafe values[$0].isNaN }
    }

    /// Every value of a column becomes what `value` makes of it.
    private func replace(_ column: Int, _ columnCount: Int, _ value: (Double) -> Double) {
        // The arena's memory, which this message alone reads.
        let memory = unsafe UnsafeMutableBufferPointer(mutating: values)
        var index = column
        while index < memory.count {
            unsafe memory[index] = value(memory[index])
            index += columnCount
        }
    }

    private static func place(_ column: Int, _ names: [String]) -> String {
        names.indices.contains(column) ? "column \(column) ('\(names[column])')" : "column \(column)"
    }

    private static var noMemory: CallFailure {
        CallFailure(.resourceExhausted, "the texts of the request need more memory than one call may have")
    }
}
