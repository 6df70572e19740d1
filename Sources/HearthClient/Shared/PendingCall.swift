import HearthCore
import Synchronization

/// One async call on its way: finished exactly once, by the answer, a failure, the deadline or the task's cancellation,
/// whichever is first. It may be finished before anybody waits for it.
final class PendingCall: Sendable {
    typealias Outcome = Result<[UInt8], HearthError>

    private enum State {
        /// Nobody waits yet. Can become `waiting` or `finished`.
        case new
        /// Can become `done`.
        case waiting(CheckedContinuation<Outcome, Never>)
        /// Finished before anybody waited. Can become `done`.
        case finished(Outcome)
        case done
    }

    let deadline: Deadline
    private let state = Mutex(State.new)

    init(deadline: Deadline) {
        self.deadline = deadline
    }

    /// Waits for the outcome; called once. Cancelling the task finishes the call.
    func outcome() async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let finished: Outcome? = state.withLock { state in
                    switch state {
                    case .new:
                        state = .waiting(continuation)
                        return nil
                    case .finished(let outcome):
                        state = .done
                        return outcome
                    case .waiting, .done:
                        preconditionFailure("one call is waited for once")
                    }
                }
                if let finished { continuation.resume(returning: finished) }
            }
        } onCancel: {
            finish(.failure(.cancelled))
        }
    }

    /// Whether the outcome is there, so that an answer is of no use to anybody.
    var isFinished: Bool {
        state.withLock { state in
            switch state {
            case .new, .waiting: false
            case .finished, .done: true
            }
        }
    }

    func finish(_ outcome: Outcome) {
        let waiting: CheckedContinuation<Outcome, Never>? = state.withLock { state in
            switch state {
            case .new:
                state = .finished(outcome)
                return nil
            case .waiting(let continuation):
                state = .done
                return continuation
            case .finished, .done:
                return nil
            }
        }
        waiting?.resume(returning: outcome)
    }
}

extension HearthError {
    static var cancelled: HearthError { HearthError(.cancelled, "the call was cancelled") }
}
