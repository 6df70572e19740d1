import CLibPQ
import HearthRegistry

/// What the server or libpq said, as a ``RegistryError``.
struct PostgresFailure {
    let error: RegistryError
    /// The server did not say what is wrong: libpq did, as there is no server any more.
    let isConnectionLost: Bool

    /// A statement that failed; `isConnected` as libpq sees it afterwards.
    init(_ result: OpaquePointer, isConnected: Bool, place: String) {
        let state = unsafe Self.field(result, hearth_pg_diag_sqlstate)
        let primary = unsafe Self.field(result, hearth_pg_diag_message_primary)
        let whole = unsafe PQresultErrorMessage(result).map { unsafe String(cString: $0) } ?? ""
        let message = Self.line(primary ?? whole)
        isConnectionLost = !isConnected || state == nil
        guard !isConnectionLost else {
            error = Self.connecting(message, place: place)
            return
        }
        let constraint = unsafe Self.field(result, hearth_pg_diag_constraint_name).map { " (\($0))" } ?? ""
        let (code, hint) = Self.meaning(of: state ?? "")
        error = RegistryError(
            code, "\(place): \(message)\(constraint)", hint: hint,
            cause: PostgresState(code: state ?? "", message: message))
    }

    /// No connection, or one that broke.
    static func connecting(_ message: String, place: String) -> RegistryError {
        RegistryError(
            .unavailable, "\(place): \(line(message))",
            hint: "look whether PostgreSQL runs and whether host, port and rights are right",
            cause: PostgresState(code: PostgresState.noConnection, message: message))
    }

    static func message(of connection: OpaquePointer) -> String {
        let text = unsafe PQerrorMessage(connection).map { unsafe String(cString: $0) } ?? ""
        return text.isEmpty ? "the connection broke" : text
    }

    private static func field(_ result: OpaquePointer, _ code: Int32) -> String? {
        unsafe PQresultErrorField(result, code).map { unsafe String(cString: $0) }
    }

    /// The message without its line ends.
    private static func line(_ text: String) -> String {
        String(text.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(500))
    }

    /// By the server's five-character state (PostgreSQL's manual, appendix A).
    private static func meaning(of state: String) -> (RegistryError.Code, hint: String) {
        switch state {
        case "40001", "40P01", "55P03", "57014":
            (.unavailable, "another session holds what is needed for too long; try again")
        case "42P01", "3F000":
            (.unavailable, "the schema is not there; make it with `hearth db upgrade`")
        case "42703":
            (.unavailable, "the schema is older than this program; bring it up to date with `hearth db upgrade`")
        case "42501":
            (.refused, "the user lacks the right; grant it, or connect as the owner of the tables")
        case "25006":
            (.refused, "the database is read-only, perhaps a standby; connect to the primary")
        case "22P02", "22P05", "22021", "22001", "22003", "23514":
            (.refused, "give a value that the schema allows")
        case "23505":
            (.conflict, "somebody else made the same change first; look at the current state")
        case "25P02":
            (.unavailable, "the transaction was broken off; try again")
        default:
            switch state.prefix(2) {
            case "08", "57", "58", "53": (.unavailable, "look at PostgreSQL's log and try again")
            case "28", "3D": (.refused, "look at user, password, database name and pg_hba.conf")
            default: (.corrupt, "the tables are not as Hearth made them; look at PostgreSQL's log")
            }
        }
    }
}

/// The state that a failed statement left, for those who must tell cases apart.
struct PostgresState: Error, Sendable, CustomStringConvertible {
    /// Not a state of the server's: there was no server to say one.
    static let noConnection = "no connection"

    /// Five characters, or ``noConnection``.
    let code: String
    let message: String

    var description: String { "\(code): \(message)" }
}

extension RegistryError {
    /// The server's state; nil when the error is not the database's.
    var state: String? { (cause as? PostgresState)?.code }
}
