import CHearthMessages
import HearthCore

/// Rows of models whose columns take text: one tensor per column, BYTES where it takes text; one BYTES matrix where all
/// do; or two matrices, BYTES for the columns of text and numbers for the others, each in the model's order.
extension InferRequestView {
    /// Whether the request or its model has text.
    func usesTexts(_ columns: InferColumns) -> Bool {
        guard let table = columns.texts else { return false }
        return unsafe table.takesText || inputs.indices.contains { unsafe inputs[$0].datatype == .bytes }
    }

    /// Whether the two inputs are matrices of texts and of numbers.
    func isPair(_ columns: InferColumns) -> Bool {
        guard unsafe inputs.count == 2 && (inputs[0].datatype == .bytes) != (inputs[1].datatype == .bytes) else {
            return false
        }
        return unsafe inputs.indices.allSatisfy { index in
            unsafe inputs[index].shape.count == 2 && !columns.names.contains { unsafe inputs[index].name.equals($0) }
        }
    }

    /// The rows of a pair of matrices. Throws INVALID_ARGUMENT when a width is not the model's.
    func pairRowCount(_ columns: InferColumns) throws(CallFailure) -> Int {
        guard let table = columns.texts else { return 0 }
        let textCount = (0..<columns.count).count { table.kind(of: $0) == .text }
        let rowCount = unsafe inputs[0].shape[0]
        for index in 0..<inputCount {
            let input = unsafe inputs[index]
            let width = input.datatype == .bytes ? textCount : columns.count - textCount
            guard unsafe input.shape[1] == width, unsafe input.shape[0] == rowCount, rowCount > 0 else {
                throw CallFailure(
                    .invalidArgument,
                    "input '\(input.name.shown)' has \(unsafe input.shape[0]) rows of \(unsafe input.shape[1]); model "
                        + "'\(columns.modelName.text)' takes \(textCount) columns of text and "
                        + "\(columns.count - textCount) of numbers, with as many rows in both")
            }
        }
        return Int(rowCount)
    }

    /// Refuses text for columns of numbers and numbers for columns of text.
    func checkKinds(_ columns: InferColumns) throws(CallFailure) {
        guard let table = columns.texts, !isPair(columns) else { return }
        for index in 0..<inputCount {
            let input = unsafe inputs[index]
            let taken = inputCount == 1 ? 0..<columns.count : input.column..<input.column + 1
            for column in taken where table.kind(of: column) != .unused {
                guard (table.kind(of: column) == .text) != (input.datatype == .bytes) else { continue }
                let name = columns.names.indices.contains(column) ? " ('\(columns.names[column])')" : ""
                throw CallFailure(
                    .invalidArgument,
                    "input '\(input.name.shown)' has datatype \(input.datatype.name); column \(column)\(name) of model "
                        + "'\(columns.modelName.text)' takes \(input.datatype == .bytes ? "numbers" : "text (BYTES)")")
            }
        }
    }

    /// Writes all rows at `start`; texts as the model's rows hold them.
    func writeTextRows(
        _ rowCount: Int, _ columns: InferColumns, to start: UnsafeMutablePointer<Double>, in arena: Arena
    ) throws(CallFailure) {
        guard let table = columns.texts, let targets = unsafe arena.elements(Int.self, count: columns.count) else {
            throw Self.textMemory
        }
        let isPair = isPair(columns)
        for index in 0..<inputCount {
            let input = unsafe inputs[index]
            var targetCount = 0
            for column in 0..<columns.count {
                let isTaken =
                    isPair
                    ? (table.kind(of: column) == .text) == (input.datatype == .bytes)
                    : inputCount == 1 || column == input.column
                guard isTaken else { continue }
                unsafe targets[targetCount] = column
                targetCount += 1
            }
            guard let values = unsafe arena.elements(Double.self, count: input.elementCount),
                let first = values.baseAddress
            else { throw Self.textMemory }
            if input.datatype == .bytes {
                unsafe try writeCodes(input, table, targets, targetCount, to: first)
            } else if let found = unsafe input.write(to: first, stride: 1, isTyped: isTyped) {
                throw CallFailure(
                    .invalidArgument, "element \(found.index) of input '\(input.name.shown)' is \(found.problem)")
            }
            for row in 0..<rowCount {
                for position in 0..<targetCount {
                    let column = unsafe targets[position]
                    unsafe start[row * columns.count + column] = values[row * targetCount + position]
                }
            }
        }
    }

    /// The codes of the elements of a BYTES tensor.
    private func writeCodes(
        _ input: InferInputView, _ table: TextTable, _ targets: UnsafeMutableBufferPointer<Int>, _ targetCount: Int,
        to values: UnsafeMutablePointer<Double>
    ) throws(CallFailure) {
        var offset = 0
        for element in 0..<input.elementCount {
            guard let text = input.text(at: element, offset: &offset, isTyped: isTyped) else {
                throw CallFailure(
                    .invalidArgument,
                    "input '\(input.name.shown)' ends within element \(element); a BYTES element is its length in 4 "
                        + "bytes, then its bytes")
            }
            let column = unsafe targets[element % targetCount]
            unsafe values[element] =
                table.kind(of: column) == .text ? table.code(of: text, column: column) : Double.nan
        }
        guard isTyped || offset == input.raw.count else {
            throw CallFailure(
                .invalidArgument,
                "input '\(input.name.shown)' has \(input.raw.count - offset) bytes after its last element")
        }
    }

    private static var textMemory: CallFailure {
        CallFailure(.resourceExhausted, "the texts of the request need more memory than one call may have")
    }
}

extension InferInputView {
    /// Element `index` of a BYTES tensor; raw ones one after the other from `offset`. nil when it is not all there.
    fileprivate func text(at index: Int, offset: inout Int, isTyped: Bool) -> ByteView? {
        if isTyped {
            guard let contents = unsafe contents?.pointee, unsafe index < contents.n_bytes_contents,
                let element = unsafe contents.bytes_contents?[index]
            else { return nil }
            return unsafe ByteView(UnsafeRawBufferPointer(start: element.data, count: element.len))
        }
        guard let header = raw.slice(from: offset, count: 4) else { return nil }
        let length = unsafe Int(UInt32(littleEndian: header.start.loadUnaligned(as: UInt32.self)))
        guard let text = raw.slice(from: offset + 4, count: length) else { return nil }
        offset += 4 + length
        return text
    }
}
