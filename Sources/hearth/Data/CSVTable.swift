import Glibc
import HearthCore

/// A file that cannot be used, in a sentence that names the mend.
struct DataError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Numbers of a CSV file with a header line: `,` or `;`, quotes as RFC 4180 has them. Empty, `NA` and `nan` cells are
/// NaN.
struct CSVTable {
    let path: String
    let header: [String]
    private let rows: [[Substring]]

    /// Reads `path`, `rowCountMax` rows at most.
    init(path: String, rowCountMax: Int = .max) throws {
        self.path = path
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DataError("\(SystemError.last("open", path)); check the path after --data") }
        let file = FileDescriptor(owning: descriptor)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = unsafe try chunk.withUnsafeMutableBytes { unsafe try file.read(into: $0, subject: path) }
            if count == 0 { break }
            bytes.append(contentsOf: chunk.prefix(count))
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        guard let first = lines.first else { throw DataError("\(path) is empty; expected a header line and rows") }
        let separator: Character = first.contains(",") ? "," : first.contains(";") ? ";" : ","
        header = Self.cells(first, separator).map(String.init)
        var rows: [[Substring]] = []
        for line in lines.dropFirst().prefix(rowCountMax) {
            let cells = Self.cells(line, separator)
            guard cells.count == header.count else {
                throw DataError(
                    "\(path): row \(rows.count + 1) has \(cells.count) cells, the header \(header.count); mend the row")
            }
            rows.append(cells)
        }
        self.rows = rows
    }

    var rowCount: Int { rows.count }

    /// The values of `columns`, rows one after the other.
    func values(of columns: [String]) throws -> [Double] {
        let positions = try columns.map { name in
            guard let position = header.firstIndex(of: name) else {
                throw DataError("\(path) has no column '\(name)'; it has \(header.joined(separator: ", "))")
            }
            return position
        }
        var values: [Double] = []
        values.reserveCapacity(rows.count * positions.count)
        for (index, row) in rows.enumerated() {
            for position in positions {
                guard let value = Self.number(row[position]) else {
                    throw DataError(
                        "\(path): row \(index + 1), column '\(header[position])': '\(row[position])' is no number")
                }
                values.append(value)
            }
        }
        return values
    }

    /// One cell as a number; nil for text.
    static func number(_ cell: Substring) -> Double? {
        switch cell.lowercased() {
        case "", "na", "nan", "null": .nan
        case "true": 1
        case "false": 0
        default: Double(cell)
        }
    }

    private static func cells(_ line: Substring, _ separator: Character) -> [Substring] {
        guard line.contains("\"") else {
            return line.split(separator: separator, omittingEmptySubsequences: false).map(trimmed)
        }
        var cells: [Substring] = []
        var cell = ""
        var isQuoted = false
        for character in line {
            if character == "\"" {
                isQuoted.toggle()
            } else if character == separator, !isQuoted {
                cells.append(trimmed(Substring(cell)))
                cell = ""
            } else {
                cell.append(character)
            }
        }
        return cells + [trimmed(Substring(cell))]
    }

    private static func trimmed(_ cell: Substring) -> Substring {
        var cell = cell
        while cell.first == " " { cell.removeFirst() }
        while cell.last == " " { cell.removeLast() }
        return cell
    }
}
