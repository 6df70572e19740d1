/// Rows of text in aligned columns: numbers to the right, the rest to the left.
struct TextTable {
    private let headings: [String]
    private var rows: [[String]] = []

    init(_ headings: String...) {
        self.headings = headings
    }

    init(headings: [String]) {
        self.headings = headings
    }

    mutating func add(_ cells: String...) {
        rows.append(cells)
    }

    mutating func add(cells: [String]) {
        rows.append(cells)
    }

    var text: String {
        let all = [headings] + rows
        let widths = headings.indices.map { column in
            all.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        let isNumeric = headings.indices.map { column in
            !rows.isEmpty && rows.allSatisfy { column < $0.count && Self.isNumber($0[column]) }
        }
        return all.map { cells in
            var line = ""
            for (column, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: max(0, widths[column] - cell.count))
                line += isNumeric[column] ? padding + cell : cell + padding
                line += "  "
            }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    private static func isNumber(_ cell: String) -> Bool {
        cell == "-" || cell.isEmpty
            || cell.first.map { $0.isNumber || $0 == "-" || $0 == "." } == true
                && Double(cell.split(separator: " ").first.map(String.init) ?? "") != nil
    }
}

/// Numbers for people.
enum Figure {
    /// `value` with so many digits after the point.
    static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int64((abs(value) * scale).rounded())
        let whole = scaled / Int64(scale)
        let fraction = String(scaled % Int64(scale))
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(whole)" }
        return "\(sign)\(whole).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
    }

    /// Nanoseconds as microseconds with one digit.
    static func microseconds(_ nanoseconds: UInt64) -> String { fixed(Double(nanoseconds) / 1000, 1) }

    /// Up to six digits after the point, no zeros at the end.
    static func short(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e9, abs(value) >= 1e-4 || value == 0 else { return "\(value)" }
        var text = fixed(value, 6)
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }
}
