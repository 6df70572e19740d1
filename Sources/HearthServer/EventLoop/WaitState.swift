/// Decides, wait by wait, how long to poll. Performs nothing itself.
///
/// For `adaptive` it keeps a credit. A poll that finds an event earns, one in vain costs; a sleep that ends soon earns,
/// for polling would have met that event. Traffic that comes faster than the poll time keeps the credit up and the
/// worker awake; slower traffic, or none, lets it sleep. When polling has just failed it is not tried again before many
/// quick events.
package struct WaitState: Sendable {
    /// From here on the worker polls.
    static let creditToPoll = 4
    static let creditMax = 16
    /// Three polls in vain end the polling, whatever the credit was.
    static let costOfFailure = 5
    /// After polling has failed: so low that one poll in vain for every twenty quick events is the most that is wasted.
    static let creditAfterFailure = -16
    /// After another thread had to take the processor away: the machine is busy, and polling slows down those who work.
    static let creditAfterPreemption = -256
    /// A sleep is known to be this long only after the thread has been woken, which itself takes 30-50 us: an event
    /// that polling would have met in time.
    static let quickSleepNanoseconds: Int64 = 100_000

    private let policy: LoopWaitPolicy
    private(set) var credit = 0

    package init(_ policy: LoopWaitPolicy) {
        self.policy = policy
    }

    /// Nanoseconds to poll before sleeping; 0 to sleep at once.
    package var pollNanoseconds: Int64 {
        switch policy {
        case .block: 0
        case .spin(let microseconds): Int64(microseconds) * 1000
        case .adaptive: credit >= Self.creditToPoll ? Int64(LoopWaitPolicy.adaptiveMicroseconds) * 1000 : 0
        }
    }

    /// Polling found an event.
    package mutating func polled() {
        credit = min(Self.creditMax, credit + 1)
    }

    /// Polling found nothing in its time.
    package mutating func polledInVain() {
        credit -= Self.costOfFailure
        if credit < Self.creditToPoll { credit = Self.creditAfterFailure }
    }

    /// Another thread was given this processor in the middle of polling.
    package mutating func preempted() {
        credit = Self.creditAfterPreemption
    }

    /// A sleep that began without polling ended with an event.
    package mutating func slept(nanoseconds: Int64) {
        if nanoseconds <= Self.quickSleepNanoseconds {
            credit = min(Self.creditMax, credit + 1)
        } else {
            credit = min(credit, 0)
        }
    }
}
