package import HearthCore
import Synchronization

/// The accounts of all users who are connected, or were until a moment ago.
///
/// A user without connections is remembered until its bucket is full again: who connects anew finds the account that
/// they left. Beyond ``rememberedCountMax`` such users, those who would be forgotten first anyway are.
package final class PeerAccounts: Sendable {
    /// Some 100 bytes each.
    package static let rememberedCountMax = 4096
    private static let sweepIntervalNanoseconds: Int64 = 1_000_000_000

    private struct Entry {
        var account: PeerAccount
        var connectionCount: Int
    }

    private struct State {
        var entries: [UInt32: Entry] = [:]
        /// Entries without a connection.
        var rememberedCount = 0
        var sweptAt: MonotonicTime
    }

    private let limits: PeerLimits
    private let clock: @Sendable () -> MonotonicTime
    private let state: Mutex<State>

    package init(limits: PeerLimits, clock: @escaping @Sendable () -> MonotonicTime = MonotonicTime.now) {
        self.limits = limits
        self.clock = clock
        state = Mutex(State(sweptAt: clock()))
    }

    /// Opens a connection's share in its user's account; it is given back when nobody holds it any more.
    ///
    /// - Returns: with why the connection is one too many. Such a one is held to be told so, and does not count.
    package func open(_ uid: UInt32) -> (share: AccountShare, refusal: CallFailure?) {
        let now = clock()
        let limit = max(1, limits.connectionCountMax ?? .max)
        let (account, isCounted) = state.withLock { state in
            sweep(&state, now)
            let known = state.entries[uid]
            var entry = known ?? Entry(account: PeerAccount(uid: uid, limits: limits), connectionCount: 0)
            guard entry.connectionCount < limit else { return (entry.account, false) }
            if known != nil, entry.connectionCount == 0 { state.rememberedCount -= 1 }
            entry.connectionCount += 1
            state.entries[uid] = entry
            return (entry.account, true)
        }
        let share = AccountShare(account: account, accounts: self, isCounted: isCounted)
        guard !isCounted else { return (share, nil) }
        let message =
            "uid \(uid) has its \(limit) connections; close some, share one connection among threads, or raise "
            + "--connections-per-uid"
        return (share, CallFailure(.resourceExhausted, message))
    }

    /// One connection of a user has ended.
    func close(_ account: PeerAccount) {
        let now = clock()
        state.withLock { state in
            guard var entry = state.entries[account.uid] else { return }
            entry.connectionCount -= 1
            if entry.connectionCount == 0, account.fullAt <= now {
                state.entries[account.uid] = nil
            } else {
                state.entries[account.uid] = entry
                if entry.connectionCount == 0 { state.rememberedCount += 1 }
            }
            sweep(&state, now)
        }
    }

    /// Users that are known now, connected or not.
    package var knownCount: Int { state.withLock { $0.entries.count } }

    /// Forgets those whose bucket is full again, once a second; and a quarter of all when they are too many.
    private func sweep(_ state: inout State, _ now: MonotonicTime) {
        guard state.rememberedCount > 0 else { return }
        let areTooMany = state.rememberedCount > Self.rememberedCountMax
        guard areTooMany || now - state.sweptAt >= Self.sweepIntervalNanoseconds else { return }
        state.sweptAt = now
        var remembered: [PeerAccount] = []
        for entry in state.entries.values where entry.connectionCount == 0 {
            if entry.account.fullAt <= now {
                state.entries[entry.account.uid] = nil
            } else {
                remembered.append(entry.account)
            }
        }
        if remembered.count > Self.rememberedCountMax {
            remembered.sort { $0.fullAt < $1.fullAt }
            let excess = Self.rememberedCountMax / 4
            for account in remembered.prefix(excess) { state.entries[account.uid] = nil }
            remembered.removeFirst(excess)
        }
        state.rememberedCount = remembered.count
    }
}
