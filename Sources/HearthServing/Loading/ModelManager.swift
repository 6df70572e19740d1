package import HearthCore
package import HearthMetrics
package import HearthRegistry
package import Logging
import Synchronization

/// Decides what is loaded, loads it, and exchanges it: the control plane's side of the cache.
///
/// Level-triggered: ``reconcile(isForced:only:)`` compares the registry's production pointers with what is served and
/// mends the difference, however it came about. Every version is loaded at most once at a time, whoever asks.
/// Thread-safe; its calls may block on the registry except ``request(name:version:_:)``, which the data plane makes.
///
/// Lock order: `reconciling`, then `state`, then the cache's. No callback is called and nothing is read or logged under
/// `state`.
package final class ModelManager: Sendable {
    /// Reads, checks and warms one version.
    package typealias Loader = @Sendable (ModelVersion) throws(CallFailure) -> Servable
    /// Does the same with the pickle in a version's row; nil when there is none.
    package typealias BlobLoader = @Sendable (ModelVersion) throws(CallFailure) -> Servable?
    /// Loads that wait for another machine: they have threads of their own, so that nothing local waits behind them.
    package struct RemoteLoads: Sendable {
        package var pool: LoaderPool
        package var isRemote: @Sendable (ModelVersion) -> Bool

        package init(pool: LoaderPool, isRemote: @escaping @Sendable (ModelVersion) -> Bool) {
            self.pool = pool
            self.isRemote = isRemote
        }
    }

    /// Told once of an entry to answer from, or why there is none.
    package typealias Waiter = @Sendable (Result<CacheEntry, CallFailure>) -> Void
    /// Told once of a version that was loaded, or why it was not.
    typealias Done = @Sendable (Result<Servable, CallFailure>) -> Void

    struct Version {
        var machine = LoadStateMachine()
        var waiters: [Done] = []
        /// The registered model that it belongs to, once the registry was asked.
        var name: ModelName?
    }

    struct State {
        /// The head version that was reconciled last; -1 before the first time.
        var headVersion: Int64 = -1
        var pointers: [ModelName: ProductionPointer] = [:]
        var versions: [ModelID: Version] = [:]
        var waiterCount = 0
        /// Pointers whose versions are being loaded to be served.
        var mending: [ModelName: ProductionPointer] = [:]
        /// When the first of the failed production versions may be tried again.
        var retryAt: MonotonicTime?
        /// Of each name the pointer whose version answers, or answered last.
        var served: [ModelName: ProductionPointer] = [:]
        /// Rows of versions that are in production or were before, as they were read last.
        var rows: [ModelID: ModelVersion] = [:]
        /// Grows with every change of what is served.
        var setVersion = 0
        /// Whether the pointers are those of the last known good set.
        var isFromLastKnownGood = false
    }

    /// The most requests that may wait for loads at once; more are refused with RESOURCE_EXHAUSTED.
    package static let waiterCountMax = 4096
    /// The most versions that are remembered; beyond it failures are forgotten before their time.
    package static let rememberedCountMax = 10_000

    /// What is served.
    package let cache: ModelCache
    let store: any RegistryStore
    let loader: Loader
    let blobLoader: BlobLoader?
    let staleAfter: Duration?
    let remoteLoads: RemoteLoads?
    let metrics: MetricRecorder?
    let pool: LoaderPool
    let counters: ServerCounters
    let logger: Logger
    let preloads: @Sendable (ModelName) -> Bool
    let clock: @Sendable () -> MonotonicTime
    let publish: @Sendable (ModelEvent) -> Void
    let state = Mutex(State())
    /// One reading of the registry at a time, so that pointers are taken over in the order in which they were set.
    let reconciling = Mutex(())

    /// - Parameters:
    ///   - loader: reads, checks and warms one version; called on the pool's threads.
    ///   - blobLoader: what is tried next where `loader` fails; called on the same threads.
    ///   - remoteLoads: which versions are loaded on other threads than the pool's; nil for none.
    ///   - preloads: whether the production version of a name is loaded before anybody asks for it.
    ///   - staleAfter: how long after its training a model counts as old: it is used with a warning (R75, C31).
    ///   - metrics: told of loads and of what leaves the memory; nil where nothing is recorded.
    ///   - clock: what retry delays are measured with.
    ///   - publish: told of every change, on any thread; must not block.
    package init(
        store: any RegistryStore, cache: ModelCache, pool: LoaderPool, counters: ServerCounters, logger: Logger,
        preloads: @escaping @Sendable (ModelName) -> Bool, staleAfter: Duration? = nil,
        metrics: MetricRecorder? = nil, clock: @escaping @Sendable () -> MonotonicTime = { .now() },
        loader: @escaping Loader, blobLoader: BlobLoader? = nil, remoteLoads: RemoteLoads? = nil,
        publish: @escaping @Sendable (ModelEvent) -> Void
    ) {
        self.store = store
        self.cache = cache
        self.pool = pool
        self.counters = counters
        self.logger = logger
        self.preloads = preloads
        self.staleAfter = staleAfter
        self.metrics = metrics
        self.clock = clock
        self.loader = loader
        self.blobLoader = blobLoader
        self.remoteLoads = remoteLoads
        self.publish = publish
    }

    /// The registry's head version that was reconciled last; -1 before the first time.
    package var headVersion: Int64 { state.withLock { $0.headVersion } }

    /// The production pointer of a name, as it was read last.
    package func pointer(of name: ModelName) -> ProductionPointer? { state.withLock { $0.pointers[name] } }

    /// All production pointers, as they were read last.
    package var pointers: [ProductionPointer] { state.withLock { Array($0.pointers.values) } }

    /// Calls and reconciliations that wait for loads.
    package var waiterCount: Int { state.withLock { $0.waiterCount } }

    /// The state and the last error of a version, for `Stats` and `List`.
    package func loadState(of modelID: ModelID) -> (name: String, error: String) {
        // What is in memory answers, even while those who waited for it are still being told.
        guard cache.servable(modelID) == nil else { return ("AVAILABLE", "") }
        return state.withLock { state in
            var machine = state.versions[modelID]?.machine ?? LoadStateMachine()
            machine.evicted()
            return (machine.name, machine.failure?.message ?? "")
        }
    }
}
