public import Synchronization

/// A number that only grows, counted from any thread without a lock: one relaxed addition.
public final class Counter: Sendable {
    @usableFromInline
    let count = Atomic<UInt64>(0)

    /// A counter at 0.
    public init() {}

    /// Counts `amount` more.
    @inlinable
    public func add(_ amount: UInt64 = 1) {
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    /// What was counted so far.
    public var value: UInt64 { count.load(ordering: .relaxed) }
}
