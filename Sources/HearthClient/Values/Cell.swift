import HearthCore
import HearthWire

/// One value of a row for a model that takes text in some columns.
public enum Cell: Sendable, Hashable {
    case number(Double)
    case text(String)
    /// Missing as Python's None; a number that is missing is NaN.
    case none
}

extension Cell: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
    ExpressibleByNilLiteral
{
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A number.
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
    /// A text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// Missing.
    public init(nilLiteral: ()) { self = .none }
}

/// Rows of cells as a request has them: doubles, with the texts of each column beside them.
struct CellRows {
    private(set) var values: [Double] = []
    private(set) var columnCount = 0
    private(set) var textColumns: [TextColumn] = []

    /// Throws INVALID_ARGUMENT for rows of different lengths and for columns with both numbers and texts.
    init(_ rows: [[Cell]]) throws(HearthError) {
        columnCount = rows.first?.count ?? 0
        guard rows.allSatisfy({ $0.count == columnCount }) else {
            throw HearthError(.invalidArgument, "rows of different lengths found; all rows have the model's columns")
        }
        values = [Double](repeating: 0, count: rows.count * columnCount)
        for column in 0..<columnCount { try fill(column, rows) }
    }

    private mutating func fill(_ column: Int, _ rows: [[Cell]]) throws(HearthError) {
        var texts = TextColumn(column: column, texts: [])
        // By bytes: Swift takes different bytes for the same text where Unicode does, and models do not.
        var positions: [[UInt8]: Int] = [:]
        var hasNumbers = false
        for (row, cells) in rows.enumerated() {
            let place = row * columnCount + column
            switch cells[column] {
            case .number(let number):
                hasNumbers = hasNumbers || !number.isNaN
                values[place] = number
            case .none: values[place] = -1
            case .text(let text):
                let bytes = Array(text.utf8)
                let position = positions[bytes] ?? texts.texts.count
                if position == texts.texts.count {
                    positions[bytes] = position
                    texts.texts.append(text)
                }
                values[place] = Double(position)
            }
        }
        guard hasNumbers else { return textColumns.append(texts) }
        guard texts.texts.isEmpty else {
            throw HearthError(.invalidArgument, "column \(column) has numbers and texts; one kind is expected")
        }
        // A number that is missing is NaN.
        for (row, cells) in rows.enumerated() where cells[column] == .none { values[row * columnCount + column] = .nan }
    }
}
