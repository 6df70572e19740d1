import HearthCore
import HearthRegistry

/// Reads the columns of one row from left to right, trusting none: another program may have written them.
///
/// The statements cast every column to one of `text`, `bigint`, `double precision`, `timestamptz`, `boolean` and
/// `bytea`, whatever type the table has.
struct RowReader: RegistryRowReader {
    private let values: [[UInt8]?]
    let table: String
    let place: String
    private var index = 0

    init(_ result: borrowing PostgresResult, row: Int, of table: String, at place: String) {
        values = (0..<result.columnCount).map { result.value(row: row, column: $0) }
        self.table = table
        self.place = place
    }

    /// Whether the next column is NULL.
    var isNull: Bool { index < values.count ? values[index] == nil : true }

    mutating func optionalText(_ column: String) throws(RegistryError) -> String? {
        guard let bytes = next() else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw damage(column, "text that is UTF-8") }
        return text
    }

    mutating func optionalInteger(_ column: String) throws(RegistryError) -> Int64? {
        guard let bytes = next() else { return nil }
        guard bytes.count == 8 else { throw damage(column, "a bigint") }
        return bytes.reduce(0) { $0 << 8 | Int64($1) }
    }

    mutating func optionalDouble(_ column: String) throws(RegistryError) -> Double? {
        guard let bytes = next() else { return nil }
        guard bytes.count == 8 else { throw damage(column, "a double precision") }
        return Double(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) })
    }

    mutating func bool(_ column: String) throws(RegistryError) -> Bool {
        guard let bytes = next(), bytes.count == 1 else { throw damage(column, "a boolean, not NULL") }
        return bytes[0] != 0
    }

    mutating func optionalBytes() -> [UInt8]? { next() }

    mutating func optionalTime(_ column: String) throws(RegistryError) -> Timestamp? {
        guard let microseconds = try optionalInteger(column) else { return nil }
        let (value, isOverflow) = microseconds.addingReportingOverflow(PostgresTime.epochMicroseconds)
        let time = Timestamp(microseconds: value)
        guard !isOverflow, RegistryLimits.timestamps.contains(time) else {
            throw damage(column, "a time in the years 0 to 9999")
        }
        return time
    }

    func missing(_ column: String, expected: String) -> RegistryError { damage(column, "\(expected), not NULL") }

    func unknownWord(_ column: String, _ text: String) -> RegistryError {
        damage(column, "a word that this program knows, not '\(text.prefix(80))'")
    }

    private func damage(_ column: String, _ expected: String) -> RegistryError {
        RegistryError(
            .corrupt, "\(place): \(table).\(column) is not what it must be: \(expected) expected", hint: Self.hint)
    }

    private mutating func next() -> [UInt8]? {
        defer { index += 1 }
        return index < values.count ? values[index] : nil
    }
}
