package import HearthCore
import Synchronization

/// What one user has taken of the server, over all its connections and all workers. Atomics only: no worker waits for
/// another.
package final class PeerAccount: Sendable {
    package let uid: UInt32
    /// Between two calls at the full rate; 0 without a rate.
    private let interval: Int64
    /// How far ``due`` may be ahead of the clock when a call comes.
    private let tolerance: Int64
    private let inFlightCallCountMax: Int
    /// When the last call would have come had all come at the full rate (the generic cell rate algorithm): a token
    /// bucket in one number, full when it has passed.
    private let due = Atomic<Int64>(.min)
    private let inFlight = Atomic<Int>(0)
    // Made once: a flood of refused calls costs no memory.
    private let rateRefusal: CallFailure
    private let inFlightRefusal: CallFailure

    init(uid: UInt32, limits: PeerLimits) {
        self.uid = uid
        interval = limits.rate.map { 1_000_000_000 / Int64($0.perSecond) } ?? 0
        tolerance = limits.rate.map { Int64($0.burst - 1) * (1_000_000_000 / Int64($0.perSecond)) } ?? 0
        inFlightCallCountMax = limits.inFlightCallCountMax ?? .max
        rateRefusal = CallFailure(
            .resourceExhausted,
            "uid \(uid) makes more than \(limits.rate?.perSecond ?? 0) calls/s (bursts of \(limits.rate?.burst ?? 0)); "
                + "call less often, send several rows in one call, or raise --rate-per-uid")
        inFlightRefusal = CallFailure(
            .resourceExhausted,
            "\(inFlightCallCountMax) calls of uid \(uid) wait already, the most for one user; wait for some, or raise "
                + "--in-flight-per-uid")
    }

    /// Counts a call against the rate; why it is refused, or nil when it may be answered. One compare-and-exchange;
    /// nothing at all without a rate.
    ///
    /// - Parameter now: when the call was received. Readings of several workers need not be in order.
    @inline(__always)
    package func admit(at now: MonotonicTime) -> CallFailure? {
        guard interval > 0 else { return nil }
        return isWithinRate(now.nanoseconds) ? nil : rateRefusal
    }

    private func isWithinRate(_ now: Int64) -> Bool {
        var seen = due.load(ordering: .relaxed)
        while true {
            let start = max(seen, now)
            guard start &- now <= tolerance else { return false }
            let (exchanged, original) = due.weakCompareExchange(
                expected: seen, desired: start &+ interval, ordering: .relaxed)
            if exchanged { return true }
            seen = original
        }
    }

    /// When the bucket is full again: an account may be forgotten without anybody gaining by it.
    var fullAt: MonotonicTime { MonotonicTime(nanoseconds: due.load(ordering: .relaxed)) }

    /// Calls that wait now.
    package var inFlightCallCount: Int { inFlight.load(ordering: .relaxed) }

    func park() -> CallFailure? {
        let (_, count) = inFlight.wrappingAdd(1, ordering: .relaxed)
        guard count > inFlightCallCountMax else { return nil }
        inFlight.wrappingSubtract(1, ordering: .relaxed)
        return inFlightRefusal
    }

    func unpark(_ count: Int) {
        inFlight.wrappingSubtract(count, ordering: .relaxed)
    }
}

/// One connection's share in its user's account; given back at the end of its life, with whatever it still had in
/// flight.
package final class AccountShare: Sendable {
    package let account: PeerAccount
    private let accounts: PeerAccounts
    /// Whether it is one of the connections of its user, or one too many that is only told so.
    private let isCounted: Bool
    private let inFlight = Atomic<Int>(0)

    init(account: PeerAccount, accounts: PeerAccounts, isCounted: Bool) {
        self.account = account
        self.accounts = accounts
        self.isCounted = isCounted
    }

    deinit {
        account.unpark(inFlight.load(ordering: .relaxed))
        if isCounted { accounts.close(account) }
    }

    /// See ``PeerAccount/admit(at:)``.
    @inline(__always)
    package func admit(at now: MonotonicTime) -> CallFailure? { account.admit(at: now) }

    /// Counts a call that waits for another thread; why it is refused, or nil when it may wait.
    package func park() -> CallFailure? {
        if let refusal = account.park() { return refusal }
        inFlight.wrappingAdd(1, ordering: .relaxed)
        return nil
    }

    /// A call that was counted by ``park()`` waits no more.
    package func unpark() {
        inFlight.wrappingSubtract(1, ordering: .relaxed)
        account.unpark(1)
    }
}
