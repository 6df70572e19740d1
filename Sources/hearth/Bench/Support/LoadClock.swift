import Glibc
import HearthClient

/// Waiting for a point in time.
enum LoadClock {
    /// A sleep may end so much late; the rest is waited for awake.
    private static let latenessNanoseconds: UInt64 = 80_000

    static func sleep(_ nanoseconds: UInt64) {
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        _ = unsafe nanosleep(&time, nil)
    }

    /// Sleeps until the monotonic clock shows `nanoseconds` or a little later.
    static func sleep(until nanoseconds: UInt64) {
        let now = Deadline.now()
        if nanoseconds > now { sleep(nanoseconds - now) }
    }

    /// Waits until the monotonic clock shows `nanoseconds`, to the microsecond.
    static func wait(until nanoseconds: UInt64) {
        while true {
            let now = Deadline.now()
            guard now < nanoseconds else { return }
            if nanoseconds - now > latenessNanoseconds { sleep(nanoseconds - now - latenessNanoseconds) }
        }
    }
}
