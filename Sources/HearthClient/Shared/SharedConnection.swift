import CHearthLinux
import Glibc
import HearthCore
import HearthWire
import Synchronization

/// One connection that many async calls share, from its dial to its end. Callers append their requests under a lock;
/// one thread of its own sends what has come together, receives, and finishes the calls. After its end it takes no
/// calls: the owner makes another.
///
/// Lock order: this connection's lock, then a ``PendingCall``'s own; calls are finished outside the first.
final class SharedConnection: Sendable {
    /// The most bytes that may wait to be sent before callers are refused.
    static let waitingByteCountMax = 16 << 20

    struct State: ~Copyable {
        var waiting = OutputBuffer()
        var pending: [UInt32: PendingCall] = [:]
        var nextStreamID: UInt32
        /// No pending call ends before this.
        var nearestDeadline = UInt64.max
        /// Whether the thread has been told that there is something to send.
        var isAwake = false
        var isEnded = false
        /// The owner wants no more of it.
        var isClosing = false
    }

    enum Submission {
        case accepted
        /// The connection is over or its stream ids are: take another.
        case over
    }

    let path: String
    let state: Mutex<State>
    /// Wakes the thread out of poll(2).
    private let wake: FileDescriptor

    init(path: String, firstStreamID: UInt32) {
        self.path = path
        state = Mutex(State(nextStreamID: firstStreamID))
        wake = FileDescriptor(owning: eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)))
    }

    /// Starts the thread, which lives as long as the connection.
    func start() {
        let thread = SharedConnectionThread(self)
        BackgroundThread.start(name: "hearth-client") { thread.run() }
    }

    /// Queues a request; its outcome goes to `call`.
    func submit(_ route: Route, _ payload: [UInt8], _ call: PendingCall) -> Submission {
        var refusal: HearthError?
        let (submission, wakes) = state.withLock { state -> (Submission, Bool) in
            guard !state.isEnded, !state.isClosing, state.nextStreamID <= Connection.streamIDMax else {
                return (.over, false)
            }
            guard state.waiting.count + payload.count <= Self.waitingByteCountMax,
                payload.count <= WireLimits.frameDataByteCountMax - 2 * WireLimits.routeByteCountMax
            else {
                refusal = HearthError(
                    .resourceExhausted, "\(state.waiting.count + payload.count) bytes wait to be sent to \(path)",
                    hint: "send less at once, or make more clients")
                return (.accepted, false)
            }
            let streamID = state.nextStreamID
            state.nextStreamID += 2
            state.pending[streamID] = call
            let hurries = call.deadline.nanoseconds < state.nearestDeadline
            if hurries { state.nearestDeadline = call.deadline.nanoseconds }
            payload.span.withView { payload in
                unsafe Envelope.appendRequest(
                    to: &state.waiting, streamID: streamID, service: ByteView(route.service),
                    method: ByteView(route.method), timeoutNanoseconds: Int64(max(1, call.deadline.remaining)),
                    payloadByteCount: payload.count
                ) { unsafe $0.copyMemory(from: payload.start, byteCount: payload.count) }
            }
            defer { state.isAwake = true }
            return (.accepted, !state.isAwake)
        }
        if let refusal { call.finish(.failure(refusal)) }
        if wakes { wakeThread() }
        return submission
    }

    /// Ends the connection; calls on their way fail with `CANCELLED`.
    func close() {
        state.withLock { $0.isClosing = true }
        wakeThread()
    }

    var wakeNumber: Int32 { wake.number }

    private func wakeThread() {
        _ = eventfd_write(wake.number, 1)
    }
}
