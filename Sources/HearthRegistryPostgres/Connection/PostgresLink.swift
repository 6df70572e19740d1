import HearthCore
import HearthRegistry
import Synchronization

/// A connection that comes back: the first call after a loss connects again at once; when that fails, the next attempts
/// are made 1, 2, 4 and then every 2 seconds later, and calls in between fail without waiting (R74, R76).
///
/// Calls from several threads take turns.
final class PostgresLink: Sendable {
    private struct State {
        // Only touched under the lock, by the thread that holds it.
        nonisolated(unsafe) var connection: PostgresConnection?
        var schedule = ReconnectSchedule()
        var lastError: RegistryError?
    }

    private let location: PostgresLocation
    private let statementTimeout: Duration
    /// Run on every new connection.
    private let setup: @Sendable (PostgresConnection) throws(RegistryError) -> Void
    private let state = Mutex(State())

    init(
        _ location: PostgresLocation, statementTimeout: Duration,
        setup: @escaping @Sendable (PostgresConnection) throws(RegistryError) -> Void = { _ in }
    ) {
        self.location = location
        self.statementTimeout = statementTimeout
        self.setup = setup
    }

    /// Runs `body` with the connection, for what changes nothing: once more on a new connection when the one that stood
    /// turns out to be broken.
    func read<Value: Sendable>(
        _ body: (PostgresConnection) throws(RegistryError) -> Value
    ) throws(RegistryError) -> Value {
        try state.withLock { (state) throws(RegistryError) in
            let isOld = unsafe state.connection != nil
            let connection = try connected(&state)
            do throws(RegistryError) {
                return try body(connection)
            } catch {
                guard !connection.isUsable else { throw error }
                unsafe state.connection = nil
                guard isOld else { throw error }
            }
            return try once(&state, body)
        }
    }

    /// Runs `body` in one transaction, all or nothing; `begin` opens it and may run twice, `body` runs once.
    ///
    /// When the connection breaks while the transaction commits, the error says that the outcome is open.
    func transaction<Value: Sendable>(
        begin: (PostgresConnection) throws(RegistryError) -> Void,
        _ body: (PostgresConnection) throws(RegistryError) -> Value
    ) throws(RegistryError) -> Value {
        try state.withLock { (state) throws(RegistryError) in
            let isOld = unsafe state.connection != nil
            do throws(RegistryError) {
                try once(&state, begin)
            } catch {
                guard isOld, unsafe state.connection == nil else { throw error }
                try once(&state, begin)
            }
            return try once(&state) { (connection) throws(RegistryError) in
                let value = try body(connection)
                do throws(RegistryError) {
                    try connection.execute("COMMIT")
                } catch {
                    guard !connection.isUsable else { throw error }
                    throw RegistryError(
                        .unavailable, "\(error.message); whether the change was made is not known",
                        hint: "look at the current state before making it again", cause: error.cause)
                }
                return value
            }
        }
    }

    /// Runs `body` once; a failure leaves no transaction open and no broken connection behind.
    private func once<Value: Sendable>(
        _ state: inout State, _ body: (PostgresConnection) throws(RegistryError) -> Value
    ) throws(RegistryError) -> Value {
        let connection = try connected(&state)
        do throws(RegistryError) {
            return try body(connection)
        } catch {
            if connection.isUsable, connection.isInTransaction {
                // A connection that cannot even roll back is closed, which does the same.
                do throws(RegistryError) { try connection.execute("ROLLBACK") } catch { unsafe state.connection = nil }
            }
            if !connection.isUsable { unsafe state.connection = nil }
            throw error
        }
    }

    private func connected(_ state: inout State) throws(RegistryError) -> PostgresConnection {
        if let connection = unsafe state.connection { return connection }
        if !state.schedule.isDue(at: .now()), let error = state.lastError { throw error }
        do throws(RegistryError) {
            let connection = try PostgresConnection(location, statementTimeout: statementTimeout)
            try setup(connection)
            unsafe state.connection = connection
            state.schedule.succeeded()
            state.lastError = nil
            return connection
        } catch {
            state.schedule.failed(at: .now())
            state.lastError = error
            throw error
        }
    }
}
