package import HearthCore
import Synchronization

/// What one servable has done since it was loaded: counted on the data path with relaxed additions, no lock, no memory.
///
/// Beside ``Servable/calls``, which counts the calls that were answered. The numbers are each right, but not of one
/// moment: who reads them while calls run may see the rows of a call whose time is not in yet.
package struct ServableStatistics: ~Copyable, Sendable {
    private let rows = Atomic<UInt64>(0)
    private let nanoseconds = Atomic<UInt64>(0)
    private let failures = Atomic<UInt64>(0)
    private let failureNanoseconds = Atomic<UInt64>(0)
    /// Nanoseconds of the monotonic clock; 0 for never.
    private let scoredAt = Atomic<Int64>(0)

    /// The numbers as they stood when they were read.
    package struct Reading: Equatable, Sendable {
        /// Rows that were scored.
        package var rows: UInt64
        /// Time spent on scoring them; of a batch, from its first chunk to its last.
        package var nanoseconds: UInt64
        /// Calls that the model refused, or that ran out of time while they were scored.
        package var failures: UInt64
        package var failureNanoseconds: UInt64
        /// When rows were scored last; nil for never.
        package var scoredAt: MonotonicTime?
    }

    /// Notes that rows were scored between two readings of the clock.
    @inline(__always)
    func scored(rows count: Int, from began: MonotonicTime, to ended: MonotonicTime) {
        rows.wrappingAdd(UInt64(truncatingIfNeeded: count), ordering: .relaxed)
        nanoseconds.wrappingAdd(UInt64(truncatingIfNeeded: ended - began), ordering: .relaxed)
        scoredAt.store(ended.nanoseconds, ordering: .relaxed)
    }

    /// Notes that a call failed after `duration` nanoseconds of scoring.
    func failed(after duration: Int64 = 0) {
        failures.wrappingAdd(1, ordering: .relaxed)
        failureNanoseconds.wrappingAdd(UInt64(clamping: duration), ordering: .relaxed)
    }

    /// The numbers now.
    package var reading: Reading {
        let last = scoredAt.load(ordering: .relaxed)
        return Reading(
            rows: rows.load(ordering: .relaxed), nanoseconds: nanoseconds.load(ordering: .relaxed),
            failures: failures.load(ordering: .relaxed),
            failureNanoseconds: failureNanoseconds.load(ordering: .relaxed),
            scoredAt: last == 0 ? nil : MonotonicTime(nanoseconds: last))
    }
}
