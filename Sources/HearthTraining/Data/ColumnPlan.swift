/// Which field of a record is what.
struct ColumnPlan {
    var values: [Int]
    var label: Int?
    var time: Int?

    /// Finds the columns of `selection` in `header`.
    ///
    /// Throws ``TrainingError`` when one is missing, named twice, or when none is left to learn from.
    init(header: [String], selection: TableSelection, path: String) throws(TrainingError) {
        for (index, name) in header.enumerated() where header[..<index].contains(name) {
            throw TrainingError(
                .badTable, path: path, line: 1, "has two columns named '\(name)'", hint: "give each column its own name"
            )
        }
        let label = try selection.label.map { name throws(TrainingError) in try Self.index(of: name, in: header, path) }
        let time = try selection.time.map { name throws(TrainingError) in try Self.index(of: name, in: header, path) }
        if let names = selection.columns {
            var values: [Int] = []
            for name in names {
                let index = try Self.index(of: name, in: header, path)
                guard index != label else {
                    throw TrainingError(
                        .badParameter, path: path, "column '\(name)' is the label and cannot be learned from",
                        hint: "leave it out of --columns")
                }
                guard !values.contains(index) else {
                    throw TrainingError(.badParameter, path: path, "column '\(name)' is chosen twice")
                }
                values.append(index)
            }
            self.values = values
        } else {
            values = header.indices.filter { $0 != label && $0 != time }
        }
        self.label = label
        self.time = time
        guard !values.isEmpty else {
            throw TrainingError(
                .badTable, path: path, line: 1, "has no column to learn from",
                hint: "the header is: \(Self.list(header))")
        }
    }

    private static func index(of name: String, in header: [String], _ path: String) throws(TrainingError) -> Int {
        guard let index = header.firstIndex(of: name) else {
            throw TrainingError(
                .noSuchColumn, path: path, "has no column '\(name)'", hint: "it has: \(list(header))")
        }
        return index
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", … (\(names.count) columns)" : "")
    }
}
