import Glibc
package import HearthRegistry

/// Where a registry's database is: a connection URL or a connection string as libpq reads it; what it leaves out comes
/// from the `PG*` variables, `~/.pgpass` and service files.
///
/// The text may hold a password, so it is never shown: errors name host, port, database and user.
package struct PostgresLocation: Sendable, Equatable {
    /// `postgresql://user@host/database?sslmode=verify-full`, `postgresql:///database?host=/run/postgresql`, or
    /// `host=/run/postgresql dbname=database`.
    let text: String

    /// Throws `.refused` for a text that libpq would not take for a URL or a connection string.
    package init(_ text: String) throws(RegistryError) {
        guard Self.isLocation(text), !text.utf8.contains(0), text.utf8.count <= 4096 else {
            throw RegistryError(
                .refused, "a database location that is neither a URL nor a connection string found",
                hint: "give postgresql://user@host/database, or host=... dbname=...")
        }
        self.text = text
    }

    /// Whether `text` names a PostgreSQL database, and not a file.
    package static func isLocation(_ text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
            || text.split(separator: " ").contains { $0.hasPrefix("dbname=") || $0.hasPrefix("service=") }
    }

    /// What libpq is told: ours first, so that the text and, where it is silent, the environment come before them.
    var settings: [(keyword: String, value: String)] {
        var settings: [(String, String)] = []
        if unsafe getenv("PGCONNECT_TIMEOUT") == nil { settings.append(("connect_timeout", "5")) }
        // A peer that has gone away without a word is noticed within ten seconds, not after two hours.
        settings += [
            ("tcp_user_timeout", "10000"), ("keepalives_idle", "5"), ("keepalives_interval", "2"),
            ("keepalives_count", "3"), ("fallback_application_name", "hearth"), ("dbname", text),
            ("client_encoding", "UTF8"),
        ]
        return settings
    }
}
