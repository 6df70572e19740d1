/// Rows and the outputs that a model must give for them, to the last bit: stored with the model when it is published,
/// checked whenever it is loaded.
///
/// A server whose processor or C library computes otherwise is found out before it answers.
package struct GoldenVectors: Sendable, Equatable {
    package let rowCount: Int
    /// Values per row.
    package let columnCount: Int
    /// Values per row over all outputs.
    package let outputWidth: Int
    /// Row after row.
    package let rows: [Double]
    /// As a kernel writes them: output after output, each row after row.
    package let outputs: [Double]

    /// Rows that a model is given at most: enough to reach every path of a small one, few enough to be checked at each
    /// load.
    package static let rowCountMax = 4096

    /// Rows with their outputs. Throws ``ModelError`` when the counts do not fit each other or are too many.
    package init(
        rowCount: Int, columnCount: Int, outputWidth: Int, rows: [Double], outputs: [Double]
    ) throws(ModelError) {
        guard (0...Self.rowCountMax).contains(rowCount), (1...ModelLimits.columnCount).contains(columnCount),
            (1...3 * ModelLimits.outputCount).contains(outputWidth)
        else {
            throw .invalid(
                "golden vectors", "\(rowCount) rows of \(columnCount) columns with \(outputWidth) outputs found")
        }
        guard rows.count == rowCount * columnCount, outputs.count == rowCount * outputWidth else {
            throw .invalid(
                "golden vectors", "\(rows.count) values and \(outputs.count) outputs for \(rowCount) rows found")
        }
        self.rowCount = rowCount
        self.columnCount = columnCount
        self.outputWidth = outputWidth
        self.rows = rows
        self.outputs = outputs
    }

    /// Section `GOLD`: three counts of 32 bits, four zero bytes, the rows, the outputs.
    package func encoded() -> ModelSection {
        var writer = ByteWriter()
        for count in [rowCount, columnCount, outputWidth, 0] { writer.write(count: count) }
        writer.write(rows)
        writer.write(outputs)
        return ModelSection(.golden, bytes: writer.bytes)
    }

    /// Reads what ``encoded()`` has written. Throws ``ModelError`` for other bytes.
    package init(decoding bytes: UnsafeRawBufferPointer) throws(ModelError) {
        var reader = unsafe ByteReader(bytes, section: .golden)
        let rowCount = try reader.readCount("rows", atMost: Self.rowCountMax)
        let columnCount = try reader.readCount("columns", atMost: ModelLimits.columnCount)
        let outputWidth = try reader.readCount("outputs", atMost: 3 * ModelLimits.outputCount)
        guard try reader.read(UInt32.self) == 0 else { throw reader.malformed("a filler that is not 0 found") }
        let rows = try reader.readArray(count: rowCount * columnCount, byteCount: 8) { (reader) throws(ModelError) in
            try reader.readDouble()
        }
        let outputs = try reader.readArray(count: rowCount * outputWidth, byteCount: 8) { (reader) throws(ModelError) in
            try reader.readDouble()
        }
        try reader.expectEnd()
        try self.init(
            rowCount: rowCount, columnCount: columnCount, outputWidth: outputWidth, rows: rows, outputs: outputs)
    }
}
