import HearthCore
import HearthRegistry

/// PostgreSQL's notifications of changes, on a connection of their own.
final class PostgresChangeFeed: RegistryChangeFeed {
    private let location: PostgresLocation
    private var connection: PostgresConnection?
    private var schedule = ReconnectSchedule()

    init(_ location: PostgresLocation) {
        self.location = location
    }

    var descriptor: Int32? { connection?.descriptor }

    /// A new connection counts as a change: what was notified meanwhile is lost.
    func takeChanges() -> Bool {
        if let connection {
            do throws(RegistryError) {
                return try connection.takeNotifications()
            } catch {
                // The store's own calls say so; here the next attempt is made below.
                self.connection = nil
            }
        }
        guard schedule.isDue(at: .now()) else { return false }
        do throws(RegistryError) {
            let connection = try PostgresConnection(location, statementTimeout: .seconds(10))
            try connection.execute("LISTEN \(PostgresRegistryStore.channel)")
            self.connection = connection
            schedule.succeeded()
            return true
        } catch {
            schedule.failed(at: .now())
            return false
        }
    }
}
