import CHearthLinux
import Glibc
package import HearthCore
package import HearthRegistry
package import Logging
import Synchronization

/// Keeps the server level with the registry: one thread that looks whether the head version moved and reconciles.
///
/// It is woken by a change file in the model directory (inotify; a few hundred microseconds after a publish or a
/// promotion), asks the store's cheap change hint every ``pollMilliseconds`` in case that was missed, and compares the
/// head version in any case every ``reconcileMilliseconds``. Losing a hint costs time, never correctness.
package final class RegistryWatcher: Sendable {
    package static let pollMilliseconds: Int32 = 25
    package static let reconcileMilliseconds: Int64 = 2000

    private let manager: ModelManager
    private let store: any RegistryStore
    private let logger: Logger
    private let inotify: Int32
    private let wake: Int32
    private let isStopping = Atomic<Bool>(false)
    private let thread = Mutex<SystemThread?>(nil)

    /// Watches `directory`. Throws ``SystemError`` when the system cannot.
    package init(
        directory: String, manager: ModelManager, store: any RegistryStore, logger: Logger
    ) throws(SystemError) {
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
        var hint: Int64 = -1
        var unavailableSince: MonotonicTime?
        while !isStopping.load(ordering: .relaxed) {
            let isNotified = waitForNotification()
            manager.cache.tick()
            let now = MonotonicTime.now()
            do throws(RegistryError) {
                let newHint = try store.changeHint()
                let isDue = now - reconciledAt >= Self.reconcileMilliseconds * 1_000_000
                if isNotified || newHint != hint || isDue {
                    hint = newHint
                    reconciledAt = now
                    // A failed load is tried again by the two-second comparison; else only news are.
                    let head = try store.headVersion()
                    if isDue || head != manager.headVersion { try manager.reconcile() }
                }
                if unavailableSince != nil {
                    unavailableSince = nil
                    logger.notice("registry is back")
                }
            } catch {
                // Said once per outage: what is in memory goes on answering.
                if unavailableSince == nil {
                    unavailableSince = now
                    logger.error("registry cannot be read; serving on from memory", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// Waits for a change of the directory, for the poll interval at most.
    private func waitForNotification() -> Bool {
        var descriptors = [
            pollfd(fd: inotify, events: Int16(POLLIN), revents: 0), pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
        ]
        guard unsafe poll(&descriptors, 2, Self.pollMilliseconds) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 4096)
        while unsafe read(inotify, &buffer, buffer.count) > 0 {}
        return true
    }
}
