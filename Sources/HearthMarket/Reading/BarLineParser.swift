import HearthCore

/// Turns lines into rows, whatever the layout: the first line that is not blank tells it.
struct BarLineParser: Sendable {
    /// What a line is.
    enum Outcome {
        /// A blank line or a header.
        case nothing
        case row(BarRow)
        case bad(BarProblem, String)
    }

    private let path: String
    private let limits: BarLimits
    private var layout: BarLayout?
    /// The members of the JSON objects before, by their place; at most ``BarLimits/fieldCountMax``.
    private var members: [(name: [UInt8], column: BarColumn?)] = []

    /// Longer names are looked up each time.
    private static let memberNameMax = 64

    /// - Parameter path: what the lines come from, for error messages.
    init(path: String, limits: BarLimits) {
        self.path = path
        self.limits = limits
    }

    /// Forgets the layout: what follows is another file or connection.
    mutating func restart() {
        layout = nil
    }

    /// Reads `line`, which has no line end.
    ///
    /// Throws ``MarketError`` when it is the first one and no layout fits it.
    mutating func parse(_ line: ArraySlice<UInt8>, number: Int) throws(MarketError) -> Outcome {
        guard line.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { return .nothing }
        let current: BarLayout
        if let layout {
            current = layout
        } else {
            do throws(MarketError) {
                current = try BarLayout.detect(line, limits: limits)
            } catch {
                var located = error
                located.path = path
                located.line = number
                throw located
            }
            layout = current
        }
        switch current {
        case .json: return json(line, number)
        case .table(let table):
            return !table.header.isEmpty && line.elementsEqual(table.header) ? .nothing : fields(line, number, table)
        }
    }

    private func fields(_ line: ArraySlice<UInt8>, _ number: Int, _ table: BarLayout.Table) -> Outcome {
        guard let ranges = BarFields.split(line, by: table.delimiter, countMax: limits.fieldCountMax),
            ranges.count == table.fieldCount
        else { return .bad(.malformed, "has not \(table.fieldCount) fields as the first line") }
        return row(line, number) { column in
            table.fields[column.rawValue].map { ranges[$0] }
        }
    }

    private mutating func json(_ line: ArraySlice<UInt8>, _ number: Int) -> Outcome {
        do throws(BarFields.Reason) {
            let members = try BarFields.members(line, countMax: limits.fieldCountMax)
            var ranges = [Range<Int>?](repeating: nil, count: BarColumn.allCases.count)
            for (index, (name, value)) in members.enumerated() {
                guard let column = column(line[name], at: index) else { continue }
                guard ranges[column.rawValue] == nil else {
                    return .bad(.malformed, "two members mean the \(column.name)")
                }
                ranges[column.rawValue] = value
            }
            return row(line, number) { column in ranges[column.rawValue] }
        } catch {
            return .bad(.malformed, "is no flat JSON object: \(error.text)")
        }
    }

    /// What the name of the member at `index` means: looked up once, for the lines of a source have the same members.
    private mutating func column(_ name: ArraySlice<UInt8>, at index: Int) -> BarColumn? {
        if index < members.count, members[index].name.elementsEqual(name) { return members[index].column }
        let column = BarColumn(name: String(decoding: name, as: UTF8.self))
        if name.count <= Self.memberNameMax {
            if index < members.count {
                members[index] = (Array(name), column)
            } else if index == members.count {
                members.append((Array(name), column))
            }
        }
        return column
    }

    /// Reads the values where `range` says that they are; a price that is missing is NaN, a missing volume 0.
    private func row(
        _ line: ArraySlice<UInt8>, _ number: Int, _ range: (BarColumn) -> Range<Int>?
    ) -> Outcome {
        guard let timeRange = range(.openTime) else { return .bad(.malformed, "has no time") }
        guard let openTime = BarTime.timestamp(line[timeRange]) else { return bad(.openTime, line[timeRange], "time") }
        var closeTime: Timestamp?
        if let range = range(.closeTime), !FieldText.isMissing(line[range]) {
            guard let time = BarTime.timestamp(line[range]) else { return bad(.closeTime, line[range], "time") }
            closeTime = time
        }
        func value(_ column: BarColumn, missing: Double) -> Double? {
            guard let range = range(column) else { return missing }
            guard let number = FieldText.number(line[range]) else { return nil }
            return number.isNaN ? missing : number
        }
        func refused(_ column: BarColumn) -> Outcome {
            range(column).map { bad(column, line[$0], "number") } ?? .bad(.malformed, "has no \(column.name)")
        }
        guard let open = value(.open, missing: .nan) else { return refused(.open) }
        guard let high = value(.high, missing: .nan) else { return refused(.high) }
        guard let low = value(.low, missing: .nan) else { return refused(.low) }
        guard let close = value(.close, missing: .nan) else { return refused(.close) }
        guard let volume = value(.volume, missing: 0) else { return refused(.volume) }
        return .row(
            BarRow(
                line: number, openTime: openTime, closeTime: closeTime, open: open, high: high, low: low, close: close,
                volume: volume))
    }

    private func bad(_ column: BarColumn, _ text: ArraySlice<UInt8>, _ expected: String) -> Outcome {
        .bad(.malformed, "\(column.name) '\(String(decoding: text.prefix(40), as: UTF8.self))' is no \(expected)")
    }
}
