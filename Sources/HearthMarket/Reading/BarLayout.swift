import HearthCore

/// How the lines of a source are built, as its first line tells.
enum BarLayout: Equatable, Sendable {
    /// One flat JSON object per line.
    case json
    /// Fields between delimiters.
    case table(Table)

    /// The columns of a table.
    struct Table: Equatable, Sendable {
        var delimiter: UInt8
        /// Fields of every line.
        var fieldCount: Int
        /// The field of each ``BarColumn`` by its raw value; nil for one that there is not.
        var fields: [Int?]
        /// The line that named the columns, to know it when it comes again; empty when there was none.
        var header: [UInt8]
    }

    /// Reads the first line.
    ///
    /// A line of names names the columns; without a time among them, a first column without a name is the time, as
    /// pandas writes an index. A line that begins with a time and four numbers has no header: the fields are time,
    /// open, high, low, close, volume, and, when the seventh is a time, the close time, as in Binance's archives.
    ///
    /// Throws ``MarketError`` when the line is neither.
    static func detect(_ line: ArraySlice<UInt8>, limits: BarLimits) throws(MarketError) -> BarLayout {
        if line.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "{") { return .json }
        let delimiter = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09].max { left, right in
            line.count { $0 == left } < line.count { $0 == right }
        }
        guard let delimiter, let ranges = BarFields.split(line, by: delimiter, countMax: limits.fieldCountMax),
            ranges.count >= 5
        else { throw unknown(line) }
        var fields = [Int?](repeating: nil, count: BarColumn.allCases.count)
        if let fieldOfClose = headless(line, ranges) {
            for index in 0..<min(6, ranges.count) { fields[index] = index }
            fields[BarColumn.closeTime.rawValue] = fieldOfClose
            return .table(Table(delimiter: delimiter, fieldCount: ranges.count, fields: fields, header: []))
        }
        for (index, range) in ranges.enumerated() {
            guard let column = BarColumn(name: String(decoding: line[range], as: UTF8.self)) else { continue }
            guard fields[column.rawValue] == nil else {
                throw MarketError(
                    .badData, "the header names two columns for \(column.name): '\(text(line))'",
                    hint: "leave one of them out")
            }
            fields[column.rawValue] = index
        }
        if fields[BarColumn.openTime.rawValue] == nil, let first = ranges.first, first.isEmpty {
            fields[BarColumn.openTime.rawValue] = 0
        }
        let missing = BarColumn.allCases.filter { $0.isRequired && fields[$0.rawValue] == nil }
        guard missing.count < 5 else { throw unknown(line) }
        guard missing.isEmpty else {
            throw MarketError(
                .badData,
                "the header '\(text(line))' names no column for \(missing.map(\.name).joined(separator: ", "))",
                hint: "name the columns time, open, high, low, close and, if there are, volume and close_time")
        }
        return .table(
            Table(delimiter: delimiter, fieldCount: ranges.count, fields: fields, header: Array(line)))
    }

    /// For a line of data, the field of the close time or nil; nil for any other line.
    private static func headless(_ line: ArraySlice<UInt8>, _ ranges: [Range<Int>]) -> Int?? {
        let isData =
            ranges.first.map { BarTime.timestamp(line[$0]) != nil } == true
            && ranges[1..<5].allSatisfy { FieldText.number(line[$0])?.isFinite == true }
        guard isData else { return nil }
        guard ranges.count > 6, BarTime.timestamp(line[ranges[6]]) != nil else { return .some(nil) }
        return 6
    }

    private static func unknown(_ line: ArraySlice<UInt8>) -> MarketError {
        MarketError(
            .badData, "the first line is neither a header of bars, nor a bar, nor JSON: '\(text(line))'",
            hint: "begin with time,open,high,low,close,volume (or ; or tabs between them), or with a JSON object")
    }

    private static func text(_ line: ArraySlice<UInt8>) -> String {
        String(decoding: line.prefix(120), as: UTF8.self)
    }
}
