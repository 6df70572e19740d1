import CHearthLinux
import Glibc
package import HearthCore
package import HearthRegistry
package import Logging
import Synchronization

/// Keeps the server level with the registry: one thread that looks whether the head version moved and reconciles.
///
/// It is woken by a change file in the model directory (inotify; a few hundred microseconds after a publish or a
/// promotion) and by the store's own feed of changes where it has one, asks the store's change hint every
/// ``Intervals/pollMilliseconds`` in case that was missed, and compares everything in any case every
/// ``Intervals/reconcileMilliseconds``. Losing a hint costs time, never
/// correctness. It begins loads and does not wait for them, so that a slow disk does not keep it from the next change.
package final class RegistryWatcher: Sendable {
    /// How often it looks.
    package struct Intervals: Sendable {
        package var pollMilliseconds: Int32
        /// The same for a store that tells of changes on its own.
        package var fedPollMilliseconds: Int32
        package var reconcileMilliseconds: Int64

        package init(
            pollMilliseconds: Int32 = 25, fedPollMilliseconds: Int32 = 500, reconcileMilliseconds: Int64 = 2000
        ) {
            self.pollMilliseconds = pollMilliseconds
            self.fedPollMilliseconds = fedPollMilliseconds
            self.reconcileMilliseconds = reconcileMilliseconds
        }
    }

    private let manager: ModelManager
    private let store: any RegistryStore
    private let logger: Logger
    private let intervals: Intervals
    private let disk: DiskGauge?
    private let inotify: Int32
    private let wake: Int32
    private let isStopping = Atomic<Bool>(false)
    private let thread = Mutex<SystemThread?>(nil)

    /// Watches `directory`, and its volume where there is a gauge. Throws ``SystemError`` when the system cannot.
    package init(
        directory: String, manager: ModelManager, store: any RegistryStore, logger: Logger,
        intervals: Intervals = Intervals(), disk: DiskGauge? = nil
    ) throws(SystemError) {
        self.intervals = intervals
        self.disk = disk
        self.manager = manager
        self.store = store
        self.logger = logger
        inotify = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard inotify >= 0 else { throw SystemError.last("inotify_init1") }
        wake = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard wake >= 0 else { throw SystemError.last("eventfd") }
        let events = UInt32(IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_TO)
        guard unsafe inotify_add_watch(inotify, directory, events) >= 0 else {
            throw SystemError.last("inotify_add_watch", directory)
        }
    }

    deinit {
        close(inotify)
        close(wake)
    }

    /// Starts the thread. Throws ``SystemError`` when there is none to be had.
    package func start() throws(SystemError) {
        let started = try SystemThread(name: "watcher") { [self] in run() }
        thread.withLock { $0 = started }
    }

    /// Ends the thread and waits for it.
    package func stop() {
        isStopping.store(true, ordering: .relaxed)
        eventfd_write(wake, 1)
        thread.withLock { $0.take() }?.join()
    }

    private func run() {
        var reconciledAt = MonotonicTime.now()
        var lookedAt: MonotonicTime?
        var hint: Int64?
        var isAway = false
        let feed = store.makeChangeFeed()
        _ = feed?.takeChanges()
        while !isStopping.load(ordering: .relaxed) {
            let isNotified = waitForNotification(feed)
            manager.cache.tick()
            let now = MonotonicTime.now()
            if lookedAt.map({ now - $0 >= intervals.reconcileMilliseconds * 1_000_000 }) ?? true {
                disk?.look()
                lookedAt = now
            }
            let isDue = now - reconciledAt >= intervals.reconcileMilliseconds * 1_000_000 || manager.isRetryDue
            do throws(RegistryError) {
                let newHint = try store.changeHint()
                if isNotified || isDue || newHint != hint {
                    let isBehind = isDue ? true : try store.headVersion() != manager.headVersion
                    if isBehind {
                        try manager.follow()
                        reconciledAt = now
                    }
                    // Only now: a change that could not be read is looked at again.
                    hint = newHint
                }
                if isAway { logger.notice("registry is back") }
                isAway = false
            } catch {
                // Said once per outage: what is in memory goes on answering.
                if !isAway {
                    logger.error("registry cannot be read; serving on from memory", metadata: ["error": "\(error)"])
                }
                isAway = true
            }
        }
    }

    /// Waits for a change of the directory or a word of the store's feed, for the poll interval at most.
    private func waitForNotification(_ feed: (any RegistryChangeFeed)?) -> Bool {
        var descriptors = [inotify, wake, feed?.descriptor ?? -1].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        let timeout = feed == nil ? intervals.pollMilliseconds : intervals.fedPollMilliseconds
        let count = unsafe poll(&descriptors, nfds_t(descriptors.count), timeout)
        var isNotified = feed?.takeChanges() ?? false
        guard count > 0 else { return isNotified }
        if descriptors[0].revents != 0 || descriptors[1].revents != 0 { isNotified = true }
        var buffer = [UInt8](repeating: 0, count: 4096)
        while unsafe read(inotify, &buffer, buffer.count) > 0 {}
        return isNotified
    }
}
