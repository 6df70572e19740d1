/// How hard a store is tried before it counts as away.
package struct StorePatience: Sendable {
    /// Requests for one thing, the first included.
    package var attemptCount: Int
    /// Before the second attempt; doubled before each further one.
    package var delayMilliseconds: Int
    /// So long after it was found away, nothing is asked of it: who waits is told at once.
    package var restMilliseconds: Int
    package var timeouts = TransferTimeouts()

    package init(attemptCount: Int, delayMilliseconds: Int, restMilliseconds: Int = 0) {
        self.attemptCount = attemptCount
        self.delayMilliseconds = delayMilliseconds
        self.restMilliseconds = restMilliseconds
    }

    /// Of a server, which has a schedule of its own for loads that failed.
    package static let server = StorePatience(attemptCount: 2, delayMilliseconds: 200, restMilliseconds: 1_000)
    /// Of a command, at the end of which somebody would have to begin again.
    package static let command = StorePatience(attemptCount: 5, delayMilliseconds: 500)
}
