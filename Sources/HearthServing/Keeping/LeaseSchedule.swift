package import HearthCore

/// When a server's leases are written (C15): every 30 seconds while it holds something, earlier only for versions that
/// no lease of its own covers yet. Pure: the caller writes.
package struct LeaseSchedule: Sendable {
    /// How long a lease lasts: what a server that died held is free after so long.
    package static let duration = Duration.seconds(120)
    /// How often they are written.
    private static let renewalNanoseconds: Int64 = 30_000_000_000
    /// What is newly held waits so long at most, together with what comes meanwhile; a failed attempt is made again
    /// then.
    private static let pauseNanoseconds: Int64 = 1_000_000_000

    private var leased: Set<ModelID> = []
    private var renewedAt: MonotonicTime?
    private var attemptedAt: MonotonicTime?

    package init() {}

    /// Whether any lease stands, as far as is known.
    package var isHolding: Bool { !leased.isEmpty }

    /// Whether the leases of `held` are to be written now.
    package func isDue(_ held: Set<ModelID>, at now: MonotonicTime) -> Bool {
        if let attemptedAt, now - attemptedAt < Self.pauseNanoseconds { return false }
        if !held.isSubset(of: leased) { return true }
        guard let renewedAt, !held.isEmpty || !leased.isEmpty else { return false }
        return now - renewedAt >= Self.renewalNanoseconds
    }

    /// An attempt to write them was made.
    package mutating func attempted(_ held: Set<ModelID>, at now: MonotonicTime, succeeded: Bool) {
        attemptedAt = now
        guard succeeded else { return }
        leased = held
        renewedAt = now
    }
}
