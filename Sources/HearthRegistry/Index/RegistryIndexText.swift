/// The text of `registry_index.csv` (R134): comma-separated, quoted as RFC 4180 says, lines end as pandas ends them.
package enum RegistryIndexText {
    /// A row as it was read.
    package struct Row: Sendable, Equatable {
        /// Of its first character, counted from 1.
        package var line: Int
        /// nil for a row that has not as many cells as the heading.
        package var entry: ModelRegistryEntry?
        /// The cells that were found.
        package var cells: [String]
    }

    /// The most bytes that are read: a hundred times what ten thousand rows take.
    package static let byteCountMax = 256 << 20

    /// The heading and one line per entry.
    package static func encode(_ entries: [ModelRegistryEntry]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(100 + entries.count * 200)
        DelimitedText.append(ModelRegistryEntry.columns, to: &bytes)
        for entry in entries { DelimitedText.append(entry.cells, to: &bytes) }
        return bytes
    }

    /// Reads what pandas, Python's csv module and ``encode(_:)`` write; columns may stand in any order, others beside
    /// them are passed over.
    ///
    /// Throws `.refused` for a file without the heading or over ``byteCountMax``.
    package static func decode(_ bytes: [UInt8]) throws(RegistryError) -> [Row] {
        guard bytes.count <= byteCountMax else {
            throw RegistryError(
                .refused, "registry_index.csv has \(bytes.count) bytes, at most \(byteCountMax) are read",
                hint: "split it")
        }
        var records = DelimitedText.records(of: bytes)[...]
        let heading = records.popFirst()?.cells ?? []
        // Figures may be absent; the rest says which model is where.
        for column in ModelRegistryEntry.columns
        where !["cum_return", "sharpe"].contains(column) && !heading.contains(column) {
            throw RegistryError(
                .refused, "registry_index.csv has no column '\(column)': '\(heading.joined(separator: ","))' found",
                hint: "the columns are \(ModelRegistryEntry.columns.joined(separator: ","))")
        }
        let places = ModelRegistryEntry.columns.map { heading.firstIndex(of: $0) }
        return records.map { record in
            guard record.cells.count == heading.count else {
                return Row(line: record.line, entry: nil, cells: record.cells)
            }
            let cells = places.map { $0.map { record.cells[$0] } ?? "" }
            return Row(
                line: record.line,
                entry: ModelRegistryEntry(
                    modelID: cells[0], symbol: cells[1], timeframe: cells[2], modelType: cells[3], createdAt: cells[4],
                    path: cells[5], cumReturn: cells[6], sharpe: cells[7], status: cells[8]), cells: record.cells)
        }
    }
}
