import CHearthLinux
import Glibc
package import HearthCore
package import HearthRegistry
package import Logging
import Synchronization

/// What a server keeps for other times and other programs: its last known good set, the leases of what it holds, and
/// measurements. One thread of the control plane, which the data plane never waits for.
///
/// Each turn looks at what is due and does it; a registry that is away costs nothing but another turn.
package final class RegistryKeeper: Sendable {
    /// What one turn needs of the turns before.
    private struct State {
        var savedSet: Int?
        var leases = LeaseSchedule()
        /// Said once per outage of the file's disk.
        var hasFailedToSave = false
        var metrics = MetricTimes()
    }

    /// How often it looks.
    private static let turnMilliseconds: Int32 = 250

    let manager: ModelManager
    private let store: any RegistryStore
    private let file: KnownGoodFile?
    private let holder: String
    private let metrics: Metrics?
    let logger: Logger
    private let state = Mutex(State())
    private let wake: Int32
    private let isStopping = Atomic<Bool>(false)
    private let thread = Mutex<SystemThread?>(nil)

    /// - Parameters:
    ///   - file: where the last known good set is kept; nil for nowhere.
    ///   - holder: this server's name in the leases, unlike any other's.
    ///   - metrics: what is measured; nil for nothing.
    package init(
        manager: ModelManager, store: any RegistryStore, file: KnownGoodFile?, holder: String, metrics: Metrics? = nil,
        logger: Logger
    ) throws(SystemError) {
        self.manager = manager
        self.store = store
        self.file = file
        self.holder = holder
        self.metrics = metrics
        self.logger = logger
        wake = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard wake >= 0 else { throw SystemError.last("eventfd") }
    }

    deinit {
        close(wake)
    }

    /// Starts the thread. Throws ``SystemError`` when there is none to be had.
    package func start() throws(SystemError) {
        let started = try SystemThread(name: "keeper", niceness: 5) { [self] in
            while !isStopping.load(ordering: .relaxed) {
                turn(at: .now(), clock: .now())
                var descriptor = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
                _ = unsafe poll(&descriptor, 1, Self.turnMilliseconds)
            }
            end()
        }
        thread.withLock { $0 = started }
    }

    /// Ends the thread and waits for it; leases that stand are given back.
    package func stop() {
        isStopping.store(true, ordering: .relaxed)
        eventfd_write(wake, 1)
        thread.withLock { $0.take() }?.join()
    }

    /// Does what is due.
    ///
    /// - Parameters:
    ///   - now: what intervals are measured with.
    ///   - clock: the wall clock, for leases and files.
    package func turn(at now: MonotonicTime, clock: Timestamp) {
        state.withLock { state in
            saveSet(&state, clock)
            renewLeases(&state, now, clock)
            if let metrics { keepMetrics(metrics, &state.metrics, now, clock) }
        }
    }

    /// Writes the set when it has changed. What fails is tried again at the next turn.
    private func saveSet(_ state: inout State, _ clock: Timestamp) {
        guard let file else { return }
        // Before the set is read: a change that comes meanwhile is saved the next time.
        let version = manager.setVersion
        guard version != state.savedSet else { return }
        let set: LastKnownGood?
        do throws(RegistryError) {
            set = try manager.lastKnownGood(registry: file.registry, at: clock)
        } catch {
            // Rows that are still to be read: the watcher says that the registry is away.
            return
        }
        guard let set else { return }
        do {
            try file.write(set)
            state.hasFailedToSave = false
            state.savedSet = version
        } catch {
            if !state.hasFailedToSave {
                logger.warning(
                    "last known good set cannot be written: without the registry the next start serves an older one",
                    metadata: ["error": "\(error)"])
            }
            state.hasFailedToSave = true
        }
    }

    /// Tells the registry what must not be cleaned away (C15).
    private func renewLeases(_ state: inout State, _ now: MonotonicTime, _ clock: Timestamp) {
        // Not while it is away anyway: the first attempt that is made then is the watcher's.
        guard manager.isLevel else { return }
        let held = Set(manager.cache.contents.map(\.servable.modelID))
        guard state.leases.isDue(held, at: now) else { return }
        let microseconds = clock.microseconds + LeaseSchedule.duration.components.seconds * 1_000_000
        do throws(RegistryError) {
            try store.renewLeases(holder: holder, modelIDs: held, until: Timestamp(microseconds: microseconds))
            state.leases.attempted(held, at: now, succeeded: true)
        } catch {
            logger.debug("leases not renewed", metadata: ["error": "\(error)"])
            state.leases.attempted(held, at: now, succeeded: false)
        }
    }

    private func end() {
        state.withLock { state in
            if let metrics { endMetrics(metrics, &state.metrics) }
            guard state.leases.isHolding else { return }
            do throws(RegistryError) {
                try store.renewLeases(holder: holder, modelIDs: [], until: .now())
            } catch {
                logger.debug("leases not given back; they end by themselves", metadata: ["error": "\(error)"])
            }
        }
    }
}
