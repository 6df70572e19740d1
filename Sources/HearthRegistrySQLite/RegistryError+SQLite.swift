import GRDB
import HearthRegistry

extension RegistryError {
    /// What a failed access to the database at `path` means for the caller.
    init(_ cause: any Error, at path: String) {
        guard let cause = cause as? DatabaseError else {
            self = cause as? RegistryError ?? RegistryError(.unavailable, "\(path): \(cause)", cause: cause)
            return
        }
        let (code, hint) = Self.meaning(of: cause)
        let message = cause.message ?? "SQLite error \(cause.extendedResultCode.rawValue)"
        self.init(code, "\(path): \(message)", hint: hint, cause: cause)
    }

    private static func meaning(of error: DatabaseError) -> (Code, hint: String) {
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            (.unavailable, "another process holds the lock; try again, or look for a program that does not let go")
        case .SQLITE_CANTOPEN:
            (.unavailable, "look at the owner and the permissions of the file, its -wal and -shm files and its folder")
        case .SQLITE_FULL:
            (.unavailable, "the disk is full; make room and try again")
        case .SQLITE_IOERR, .SQLITE_PROTOCOL:
            (.unavailable, "the disk failed; a registry needs a local file system, not a network share")
        case .SQLITE_NOMEM, .SQLITE_INTERRUPT, .SQLITE_ABORT:
            (.unavailable, "try again")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            (.refused, "the file, its folder or the disk is read-only for this user; write as the owner")
        case .SQLITE_CONSTRAINT where error.extendedResultCode == .SQLITE_CONSTRAINT_CHECK, .SQLITE_TOOBIG:
            (.refused, "give a value that the named rule of the schema allows")
        case .SQLITE_NOTADB:
            (.corrupt, "the file is not a SQLite database; give another path or restore a backup")
        default:
            // A damaged page, a missing table or column, a broken constraint: not what the schema promises.
            (.corrupt, "the database is damaged or was changed by hand; restore a backup")
        }
    }
}
