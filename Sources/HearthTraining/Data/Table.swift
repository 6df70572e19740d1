import HearthCore

/// Which columns of a file are read, and as what.
package struct TableSelection: Sendable {
    /// The columns to learn from, in this order; nil for all but the label and the time.
    package var columns: [String]?
    /// The column that says whether a row is an anomaly (1 or 0).
    package var label: String?
    /// The column that says when; rows are put in its order.
    package var time: String?
    package var delimiter: UInt8

    /// A table of columns that are there already.
    package init(columns: [String]? = nil, label: String? = nil, time: String? = nil, delimiter: UInt8 = 0x2C) {
        self.columns = columns
        self.label = label
        self.time = time
        self.delimiter = delimiter
    }
}

/// Numbers read from a CSV file, by column, in the order of time when there is a time column, else in that of the file.
package struct Table: Sendable {
    package var columnNames: [String]
    /// One array per column; a missing value is NaN.
    package var columns: [[Double]]
    /// One per row when there is a label column: true for an anomaly.
    package var labels: [Bool]?
    /// The line in the file that each row begins on.
    package var lines: [Int]

    package var rowCount: Int { lines.count }

    /// A table of columns that are there already.
    package init(columnNames: [String], columns: [[Double]], labels: [Bool]? = nil, lines: [Int]? = nil) {
        self.columnNames = columnNames
        self.columns = columns
        self.labels = labels
        self.lines = lines ?? Array(1...max(1, columns.first?.count ?? 0)).prefix(columns.first?.count ?? 0).map { $0 }
    }

    /// Reads `path`: a header, then rows of as many fields.
    ///
    /// Throws ``TrainingError`` with the line for anything that is not a table of numbers.
    package init(
        csv path: String, selection: TableSelection, limits: TableLimits = TableLimits()
    ) throws(TrainingError) {
        var reader = try CSVRecordReader(path: path, delimiter: selection.delimiter, limits: limits)
        guard try reader.next() else {
            throw TrainingError(.badTable, path: path, "is empty", hint: "the first line names the columns")
        }
        let header = (0..<reader.fieldCount).map { reader.text(of: $0) }
        let plan = try ColumnPlan(header: header, selection: selection, path: path)
        var columns = [[Double]](repeating: [], count: plan.values.count)
        var labels: [Bool] = []
        var times: [Timestamp] = []
        var lines: [Int] = []
        while try reader.next() {
            guard reader.fieldCount == header.count else {
                throw TrainingError(
                    .badTable, path: path, line: reader.line,
                    "has \(reader.fieldCount) fields, the header has \(header.count)",
                    hint: "quote fields that hold the delimiter")
            }
            guard lines.count < limits.valueCountMax / max(1, plan.values.count) else {
                throw TrainingError(
                    .badTable, path: path, line: reader.line, "more than \(limits.valueCountMax) values",
                    hint: "train on fewer rows or columns")
            }
            for (position, index) in plan.values.enumerated() {
                guard let value = FieldText.number(reader.bytes[reader.range(of: index)]) else {
                    throw TrainingError.notANumber(reader.text(of: index), header[index], path, reader.line)
                }
                columns[position].append(value)
            }
            if let index = plan.label {
                guard let label = FieldText.label(reader.bytes[reader.range(of: index)]) else {
                    throw TrainingError(
                        .badValue, path: path, line: reader.line,
                        "label '\(reader.text(of: index).prefix(40))' in column '\(header[index])' is neither 0 nor 1",
                        hint: "1 marks an anomaly")
                }
                labels.append(label)
            }
            if let index = plan.time {
                guard let time = FieldTime.timestamp(reader.bytes[reader.range(of: index)]) else {
                    throw TrainingError(
                        .badValue, path: path, line: reader.line,
                        "'\(reader.text(of: index).prefix(40))' in column '\(header[index])' is no time",
                        hint: "write 2025-11-12T12:00:00Z or seconds since 1970")
                }
                times.append(time)
            }
            lines.append(reader.line)
        }
        columnNames = plan.values.map { header[$0] }
        self.columns = columns
        self.labels = plan.label == nil ? nil : labels
        self.lines = lines
        if plan.time != nil { sort(by: times) }
    }

    /// Puts the rows in the order of `times`, rows of one time staying as they are.
    private mutating func sort(by times: [Timestamp]) {
        guard zip(times, times.dropFirst()).contains(where: { $1 < $0 }) else { return }
        let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        columns = columns.map { column in order.map { column[$0] } }
        labels = labels.map { labels in order.map { labels[$0] } }
        lines = order.map { lines[$0] }
    }
}

extension TrainingError {
    fileprivate static func notANumber(
        _ text: String, _ column: String, _ path: String, _ line: Int
    ) -> TrainingError {
        TrainingError(
            .badValue, path: path, line: line, "'\(text.prefix(40))' in column '\(column)' is not a finite number",
            hint: "leave a missing value empty, name the time column with --time, or choose columns with --columns")
    }
}
