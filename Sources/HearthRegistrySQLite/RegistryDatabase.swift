import GRDB
import GRDBSQLite
import HearthCore
import HearthRegistry

/// One connection to the registry's file, used by one thread at a time, whose errors are ``RegistryError``s.
struct RegistryDatabase: Sendable {
    enum Access: Sendable, Equatable {
        /// Writes; makes the file when it is absent and `creates` says so.
        case readWrite(creates: Bool)
        case readOnly
    }

    let path: String
    private let queue: DatabaseQueue

    /// - Parameter busyTimeoutSeconds: how long a statement waits for another connection's lock.
    init(path: String, access: Access, busyTimeoutSeconds: Double) throws(RegistryError) {
        var configuration = Configuration()
        configuration.readonly = access == .readOnly
        configuration.busyMode = .timeout(busyTimeoutSeconds)
        configuration.label = "hearth.registry"
        configuration.observesSuspensionNotifications = false
        // A transaction that could be neither committed nor rolled back (the disk went away) must be an error here, not
        // the end of the process; `write` clears it away.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { database in
            // FULL: a commit that was reported is on the disk, whatever happens to the power.
            // Functions and views that a damaged or hostile schema might bring are not run.
            try database.execute(
                sql: "PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA journal_size_limit = 1048576")
            if access != .readOnly { Self.keepLogFiles(database) }
        }
        self.path = path
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw RegistryError(error, at: path)
        }
    }

    /// Reads without a transaction: each statement sees one state; two may see two.
    func read<Value>(_ body: (Database) throws -> Value) throws(RegistryError) -> Value {
        do {
            return try queue.unsafeRead(body)
        } catch {
            throw RegistryError(error, at: path)
        }
    }

    /// Runs `body` in one immediate transaction: alone among all writers, all or nothing.
    func write<Value>(_ body: (Database) throws -> Value) throws(RegistryError) -> Value {
        do {
            return try queue.writeWithoutTransaction { database in
                if database.isInsideTransaction { try database.rollback() }
                var result: Value?
                try database.inTransaction(.immediate) {
                    result = try body(database)
                    return .commit
                }
                guard let result else {
                    throw RegistryError(.unavailable, "\(path): the transaction did nothing", hint: "try again")
                }
                return result
            }
        } catch {
            throw RegistryError(error, at: path)
        }
    }

    /// Whether SQLite opened the file for reading only, which it does without a word when the file or the disk is
    /// read-only.
    ///
    /// Even an immediate transaction begins then; only the first change would fail.
    var isReadOnly: Bool {
        queue.unsafeRead { unsafe sqlite3_db_readonly($0.sqliteConnection, "main") != 0 }
    }

    /// Leaves the `-wal` and `-shm` files when the last connection closes: a reader that may not make files in this
    /// folder could not open the database without them.
    private static func keepLogFiles(_ database: Database) {
        var on: Int32 = 1
        _ = unsafe sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_PERSIST_WAL, &on)
    }
}
