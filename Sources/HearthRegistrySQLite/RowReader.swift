import GRDB
import HearthCore
import HearthRegistry

/// Reads the columns of one row from left to right, trusting none: another program may have written them.
///
/// GRDB's own typed subscripts stop the process on a value of the wrong type. Here it is a `.corrupt` error that names
/// table, column and value.
struct RowReader {
    private let row: Row
    private let table: String
    private let path: String
    private var index = 0

    init(_ row: Row, of table: String, at path: String) {
        self.row = row
        self.table = table
        self.path = path
    }

    mutating func optionalText(_ column: String) throws(RegistryError) -> String? {
        let value = next()
        switch value.storage {
        case .string(let text): return text
        case .null: return nil
        case .int64, .double, .blob: throw damage(column, value, expected: "text")
        }
    }

    mutating func text(_ column: String) throws(RegistryError) -> String {
        guard let text = try optionalText(column) else { throw damage(column, .null, expected: "text") }
        return text
    }

    mutating func optionalInteger(_ column: String) throws(RegistryError) -> Int64? {
        let value = next()
        switch value.storage {
        case .int64(let integer): return integer
        case .null: return nil
        case .string, .double, .blob: throw damage(column, value, expected: "an integer")
        }
    }

    mutating func integer(_ column: String) throws(RegistryError) -> Int64 {
        guard let integer = try optionalInteger(column) else { throw damage(column, .null, expected: "an integer") }
        return integer
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

    mutating func time(_ column: String) throws(RegistryError) -> Timestamp {
        guard let time = try optionalTime(column) else { throw damage(column, .null, expected: "a time") }
        return time
    }

    mutating func name(_ column: String) throws(RegistryError) -> ModelName {
        let text = try text(column)
        do {
            return try ModelName(text)
        } catch {
            throw damage(column, error)
        }
    }

    mutating func optionalModelID(_ column: String) throws(RegistryError) -> ModelID? {
        guard let text = try optionalText(column) else { return nil }
        do {
            return try ModelID(text)
        } catch {
            throw damage(column, error)
        }
    }

    mutating func modelID(_ column: String) throws(RegistryError) -> ModelID {
        guard let id = try optionalModelID(column) else { throw damage(column, .null, expected: "a model_id") }
        return id
    }

    /// One of the texts of `Value`.
    mutating func word<Value: RawRepresentable<String>>(_ column: String) throws(RegistryError) -> Value {
        let text = try text(column)
        guard let value = Value(rawValue: text) else {
            throw damage(column, text.databaseValue, expected: "a word that this program knows")
        }
        return value
    }

    /// The error of a value that cannot be there.
    func damage(_ column: String, _ value: DatabaseValue, expected: String) -> RegistryError {
        RegistryError(
            .corrupt, "\(path): \(table).\(column) is \(String(value.description.prefix(80))), expected \(expected)",
            hint: Self.hint)
    }

    private func damage(_ column: String, _ cause: NameError) -> RegistryError {
        RegistryError(.corrupt, "\(path): \(table).\(column): \(cause)", hint: Self.hint, cause: cause)
    }

    private static let hint = "the row was not written by Hearth; mend or delete it, or restore a backup"

    private mutating func next() -> DatabaseValue {
        defer { index += 1 }
        return row[index]
    }
}
