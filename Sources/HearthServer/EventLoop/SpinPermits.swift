import Synchronization

/// How many threads may poll at the same time: at least one processor is left for those who have work.
final class SpinPermits: Sendable {
    private let permitCount: Int
    private let taken = Atomic<Int>(0)

    init(processorCount: Int) {
        permitCount = max(0, processorCount - 1)
    }

    /// Returns false when no processor is to spare.
    @inline(__always)
    func take() -> Bool {
        if taken.wrappingAdd(1, ordering: .relaxed).newValue <= permitCount { return true }
        taken.wrappingSubtract(1, ordering: .relaxed)
        return false
    }

    @inline(__always)
    func giveBack() {
        taken.wrappingSubtract(1, ordering: .relaxed)
    }
}
