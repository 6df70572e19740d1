import Synchronization

/// Idle connections, the last used on top. A thread takes one for a call and gives it back; beyond the capacity extra
/// ones are made for the moment and closed.
final class ConnectionPool: Sendable {
    private struct State {
        var idle: [Connection] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let path: String
    private let waiting: WaitPolicy
    private let capacity: Int
    private let firstStreamID: UInt32

    init(path: String, waiting: WaitPolicy, capacity: Int, firstStreamID: UInt32) {
        self.path = path
        self.waiting = waiting
        self.capacity = max(1, capacity)
        self.firstStreamID = firstStreamID
        state.withLock { $0.idle.reserveCapacity(self.capacity) }
    }

    func take() -> Connection {
        state.withLock { $0.idle.popLast() }
            ?? Connection(path: path, waiting: waiting, firstStreamID: firstStreamID)
    }

    func give(back connection: Connection) {
        let surplus: Connection? = state.withLock { state in
            guard !state.isClosed, state.idle.count < capacity else { return connection }
            state.idle.append(connection)
            return nil
        }
        surplus?.close()
    }

    /// Closes what is idle now, and everything that comes back later.
    func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        for connection in idle { connection.close() }
    }
}
