/// What the columns of a model's rows take, and the texts of those that take text: for looking up on the request path.
///
/// Immutable; a lookup allocates nothing and compares with some 10 of a thousand texts.
package final class TextTable: Sendable {
    /// What a column takes.
    package enum Kind: UInt8, Sendable {
        case number
        case text
        /// The model does not read it: anything may stand there.
        case unused
    }

    /// What stands in a row for a text that the table does not have.
    package static let unknown = -1.0
    /// What stands in a row for Python's None in a column of text.
    package static let none = -2.0

    private struct Column {
        var kind = Kind.number
        /// Its first text, and how many it has.
        var first = 0
        var count = 0
    }

    private let columns: [Column]
    /// Where each text begins in `bytes`, and where the last one ends.
    private let starts: [Int]
    private let bytes: [UInt8]
    /// Whether any column takes text.
    package let takesText: Bool

    /// - Parameters:
    ///   - texts: column and its texts in the order of their UTF-8 bytes; a row holds a text's position.
    ///   - unused: columns that nothing reads.
    package init(columnCount: Int, texts: [(column: Int, texts: [String])], unused: [Int]) {
        var columns = [Column](repeating: Column(), count: columnCount)
        var starts = [0]
        var bytes: [UInt8] = []
        for column in unused where columns.indices.contains(column) { columns[column].kind = .unused }
        for (column, texts) in texts where columns.indices.contains(column) {
            columns[column] = Column(kind: .text, first: starts.count - 1, count: texts.count)
            for text in texts {
                bytes.append(contentsOf: text.utf8)
                starts.append(bytes.count)
            }
        }
        self.columns = columns
        self.starts = starts
        self.bytes = bytes
        takesText = columns.contains { $0.kind == .text }
    }

    package var columnCount: Int { columns.count }

    /// What a column takes; number for one that is not there.
    package func kind(of column: Int) -> Kind {
        columns.indices.contains(column) ? columns[column].kind : .number
    }

    /// What stands in a row for `text` in a column: its position, or ``unknown``.
    package func code(of text: ByteView, column: Int) -> Double {
        guard columns.indices.contains(column) else { return Self.unknown }
        let first = columns[column].first
        var (low, high) = (0, columns[column].count)
        while low < high {
            let middle = (low + high) / 2
            let order = compare(first + middle, text)
            if order == 0 { return Double(middle) }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return Self.unknown
    }

    /// Below 0 when entry `index` comes before `text`, 0 when they are the same bytes.
    private func compare(_ index: Int, _ text: ByteView) -> Int {
        let (start, end) = (starts[index], starts[index + 1])
        for offset in 0..<min(end - start, text.count) {
            guard let byte = text.byte(at: offset), byte != bytes[start + offset] else { continue }
            return bytes[start + offset] < byte ? -1 : 1
        }
        return end - start - text.count
    }
}
