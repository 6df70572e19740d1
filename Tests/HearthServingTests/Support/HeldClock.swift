import HearthCore
import Synchronization

/// A clock that stands still until it is told to go on.
final class HeldClock: Sendable {
    private let nanoseconds = Atomic<Int64>(1_000_000_000_000)

    func now() -> MonotonicTime { MonotonicTime(nanoseconds: nanoseconds.load(ordering: .acquiring)) }

    func advance(milliseconds: Int64) {
        nanoseconds.wrappingAdd(milliseconds * 1_000_000, ordering: .acquiringAndReleasing)
    }
}
