import HearthCore
import Synchronization

/// What the conductor of the swaps and the callers tell each other, without a lock.
final class SwapBoard: Sendable {
    /// Which exchange is on: 0 before the first.
    private let epoch = Atomic<Int>(0)
    /// Whether an exchange is near: a call that starts or ends now belongs to a swap window.
    private let windowOpen = Atomic<Bool>(false)
    /// Per exchange, when the first answer of its new version came: wall clock, microseconds.
    private let firstAnswers: [FirstAnswer]

    private final class FirstAnswer: Sendable {
        let microseconds = Atomic<Int64>(.max)
    }

    init(swapCount: Int) {
        firstAnswers = (0..<swapCount).map { _ in FirstAnswer() }
    }

    var isWindowOpen: Bool { windowOpen.load(ordering: .relaxed) }
    func openWindow(_ isOpen: Bool) { windowOpen.store(isOpen, ordering: .relaxed) }

    /// The exchange that is on, 1 for the first; 0 before it.
    var swap: Int { epoch.load(ordering: .acquiring) }
    func begin(swap: Int) { epoch.store(swap, ordering: .releasing) }

    /// A caller has its first answer of the new version of `swap`.
    func answered(swap: Int) {
        guard swap >= 1, swap <= firstAnswers.count else { return }
        firstAnswers[swap - 1].microseconds.min(Timestamp.now().microseconds, ordering: .relaxed)
    }

    /// When the first answer of the new version of `swap` came; nil when none did.
    func firstAnswer(swap: Int) -> Int64? {
        let microseconds = firstAnswers[swap - 1].microseconds.load(ordering: .relaxed)
        return microseconds == .max ? nil : microseconds
    }
}
