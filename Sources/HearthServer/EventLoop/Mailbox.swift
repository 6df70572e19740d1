import CHearthLinux
import Glibc
import HearthCore
import HearthServing
import Synchronization

/// What other threads tell a worker.
enum WorkerMessage: Sendable {
    /// A new connection to take care of.
    case adopt(descriptor: Int32, Admission)
    /// A result for a call of a connection; dropped when the connection is gone.
    case complete(connection: UInt64, Completion)
    /// What the cache holds has changed: take its newest snapshot, and tell those who watch.
    case event(ModelEvent)
    /// Take the connections that wait to be accepted, and none after them; then tell all workers to drain.
    case stopAccepting
    /// Answer what has arrived, then close.
    case drain
}

/// A result that was made on another thread for one call.
enum Completion: Sendable {
    case loaded(call: UInt32, Result<CacheEntry, CallFailure>)
    case scored(call: UInt32, BatchJob)
    /// A packed reply of the control plane.
    case answered(call: UInt32, Result<[UInt8], CallFailure>)
}

/// Messages to one worker: any thread puts in, the worker is woken and takes all at once.
final class Mailbox: Sendable {
    private struct State {
        var messages: [WorkerMessage] = []
        var isClosed = false
    }

    let descriptor: Int32
    private let state = Mutex(State())

    init() throws(SystemError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError.last("eventfd") }
    }

    deinit {
        Glibc.close(descriptor)
    }

    func post(_ message: WorkerMessage) {
        let isFirst = state.withLock { state in
            guard !state.isClosed else { return false }
            state.messages.append(message)
            return state.messages.count == 1
        }
        if isFirst { eventfd_write(descriptor, 1) }
    }

    /// All messages so far, oldest first.
    func takeAll() -> [WorkerMessage] {
        var count: eventfd_t = 0
        unsafe eventfd_read(descriptor, &count)
        return state.withLock { state in
            let taken = state.messages
            state.messages = []
            return taken
        }
    }

    /// The worker has ended: what is left and what still comes is dropped. A result holds the way back to its mailbox,
    /// so that keeping it here would keep both for ever.
    func close() {
        let left = state.withLock { state in
            state.isClosed = true
            let left = state.messages
            state.messages = []
            return left
        }
        for case .adopt(let descriptor, _) in left { Glibc.close(descriptor) }
    }
}
