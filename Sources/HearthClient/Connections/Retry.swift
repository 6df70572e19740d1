import Glibc
import HearthCore

/// When a failed call is made again: only after a broken connection or the answer `UNAVAILABLE`, only where a second
/// execution does no harm, and only until the deadline, so that clients come back by themselves when the server is
/// started anew.
struct Retry: Sendable {
    /// Waits between attempts: 1, 2, 4, ... milliseconds, but no longer than this.
    static let backoffMillisecondsMax: UInt64 = 32

    /// Whether the call may be executed twice.
    let isIdempotent: Bool
    /// Whether a server that is not there is waited for.
    let waitsForServer: Bool
    /// Whether anything but a missing server is retried.
    let repeatsCalls: Bool
    private var attempt = 0
    /// Why the last attempt failed that was made again.
    private var earlier: HearthError?

    init(isIdempotent: Bool, waitsForServer: Bool, repeatsCalls: Bool = true) {
        self.repeatsCalls = repeatsCalls
        self.isIdempotent = isIdempotent
        self.waitsForServer = waitsForServer
    }

    /// Nanoseconds to wait before the next attempt; nil when `error` is final.
    mutating func delay(after error: HearthError, deadline: Deadline) -> UInt64? {
        switch error.origin {
        case .connection: guard isIdempotent || !error.mayHaveBeenSent else { return nil }
        // A server that stops says so to the calls that still reach it; the next one may be up already.
        case .server: guard isIdempotent, waitsForServer, error.code == .unavailable else { return nil }
        case .client: return nil
        }
        guard error.isServerMissing ? waitsForServer : repeatsCalls else { return nil }
        let milliseconds = min(1 << UInt64(min(attempt, 10)), Self.backoffMillisecondsMax)
        let delay = milliseconds * 1_000_000
        guard deadline.remaining > delay else { return nil }
        attempt += 1
        earlier = error
        return delay
    }

    /// `error` as the caller gets it: where time ran out over repeated attempts, with what the one before said.
    func final(_ error: HearthError) -> HearthError {
        guard error.code == .deadlineExceeded, let earlier else { return error }
        var explained = error
        explained.message += "; the attempt before: \(earlier.message)"
        if !earlier.hint.isEmpty { explained.hint = earlier.hint }
        return explained
    }

    /// Waits on the calling thread.
    static func sleep(_ nanoseconds: UInt64) {
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        // Interrupted by a signal, it sleeps a little shorter, which does no harm.
        _ = unsafe nanosleep(&time, nil)
    }
}
