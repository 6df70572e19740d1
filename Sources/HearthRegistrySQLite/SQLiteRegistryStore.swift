package import HearthCore
package import HearthRegistry
import Synchronization

/// The registry in one SQLite file, shared by all processes of a machine.
///
/// - Writers: any number of processes; SQLite lets one write at a time, the others wait up to ``Options/busyTimeout``.
///   Every change is one immediate transaction, synced to the disk before the call returns.
/// - Readers never wait for writers (write-ahead log).
/// - Threads: all methods may be called from any thread; they block.
/// - The file may be replaced by a restored backup while stores are open: they notice and open the new one. While there
///   is none, calls throw `.unavailable`; a store never makes a second, empty registry in its place.
package final class SQLiteRegistryStore: RegistryStore {
    /// What a store may do to the file.
    package enum Mode: Sendable, Hashable {
        /// Reads and writes; makes the registry when the file is absent or empty, and brings the schema up to date.
        case readWrite
        /// Reads only, for who is not the owner of the file: nothing is made, nothing is migrated.
        case readOnly
    }

    /// How a store waits, tells the time and reports damage.
    package struct Options: Sendable {
        /// How long a call waits for a lock that another connection holds.
        package var busyTimeout: Duration
        /// The time of changes.
        package var clock: @Sendable () -> Timestamp
        /// Told of each damaged row that a listing leaves out (C22).
        ///
        /// Called on the reading thread, must not call the store.
        package var reportDamage: @Sendable (RegistryError) -> Void
        /// Called after each step of a promotion; for tests.
        package var faults: @Sendable (PromotionFaultPoint) -> Void = { _ in }

        package init(
            busyTimeout: Duration = .seconds(5), clock: @escaping @Sendable () -> Timestamp = { .now() },
            reportDamage: @escaping @Sendable (RegistryError) -> Void = { _ in }
        ) {
            self.busyTimeout = busyTimeout
            self.clock = clock
            self.reportDamage = reportDamage
        }
    }

    /// The file's name in a model directory.
    package static let fileName = "registry.sqlite"

    package let path: String
    package let mode: Mode
    package let options: Options

    /// Held while a replaced file is opened again, so that callers wait for the new connections instead of opening
    /// their own.
    private let connections: Mutex<RegistryConnections>

    private init(path: String, mode: Mode, options: Options, connections: sending RegistryConnections) {
        self.path = path
        self.mode = mode
        self.options = options
        self.connections = Mutex(connections)
    }

    /// Opens the registry at `path`.
    ///
    /// - Throws: `.unavailable` when folder, file or lock cannot be had; `.refused` for a read-only disk or a newer
    ///   schema; `.corrupt` for a damaged file or one of another application, which is left as it is.
    package static func open(
        path: String, mode: Mode = .readWrite, options: Options = Options()
    ) throws(RegistryError) -> SQLiteRegistryStore {
        let connections = try RegistryConnections.open(path: path, mode: mode, creates: true, options: options)
        return SQLiteRegistryStore(path: path, mode: mode, options: options, connections: connections)
    }

    /// Opens the registry of a model directory: ``fileName`` in it.
    package static func open(
        modelDirectory: String, mode: Mode = .readWrite, options: Options = Options()
    ) throws(RegistryError) -> SQLiteRegistryStore {
        let separator = modelDirectory.hasSuffix("/") ? "" : "/"
        return try open(path: modelDirectory + separator + fileName, mode: mode, options: options)
    }

    /// The connections to the file that `path` names now.
    ///
    /// Costs one `stat`.
    func current() throws(RegistryError) -> RegistryConnections {
        let path = path
        let mode = mode
        let options = options
        return try connections.withLock { (connections) throws(RegistryError) in
            guard let identity = FileIdentity(path: path) else {
                throw RegistryError(
                    .unavailable, "\(path) is not there any more", hint: "put the registry back, or restore a backup")
            }
            if identity != connections.identity {
                let incarnation = connections.incarnation + 1
                connections = try RegistryConnections.open(path: path, mode: mode, creates: false, options: options)
                connections.incarnation = incarnation
            }
            return connections
        }
    }
}
