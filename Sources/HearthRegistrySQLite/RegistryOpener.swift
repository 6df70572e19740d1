import GRDB
import Glibc
import HearthCore
import HearthRegistry

/// Opens connections to a registry's file: checks what is there before anything is written, and makes or migrates the
/// schema.
struct RegistryOpener {
    var path: String
    var options: SQLiteRegistryStore.Options

    /// The smallest page that a SQLite database may have.
    private static let byteCountMin = 512

    /// Throws when the place cannot hold a registry, with better words than SQLite has for it.
    func checkPlace(creates: Bool) throws(RegistryError) {
        guard !path.isEmpty, !path.utf8.contains(0), !path.hasPrefix(":"), !path.hasPrefix("file:") else {
            throw RegistryError(.refused, "'\(path)' is no path of a registry file", hint: "give the path of a file")
        }
        var status = stat()
        if unsafe stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw RegistryError(
                    .unavailable, "\(path) is not a file",
                    hint: "give the path of the file, e.g. \(path)/\(SQLiteRegistryStore.fileName)")
            }
            // SQLite takes a file of a few bytes for an empty one, and would write over it.
            guard status.st_size == 0 || status.st_size >= Self.byteCountMin else {
                throw RegistryError(
                    .corrupt, "\(path) has \(status.st_size) bytes and is not a SQLite database",
                    hint: "give another path or restore a backup")
            }
            return
        }
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard unsafe stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw RegistryError(
                .unavailable, "the folder \(folder) does not exist or cannot be reached", hint: "create it")
        }
        guard creates else {
            throw RegistryError(
                .unavailable, "there is no registry at \(path)",
                hint: "publish a model there first, or give the right model directory")
        }
    }

    /// Opens the connection that writes, with the newest schema.
    func openWriter(creates: Bool) throws(RegistryError) -> RegistryDatabase {
        let database = try connect(.readWrite(creates: creates))
        guard !database.isReadOnly else {
            throw RegistryError(
                .refused, "\(path) is read-only for this user", hint: "open it as its owner, or for reading only")
        }
        let migrator = Migrator(path: path)
        let state = try database.read { try migrator.state(of: $0) }
        guard state != .empty || creates else {
            throw RegistryError(
                .unavailable, "\(path) was a registry and is empty now",
                hint: "restore a backup, or restart to make a new one")
        }
        try activateWriteAheadLog(of: database)
        switch state {
        case .registry(let applied) where applied == migrator.migrations.count:
            break
        case .registry, .empty:
            try database.write { try migrator.migrate($0, at: options.clock()) }
        }
        return database
    }

    /// Opens a connection that only reads a registry that is there.
    func openReader() throws(RegistryError) -> RegistryDatabase {
        let database: RegistryDatabase
        do throws(RegistryError) {
            database = try connect(.readOnly)
        } catch  where unsafe access(path, R_OK) == 0 && error.needsOwner {
            throw RegistryError(
                .unavailable, "\(path) has lost its -wal and -shm files, and this user cannot make them",
                hint: "let the owner's program open the registry once", cause: error.cause)
        }
        let migrator = Migrator(path: path)
        let state = try database.read { try migrator.state(of: $0) }
        guard state == .registry(applied: migrator.migrations.count) else {
            throw RegistryError(
                .unavailable, "\(path) has no schema yet or an older one", hint: "let the owner's program open it once")
        }
        return database
    }

    func connect(_ access: RegistryDatabase.Access) throws(RegistryError) -> RegistryDatabase {
        let (seconds, attoseconds) = options.busyTimeout.components
        return try RegistryDatabase(
            path: path, access: access, busyTimeoutSeconds: max(0, Double(seconds) + Double(attoseconds) * 1e-18))
    }

    /// The log mode is a property of the file, set once.
    ///
    /// While another process sets it, SQLite refuses at once instead of waiting, so the waiting is done here.
    private func activateWriteAheadLog(of database: RegistryDatabase) throws(RegistryError) {
        let clock = ContinuousClock()
        let deadline = clock.now + options.busyTimeout
        while true {
            do throws(RegistryError) {
                let mode = try database.read { try String.fetchOne($0, sql: "PRAGMA journal_mode = WAL") }
                guard mode == "wal" else {
                    throw RegistryError(
                        .unavailable, "\(path) cannot have a write-ahead log (journal mode \(mode ?? "unknown"))",
                        hint: "a registry needs a local file system, not a network share")
                }
                return
            } catch {
                guard error.isBusy, clock.now < deadline else { throw error }
                usleep(2000)
            }
        }
    }
}

extension RegistryError {
    /// A reader could not make the files that go with a write-ahead log.
    fileprivate var needsOwner: Bool {
        let code = (cause as? DatabaseError)?.resultCode
        return code == .SQLITE_READONLY || code == .SQLITE_CANTOPEN
    }

    /// Another connection holds the lock.
    fileprivate var isBusy: Bool {
        (cause as? DatabaseError)?.resultCode == .SQLITE_BUSY
    }
}
