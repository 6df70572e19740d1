package import HearthCore

/// The life of one model version, as its manager sees it. Performs nothing itself: it takes events and says what to do.
package struct LoadStateMachine {
    /// What the caller does next, outside any lock.
    package enum Action: Equatable {
        /// Start loading; the version is `loading` from now on.
        case load
        /// Somebody is loading it: wait for the end of that.
        case wait
        /// It is in memory.
        case ready
        /// It failed a moment ago and is not to be tried again yet.
        case fail(CallFailure)
    }

    private enum State {
        /// Known, not in memory. Can become `loading`.
        case start
        /// A loader is at work. Becomes `available` or `failed`.
        case loading(attempt: Int)
        /// In memory. Becomes `start` when it is evicted.
        case available
        /// The last load failed. Can become `loading` when the delay has passed.
        case failed(CallFailure, attempt: Int, retryAt: MonotonicTime)
    }

    /// Delays after the first, second and third failure (R76); later failures wait as long as the fourth. A request
    /// never waits for them: it is told of the failure at once.
    package static let retryDelaysMilliseconds: [Int64] = [1000, 2000, 4000, 30_000]

    private var state = State.start

    package init() {}

    /// Its name in `Stats` and `List`.
    package var name: String {
        switch state {
        case .start: "START"
        case .loading: "LOADING"
        case .available: "AVAILABLE"
        case .failed: "FAILED"
        }
    }

    package var failure: CallFailure? {
        if case .failed(let failure, _, _) = state { failure } else { nil }
    }

    /// Whether forgetting it loses nothing.
    package func isForgettable(at now: MonotonicTime) -> Bool {
        switch state {
        case .start: true
        case .failed(_, _, let retryAt): now >= retryAt
        case .loading, .available: false
        }
    }

    /// The version is wanted.
    ///
    /// - Parameter isForced: try again now even if it has just failed (`Reload`).
    package mutating func want(at now: MonotonicTime, isForced: Bool = false) -> Action {
        switch state {
        case .start:
            state = .loading(attempt: 1)
            return .load
        case .loading:
            return .wait
        case .available:
            return .ready
        case .failed(let failure, let attempt, let retryAt):
            guard isForced || now >= retryAt else { return .fail(failure) }
            state = .loading(attempt: attempt + 1)
            return .load
        }
    }

    package mutating func loaded() {
        switch state {
        case .loading, .available: state = .available
        case .start, .failed: preconditionFailure("a load ended that was never begun")
        }
    }

    package mutating func failed(_ failure: CallFailure, at now: MonotonicTime) {
        switch state {
        case .loading(let attempt):
            let delays = Self.retryDelaysMilliseconds
            let delay = delays[min(attempt, delays.count) - 1]
            state = .failed(failure, attempt: attempt, retryAt: now.advanced(byNanoseconds: delay * 1_000_000))
        case .start, .available, .failed:
            preconditionFailure("a load failed that was never begun")
        }
    }

    package mutating func evicted() {
        switch state {
        case .available: state = .start
        case .start, .loading, .failed: break
        }
    }
}
