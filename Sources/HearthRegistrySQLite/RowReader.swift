import GRDB
import HearthCore
import HearthRegistry

/// Reads the columns of one row from left to right, trusting none: another program may have written them.
///
/// GRDB's own typed subscripts stop the process on a value of the wrong type. Here it is a `.corrupt` error that names
/// table, column and value.
struct RowReader: RegistryRowReader {
    private let row: Row
    let table: String
    let place: String
    private var index = 0

    init(_ row: Row, of table: String, at path: String) {
        self.row = row
        self.table = table
        self.place = path
    }

    mutating func optionalText(_ column: String) throws(RegistryError) -> String? {
        let value = next()
        switch value.storage {
        case .string(let text): return text
        case .null: return nil
        case .int64, .double, .blob: throw damage(column, value, expected: "text")
        }
    }

    mutating func optionalInteger(_ column: String) throws(RegistryError) -> Int64? {
        let value = next()
        switch value.storage {
        case .int64(let integer): return integer
        case .null: return nil
        case .string, .double, .blob: throw damage(column, value, expected: "an integer")
        }
    }

    mutating func optionalDouble(_ column: String) throws(RegistryError) -> Double? {
        let value = next()
        switch value.storage {
        case .double(let number): return number
        case .int64(let integer): return Double(integer)
        case .null: return nil
        case .string, .blob: throw damage(column, value, expected: "a number")
        }
    }

    mutating func optionalTime(_ column: String) throws(RegistryError) -> Timestamp? {
        guard let microseconds = try optionalInteger(column) else { return nil }
        let time = Timestamp(microseconds: microseconds)
        guard RegistryLimits.timestamps.contains(time) else {
            throw damage(column, microseconds.databaseValue, expected: "a time in the years 0 to 9999")
        }
        return time
    }

    mutating func bool(_ column: String) throws(RegistryError) -> Bool { try integer(column) != 0 }

    func missing(_ column: String, expected: String) -> RegistryError { damage(column, .null, expected: expected) }

    func unknownWord(_ column: String, _ text: String) -> RegistryError {
        damage(column, text.databaseValue, expected: "a word that this program knows")
    }

    /// The error of a value that cannot be there.
    func damage(_ column: String, _ value: DatabaseValue, expected: String) -> RegistryError {
        RegistryError(
            .corrupt, "\(place): \(table).\(column) is \(String(value.description.prefix(80))), expected \(expected)",
            hint: Self.hint)
    }

    private mutating func next() -> DatabaseValue {
        defer { index += 1 }
        return row[index]
    }
}
