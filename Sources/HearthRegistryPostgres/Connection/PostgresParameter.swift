import HearthCore

/// One value of a statement.
enum PostgresParameter {
    /// In the database's own text form; it takes the type that the statement gives it.
    case text(String?)
    /// A `bigint` or what it is converted to.
    case integer(Int64?)
    case double(Double?)
    /// A `timestamptz`, to the microsecond.
    case time(Timestamp?)
    case bool(Bool)
    /// A `bytea`, as it is.
    case bytes([UInt8])

    /// Whether the bytes are the type's binary form.
    var isBinary: Bool {
        switch self {
        case .time, .bytes: true
        case .text, .integer, .double, .bool: false
        }
    }

    /// The bytes to send; nil for NULL.
    var bytes: [UInt8]? {
        switch self {
        case .text(let text): return text.map { Array($0.utf8) }
        case .integer(let value): return value.map { Array(String($0).utf8) }
        // The shortest text that reads back as the same number.
        case .double(let value): return value.map { Array("\($0)".utf8) }
        case .bool(let value): return [value ? 0x74 : 0x66]
        case .bytes(let bytes): return bytes
        case .time(let time):
            guard let time else { return nil }
            let (value, isOverflow) = time.microseconds.subtractingReportingOverflow(PostgresTime.epochMicroseconds)
            // Only times beyond the year 290000 overflow; the limits of the registry end at 9999.
            let clamped = isOverflow ? Int64.min : value
            return (0..<8).map { UInt8(truncatingIfNeeded: clamped >> (8 * (7 - $0))) }
        }
    }
}

/// PostgreSQL's clock counts microseconds from 2000-01-01T00:00:00Z.
enum PostgresTime {
    static let epochMicroseconds: Int64 = 946_684_800_000_000
}
