import Glibc
import HearthCore
import HearthWire
import Synchronization

extension HearthClient {
    /// Reports changes of what the server holds, for one registered model or for all when `model` is empty, from now
    /// on.
    ///
    /// The sequence has a connection and a thread of its own; it ends when the task is cancelled or the iteration
    /// stops, and throws ``HearthError`` when the connection breaks. Between two watches events are missed: after a new
    /// start ask ``list(model:limit:timeout:)`` for the state.
    public func watch(model: String = "") -> AsyncThrowingStream<ModelEvent, any Error> {
        let watcher = Watcher(configuration: configuration, model: model)
        return AsyncThrowingStream(bufferingPolicy: .bufferingNewest(4096)) { continuation in
            continuation.onTermination = { _ in watcher.stop() }
            BackgroundThread.start(name: "hearth-watch") {
                do throws(HearthError) {
                    try watcher.run { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
        }
    }

    /// Reports changes on the calling thread until the connection ends or breaks.
    public func watch(model: String = "", _ body: (ModelEvent) -> Void) throws(HearthError) {
        try Watcher(configuration: configuration, model: model).run(body)
    }
}

/// One stream of events on a connection of its own.
private final class Watcher: Sendable {
    private struct State {
        /// A second number of the connection's socket, our own to shut down and close; -1 when there is none.
        var descriptor: Int32 = -1
        var isStopped = false
    }

    private let configuration: HearthClient.Configuration
    private let model: String
    private let state = Mutex(State())

    init(configuration: HearthClient.Configuration, model: String) {
        self.configuration = configuration
        self.model = model
    }

    /// Receives events until the stream ends.
    func run(_ body: (ModelEvent) -> Void) throws(HearthError) {
        let connection = Connection(path: configuration.socketPath, waiting: .block)
        let streamID = try open(connection)
        let isWanted = state.withLock { state in
            state.descriptor = dup(connection.descriptorNumber)
            return !state.isStopped
        }
        defer {
            state.withLock { state in
                if state.descriptor >= 0 { close(state.descriptor) }
                state.descriptor = -1
            }
        }
        let arena = Arena(capacity: 4096)
        while isWanted {
            let reply: Connection.Reply
            do throws(HearthError) {
                reply = try connection.nextReply(Deadline(after: .seconds(86_400)))
            } catch {
                if state.withLock({ $0.isStopped }) { return }
                if error.code == .deadlineExceeded { continue }
                throw error
            }
            guard reply.streamID == streamID else { continue }
            if reply.type == FrameHeader.MessageType.response {
                _ = try Connection.payload(of: reply)
                return
            }
            if reply.flags & FrameHeader.Flags.noData == 0 {
                arena.reset()
                guard let event = WatchEvent.unpack(reply.data, in: arena) else { throw .unreadable("event") }
                body(ModelEvent(event))
            }
            if reply.flags & FrameHeader.Flags.remoteClosed != 0 { return }
        }
    }

    /// Ends ``run(_:)`` from another thread.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            if state.descriptor >= 0 { shutdown(state.descriptor, Int32(SHUT_RDWR)) }
        }
    }

    private func open(_ connection: Connection) throws(HearthError) -> UInt32 {
        let deadline = Deadline(after: configuration.timeout)
        let payload = WatchRequest(modelName: model).pack(in: Arena(capacity: 1024)) { unsafe Array($0.buffer) }
        let streamID = unsafe try connection.enqueue(
            .watch, deadline: deadline, isStream: true, payloadByteCount: payload.count
        ) { target in
            payload.span.withView { unsafe target.copyMemory(from: $0.start, byteCount: $0.count) }
        }
        try connection.flush(deadline)
        return streamID
    }
}
