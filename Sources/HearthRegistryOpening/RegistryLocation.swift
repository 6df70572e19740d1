package import HearthRegistry
import HearthRegistryPostgres
import HearthRegistrySQLite

/// Where a program's registry is, as its user says it: a file, or a PostgreSQL database.
package enum RegistryLocation: Sendable, Equatable {
    /// A SQLite file.
    case file(String)
    /// A connection URL or connection string; may hold a password, so it is not to be shown.
    case postgres(String)

    /// The environment variable that stands for the option.
    package static let environmentVariable = "HEARTH_REGISTRY"

    /// What the option says, else the environment, else `registry.sqlite` in the model directory.
    package init(option: String?, environment: String?, modelDirectory: String) {
        let separator = modelDirectory.hasSuffix("/") ? "" : "/"
        let text =
            [option, environment].compactMap { $0 }.first { !$0.isEmpty }
            ?? modelDirectory + separator + SQLiteRegistryStore.fileName
        self = PostgresLocation.isLocation(text) ? .postgres(text) : .file(text)
    }

    /// Opens a store.
    ///
    /// A file is made when it is absent. A database is connected to at the first call, so that a server may start while
    /// it is away; its schema is made by `hearth db upgrade`.
    ///
    /// - Throws: what ``SQLiteRegistryStore/open(path:mode:options:)`` throws; `.refused` for a location that libpq
    ///   would not take.
    package func open(
        reportDamage: @escaping @Sendable (RegistryError) -> Void = { _ in }
    ) throws(RegistryError) -> any RegistryStore & MetricStore {
        switch self {
        case .file(let path):
            try SQLiteRegistryStore.open(path: path, options: .init(reportDamage: reportDamage))
        case .postgres(let text):
            PostgresRegistryStore(try PostgresLocation(text), options: .init(reportDamage: reportDamage))
        }
    }

    /// The place without passwords: what tells one registry from another.
    package var publicName: String {
        switch self {
        case .file(let path): return path
        case .postgres(let text):
            let keys = ["host=", "port=", "dbname=", "service="]
            guard let scheme = text.firstRange(of: "://") else {
                let words = text.split(separator: " ").filter { word in keys.contains { word.hasPrefix($0) } }
                return words.joined(separator: " ")
            }
            let parts = text[scheme.upperBound...].split(separator: "?", maxSplits: 1)
            // What is before the last @ is user and password.
            let place = parts.first.map { $0.split(separator: "@", omittingEmptySubsequences: false).last ?? "" } ?? ""
            let options = (parts.count > 1 ? parts[1] : "").split(separator: "&").filter { option in
                keys.contains { option.hasPrefix($0) }
            }
            return "postgresql://\(place)" + (options.isEmpty ? "" : "?\(options.joined(separator: "&"))")
        }
    }
}
