package import HearthCore
package import HearthRegistry

/// The registry in PostgreSQL (13 or newer), shared by the machines that reach it.
///
/// - Writers: any number of processes; a change takes the one row of `registry_head` first, so changes follow one
///   another and their numbers have no gap.
/// - Readers never wait for writers.
/// - Threads: all methods may be called from any thread; they block, each at most ``Options/statementTimeout`` and the
///   location's `connect_timeout`.
/// - A database that went away is tried again at once, then after 1, 2 and 4 and every 2 seconds; calls in between fail
///   with `.unavailable` without waiting.
package final class PostgresRegistryStore: RegistryStore {
    /// How a store waits, tells the time and reports damage.
    package struct Options: Sendable {
        /// How long one statement may take.
        package var statementTimeout: Duration
        /// The time of changes.
        package var clock: @Sendable () -> Timestamp
        /// Told of each damaged row that a listing leaves out (C22).
        ///
        /// Called on the reading thread, must not call the store.
        package var reportDamage: @Sendable (RegistryError) -> Void
        /// Called after each step of a promotion; for tests.
        package var faults: @Sendable (PromotionFaultPoint) -> Void = { _ in }

        package init(
            statementTimeout: Duration = .seconds(10), clock: @escaping @Sendable () -> Timestamp = { .now() },
            reportDamage: @escaping @Sendable (RegistryError) -> Void = { _ in }
        ) {
            self.statementTimeout = statementTimeout
            self.clock = clock
            self.reportDamage = reportDamage
        }
    }

    /// The channel on which every change notifies, with its head version as payload.
    package static let channel = "hearth_registry"

    package let location: PostgresLocation
    package let options: Options
    let reader: PostgresLink
    let writer: PostgresLink

    /// A store that connects at its first use: the database may be away when a server starts.
    package init(_ location: PostgresLocation, options: Options = Options()) {
        self.location = location
        self.options = options
        reader = PostgresLink(location, statementTimeout: options.statementTimeout)
        writer = PostgresLink(location, statementTimeout: options.statementTimeout)
    }

    /// Reads one list; a damaged row is reported and left out (C22).
    func list<Record: Sendable>(
        _ sql: String, _ parameters: [PostgresParameter] = [], of table: String, limit: Int = .max,
        read: (inout RowReader) throws(RegistryError) -> Record
    ) throws(RegistryError) -> [Record] {
        try reader.read { (connection) throws(RegistryError) in
            let result = try connection.query(sql, parameters)
            var records: [Record] = []
            var row = 0
            while row < result.rowCount, records.count < limit {
                var reader = RowReader(result, row: row, of: table, at: connection.place)
                row += 1
                do throws(RegistryError) {
                    records.append(try read(&reader))
                } catch {
                    options.reportDamage(error)
                }
            }
            return records
        }
    }
}
