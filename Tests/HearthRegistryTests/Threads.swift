import Dispatch
import Foundation
import Synchronization

/// Runs `body` on `count` threads of their own at once and waits for all.
///
/// Throws the first error.
///
/// For calls that block: the threads of Swift's own pool are as many as processors, and must not wait.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
    let group = DispatchGroup()
    let outcome = Outcome()
    for index in 0..<count {
        group.enter()
        Thread.detachNewThread {
            defer { group.leave() }
            do {
                try body(index)
            } catch {
                outcome.error.withLock { if $0 == nil { $0 = error } }
            }
        }
    }
    group.wait()
    if let error = outcome.error.withLock({ $0 }) { throw error }
}

private final class Outcome: Sendable {
    let error = Mutex<(any Error)?>(nil)
}
