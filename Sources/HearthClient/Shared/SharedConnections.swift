import HearthWire
import Synchronization

/// The connections that the async calls of one client share, taken in turn; one that is over is replaced.
final class SharedConnections: Sendable {
    private struct State {
        var connections: [SharedConnection?]
        var next = 0
        var isClosed = false
    }

    private let path: String
    private let firstStreamID: UInt32
    private let state: Mutex<State>

    init(path: String, count: Int, firstStreamID: UInt32) {
        self.path = path
        self.firstStreamID = firstStreamID
        state = Mutex(State(connections: Array(repeating: nil, count: max(1, count))))
    }

    /// Sends one request and waits for its outcome.
    func call(_ route: Route, _ payload: [UInt8], deadline: Deadline) async -> PendingCall.Outcome {
        let call = PendingCall(deadline: deadline)
        guard deadline.remaining > 0 else { return .failure(.deadlineExceeded(deadline.timeout)) }
        var over: SharedConnection?
        while true {
            let (connection, isNew) = connection(replacing: over)
            guard let connection else { return .failure(.cancelled) }
            let submission = connection.submit(route, payload, call)
            if isNew { connection.start() }
            switch submission {
            case .accepted: return await call.outcome()
            case .over: over = connection
            }
        }
    }

    func close() {
        let connections = state.withLock { state in
            state.isClosed = true
            defer { state.connections = [] }
            return state.connections
        }
        for connection in connections { connection?.close() }
    }

    /// The next connection in turn, or a new one in the place of `over`, which the caller starts; nil after the end.
    private func connection(replacing over: SharedConnection?) -> (connection: SharedConnection?, isNew: Bool) {
        state.withLock { state in
            guard !state.isClosed else { return (nil, false) }
            if let over, let index = state.connections.firstIndex(where: { $0 === over }) {
                state.connections[index] = nil
                state.next = index
            }
            let index = state.next
            state.next = (index + 1) % state.connections.count
            if let connection = state.connections[index] { return (connection, false) }
            let connection = SharedConnection(path: path, firstStreamID: firstStreamID)
            state.connections[index] = connection
            return (connection, true)
        }
    }
}
