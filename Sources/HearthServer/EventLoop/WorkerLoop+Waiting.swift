import CHearthLinux
import HearthCore
import HearthMetrics

/// How a worker waits: it polls while that pays, then sleeps.
extension WorkerLoop {
    /// Direct attempts on the connection that was served last, before epoll is asked for all of them: many where it is
    /// the only one, few where the next call is as likely to come from another.
    ///
    /// A worker with one connection asks seldom: epoll has only news from the listener and from other threads then.
    private var hotAttemptCountMax: Int { connectionCount > 1 ? max(1, 8 / connectionCount) : 64 }
    /// Two looks at the clock while polling are less than a microsecond apart, unless the processor was given to
    /// somebody else between them.
    private static let preemptionNanoseconds: Int64 = 100_000

    /// Waits, and returns how many events there are; 0 when the polling has handled them itself.
    func waitForEvents() -> Int {
        let began = MonotonicTime.now()
        let pollTime = wait.pollNanoseconds
        let isPolling = pollTime > 0 && permits.take()
        if isPolling {
            let count = pollForEvents(began, pollTime)
            permits.giveBack()
            if let count { return count }
        }
        context.counters.waits.add()
        let count = poller.wait(milliseconds: sleepMilliseconds(began))
        if count > 0, !isPolling { wait.slept(nanoseconds: MonotonicTime.now() - began) }
        return count
    }

    /// Polls until something is ready; nil when nothing was in its time.
    ///
    /// The connection that was served last is tried directly, which saves asking epoll. Every so many attempts, and
    /// after every success where there are other connections, epoll is asked all the same: who sends without a pause
    /// takes turns with the others.
    private func pollForEvents(_ began: MonotonicTime, _ pollTime: Int64) -> Int? {
        var lookedAt = began
        while true {
            if let hot, hotAttemptCount < hotAttemptCountMax {
                hotAttemptCount += 1
                if receive(hot, lookedAt) {
                    wait.polled()
                    if connectionCount > 1 { hotAttemptCount = hotAttemptCountMax }
                    return 0
                }
            } else {
                hotAttemptCount = 0
                context.counters.waits.add()
                let count = poller.wait(milliseconds: 0)
                if count > 0 {
                    wait.polled()
                    return count
                }
            }
            let now = MonotonicTime.now()
            if now - lookedAt > Self.preemptionNanoseconds {
                wait.preempted()
                return nil
            }
            guard now - began <= pollTime, now < lookAt else {
                wait.polledInVain()
                return nil
            }
            lookedAt = now
            hearth_spin_hint()
        }
    }

    /// -1 where nothing has to be looked after: an idle server sleeps.
    private func sleepMilliseconds(_ now: MonotonicTime) -> Int32 {
        let soonest = min(lookAt, acceptAt ?? .never, drainDeadline ?? .never)
        guard soonest < .never else { return -1 }
        return Int32(clamping: max(0, min((soonest - now) / 1_000_000 + 1, 60_000)))
    }
}

extension MonotonicTime {
    /// Later than any reading of the clock.
    static let never = MonotonicTime(nanoseconds: .max)
}
