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
        /// It failed and is not to be tried again yet.
        case fail(CallFailure)
    }

    private enum State {
        /// Known, not in memory. Can become `loading`.
        case start
        /// A loader is at work. Becomes `available` or `failed`. `previous` is how the attempt before ended.
        case loading(attempt: Int, previous: CallFailure?)
        /// In memory. Becomes `start` when it is evicted.
        case available
        /// The last load failed. Can become `loading` at `retryAt`, or when it is nil only if somebody insists.
        case failed(CallFailure, attempt: Int, retryAt: MonotonicTime?)
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

    /// Why the last load failed; nil when it did not.
    package var failure: CallFailure? {
        if case .failed(let failure, _, _) = state { failure } else { nil }
    }

    /// Why the last load that ended failed, also while the next one is under way; nil when it did not.
    package var lastFailure: CallFailure? {
        switch state {
        case .failed(let failure, _, _): failure
        case .loading(_, let previous): previous
        case .start, .available: nil
        }
    }

    /// Whether a loader is at work.
    package var isLoading: Bool {
        if case .loading = state { true } else { false }
    }

    /// Loads begun since the last one that succeeded; 0 when none is under way or failed.
    package var attempt: Int {
        switch state {
        case .start, .available: 0
        case .loading(let attempt, _), .failed(_, let attempt, _): attempt
        }
    }

    /// When a failed load may be tried again; nil when nothing failed or trying again cannot help.
    package var retryAt: MonotonicTime? {
        if case .failed(_, _, let retryAt) = state { retryAt } else { nil }
    }

    /// Whether forgetting it loses nothing.
    package func isForgettable(at now: MonotonicTime) -> Bool {
        switch state {
        case .start: true
        case .failed(_, _, let retryAt): retryAt.map { now >= $0 } ?? false
        case .loading, .available: false
        }
    }

    /// The version is wanted.
    ///
    /// - Parameter isForced: try again now even if it has just failed (`Reload`).
    package mutating func want(at now: MonotonicTime, isForced: Bool = false) -> Action {
        switch state {
        case .start:
            state = .loading(attempt: 1, previous: nil)
            return .load
        case .loading:
            return .wait
        case .available:
            return .ready
        case .failed(let failure, let attempt, let retryAt):
            guard isForced || retryAt.map({ now >= $0 }) ?? false else { return .fail(failure) }
            state = .loading(attempt: attempt + 1, previous: failure)
            return .load
        }
    }

    /// The load that was begun has succeeded.
    package mutating func loaded() {
        switch state {
        case .loading: state = .available
        case .start, .available, .failed: preconditionFailure("a load ended that was never begun")
        }
    }

    /// The load that was begun has failed. DATA_LOSS is never tried again by itself: damage does not mend with time
    /// (C4).
    ///
    /// - Returns: whether this is news: the first failure in a row, or for another reason than the last.
    package mutating func failed(_ failure: CallFailure, at now: MonotonicTime) -> Bool {
        switch state {
        case .loading(let attempt, let previous):
            let delays = Self.retryDelaysMilliseconds
            let delay = delays[min(attempt, delays.count) - 1]
            let retryAt = failure.code == .dataLoss ? nil : now.advanced(byNanoseconds: delay * 1_000_000)
            state = .failed(failure, attempt: attempt, retryAt: retryAt)
            return failure != previous
        case .start, .available, .failed:
            preconditionFailure("a load failed that was never begun")
        }
    }

    /// The cache let go of it.
    package mutating func evicted() {
        switch state {
        case .available: state = .start
        case .start, .loading, .failed: break
        }
    }
}
