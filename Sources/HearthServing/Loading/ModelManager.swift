package import HearthCore
package import HearthMetrics
package import HearthRegistry
package import Logging
import Synchronization

/// Decides what is loaded, loads it, and exchanges it: the control plane's side of the cache.
///
/// Level-triggered: ``reconcile(isForced:)`` compares the registry's production pointers with what is served and mends the difference, however
/// it came about. Every version is loaded at most once at a time, whoever asks. Thread-safe; its calls may block on the
/// registry except ``request(name:version:_:)``, which the data plane makes.
package final class ModelManager: Sendable {
    package typealias Loader = @Sendable (ModelVersion) throws(CallFailure) -> Servable
    package typealias Waiter = @Sendable (Result<CacheEntry, CallFailure>) -> Void

    private typealias Waiting = @Sendable (Result<Servable, CallFailure>) -> Void

    private struct Version {
        var machine = LoadStateMachine()
        var waiters: [Waiting] = []
    }

    private struct State {
        var headVersion: Int64 = -1
        var pointers: [ModelName: ProductionPointer] = [:]
        var versions: [ModelID: Version] = [:]
        var waiterCount = 0
        /// When what may be forgotten was forgotten last.
        var prunedAt: MonotonicTime?

        mutating func takeWaiters(_ modelID: ModelID) -> [Waiting] {
            guard let waiters = versions[modelID]?.waiters else { return [] }
            versions[modelID]?.waiters = []
            waiterCount -= waiters.count
            return waiters
        }

        /// Forgets versions that are neither loading nor in memory when they have become many; once in a while, for it takes a
        /// look at all of them.
        mutating func prune(at now: MonotonicTime) {
            guard versions.count > ModelManager.rememberedCountMax else { return }
            if let prunedAt, now - prunedAt < 100_000_000 { return }
            prunedAt = now
            versions = versions.filter { !$0.value.machine.isForgettable(at: now) }
        }
    }

    /// The most requests that may wait for loads at once; more are refused with RESOURCE_EXHAUSTED.
    package static let waiterCountMax = 4096
    /// The most versions whose failures are remembered.
    private static let rememberedCountMax = 10_000

    package let cache: ModelCache
    private let store: any RegistryStore
    private let loader: Loader
    private let pool: LoaderPool
    private let counters: ServerCounters
    private let logger: Logger
    private let preloads: @Sendable (ModelName) -> Bool
    private let publish: @Sendable (ModelEvent) -> Void
    private let state = Mutex(State())
    /// One reconciliation at a time.
    private let reconciling = Mutex(())

    /// - Parameters:
    ///   - loader: reads, checks and warms one version; called on the pool's threads.
    ///   - preloads: whether the production version of a name is loaded before anybody asks for it.
    ///   - publish: told of every change, on any thread; must not block.
    package init(
        store: any RegistryStore, cache: ModelCache, pool: LoaderPool, counters: ServerCounters, logger: Logger,
        preloads: @escaping @Sendable (ModelName) -> Bool, loader: @escaping Loader,
        publish: @escaping @Sendable (ModelEvent) -> Void
    ) {
        self.store = store
        self.cache = cache
        self.pool = pool
        self.counters = counters
        self.logger = logger
        self.preloads = preloads
        self.loader = loader
        self.publish = publish
    }

    /// The registry's head version that was reconciled last; -1 before the first time.
    package var headVersion: Int64 { state.withLock { $0.headVersion } }

    package func pointer(of name: ModelName) -> ProductionPointer? { state.withLock { $0.pointers[name] } }

    package var pointers: [ProductionPointer] { state.withLock { Array($0.pointers.values) } }

    /// The state and the last error of a version, for `Stats` and `List`.
    package func loadState(of modelID: ModelID) -> (name: String, error: String) {
        state.withLock { state in
            guard let machine = state.versions[modelID]?.machine else { return ("START", "") }
            return (machine.name, machine.failure?.message ?? "")
        }
    }

    // MARK: - Requests of the data plane

    /// Finds a model that is not in the snapshot: `waiter` is called once, on this thread or a loader's, with an entry to answer from.
    ///
    /// No lock that is held during I/O is taken here. A name that the registry does not have in production is refused at once.
    package func request(name: String, version: String, _ waiter: @escaping Waiter) {
        if version.isEmpty {
            requestProduction(name, waiter)
        } else {
            requestVersion(version, name: name, waiter)
        }
    }

    private func requestProduction(_ text: String, _ waiter: @escaping Waiter) {
        let name: ModelName
        do { name = try ModelName(text) } catch {
            waiter(.failure(CallFailure(.invalidArgument, error.description)))
            return
        }
        guard let pointer = pointer(of: name) else {
            let message =
                "no production version of '\(name)': promote one with 'hearth models promote', or see 'hearth models list'"
            waiter(.failure(CallFailure(.notFound, message)))
            return
        }
        let generation = UInt64(clamping: pointer.generation)
        want(pointer.modelID, known: nil) { [self] result in
            waiter(
                result.map { servable in
                    // Evicted meanwhile or not, this request has its model.
                    _ = apply(cache.serve(servable, generation: generation))
                    return CacheEntry(servable: servable, generation: generation)
                })
        }
    }

    private func requestVersion(_ text: String, name: String, _ waiter: @escaping Waiter) {
        let modelID: ModelID
        do { modelID = try ModelID(text) } catch {
            waiter(.failure(CallFailure(.invalidArgument, error.description)))
            return
        }
        want(modelID, known: nil) { [self] result in
            waiter(
                result.flatMap { servable in
                    guard name.isEmpty || servable.name.text == name else {
                        let message = "version '\(modelID)' is of model '\(servable.name)', not of '\(name)'"
                        return .failure(CallFailure(.invalidArgument, message))
                    }
                    _ = apply(cache.insert(servable))
                    return .success(CacheEntry(servable: servable, generation: 0))
                })
        }
    }

    // MARK: - Loading

    /// Sees to it that a version is in memory and returns it: for the control plane, which waits. It stays as long as the budget
    /// has room, unless it comes into production meanwhile.
    package func load(_ modelID: ModelID) throws(CallFailure) -> Servable {
        let group = CompletionGroup()
        let outcome = Mutex<Result<Servable, CallFailure>>(.failure(CallFailure(.internalError, "nothing was loaded")))
        group.enter()
        want(modelID, known: nil) { [self] result in
            if case .success(let servable) = result { _ = apply(cache.insert(servable, isAskedFor: false)) }
            outcome.withLock { $0 = result }
            group.leave()
        }
        group.wait()
        return try outcome.withLock { $0 }.get()
    }

    /// Sees to it that a version is in memory: single-flight, on a loader thread. `done` gets it, or why there is none.
    private func want(
        _ modelID: ModelID, known: ModelVersion?, isForced: Bool = false,
        _ done: @escaping @Sendable (Result<Servable, CallFailure>) -> Void
    ) {
        let now = MonotonicTime.now()
        enum Next {
            case load
            case wait
            case answer(Result<Servable, CallFailure>)
        }
        let next: Next = state.withLock { state in
            state.prune(at: now)
            if let servable = cache.servable(modelID) { return .answer(.success(servable)) }
            var version = state.versions[modelID] ?? Version()
            // What the cache no longer has was evicted.
            version.machine.evicted()
            let action = version.machine.want(at: now, isForced: isForced)
            if case .fail(let failure) = action { return .answer(.failure(failure)) }
            guard state.waiterCount < Self.waiterCountMax else {
                let message = "\(state.waiterCount) calls wait for models to load, more are not taken; try again later"
                return .answer(.failure(CallFailure(.resourceExhausted, message)))
            }
            version.waiters.append(done)
            state.waiterCount += 1
            state.versions[modelID] = version
            return action == .load ? .load : .wait
        }
        switch next {
        case .answer(let result): done(result)
        case .wait: break
        case .load:
            let isTaken = pool.submit { [self] in load(modelID, known: known) }
            if !isTaken {
                finish(
                    modelID,
                    .failure(CallFailure(.unavailable, "the server is stopping or has too many models to load")))
            }
        }
    }

    private func load(_ modelID: ModelID, known: ModelVersion?) {
        let result: Result<Servable, CallFailure>
        do {
            result = .success(try loadNow(modelID, known: known))
        } catch {
            result = .failure(error)
        }
        finish(modelID, result)
    }

    private func loadNow(_ modelID: ModelID, known: ModelVersion?) throws(CallFailure) -> Servable {
        let version: ModelVersion?
        do { version = try known ?? store.version(modelID) } catch {
            throw CallFailure(.unavailable, "the registry cannot be read: \(error)")
        }
        guard let version else {
            throw CallFailure(.notFound, "no version '\(modelID)' in the registry; see 'hearth models list'")
        }
        guard version.status != .failed, version.path != nil else {
            throw CallFailure(
                .failedPrecondition, "version '\(modelID)' has no artifact: its status is \(version.status.rawValue)")
        }
        let servable = try loader(version)
        guard servable.mappedByteCount <= cache.byteBudget else {
            let message =
                "version '\(modelID)' needs \(ByteCount(servable.mappedByteCount)), the cache has "
                + "\(ByteCount(cache.byteBudget)); start hearthd with a larger --cache-bytes"
            throw CallFailure(.resourceExhausted, message)
        }
        return servable
    }

    private func finish(_ modelID: ModelID, _ result: Result<Servable, CallFailure>) {
        switch result {
        case .success(let servable):
            counters.loads.add()
            logger.info(
                "model loaded",
                metadata: [
                    "model_id": "\(modelID)", "milliseconds": "\(servable.loadMilliseconds)",
                    "bytes": "\(servable.mappedByteCount)",
                ])
        case .failure(let failure):
            counters.loadFailures.add()
            // Anybody can ask for ids that do not exist: that is no news for the log.
            let isNews = failure.code != .notFound || pointers.contains { $0.modelID == modelID }
            logger.log(
                level: isNews ? .error : .debug, "model not loaded",
                metadata: ["model_id": "\(modelID)", "error": "\(failure)"])
            reportFailure(modelID, failure)
        }
        switch result {
        case .success:
            // The waiters put the model into the cache. It counts as loading until the last of them has done so: who comes in
            // between waits too, and does not load it a second time.
            while let waiters = takeWaiters(modelID) { for waiter in waiters { waiter(result) } }
        case .failure(let failure):
            let now = MonotonicTime.now()
            let waiters = state.withLock { state in
                state.versions[modelID]?.machine.failed(failure, at: now)
                return state.takeWaiters(modelID)
            }
            for waiter in waiters { waiter(result) }
        }
    }

    /// The waiters of a version that was loaded; nil when there are none left: then it no longer counts as loading.
    private func takeWaiters(_ modelID: ModelID) -> [Waiting]? {
        state.withLock { state in
            let waiters = state.takeWaiters(modelID)
            if waiters.isEmpty { state.versions[modelID]?.machine.loaded() }
            return waiters.isEmpty ? nil : waiters
        }
    }

    /// Tells the watchers that what should be in production cannot be loaded.
    private func reportFailure(_ modelID: ModelID, _ failure: CallFailure) {
        for pointer in pointers where pointer.modelID == modelID {
            publish(
                ModelEvent(
                    kind: .failed, name: pointer.name, modelID: modelID,
                    generation: UInt64(clamping: pointer.generation),
                    error: failure.message))
        }
    }

    // MARK: - Reconciliation

    /// Compares the registry with what is served and mends the difference. Returns when the models that had to be loaded are
    /// loaded or have failed.
    ///
    /// - Parameters:
    ///   - isForced: also try again what has failed a moment ago.
    ///   - only: mend this registered model alone.
    /// - Throws: ``RegistryError`` when the registry cannot be read; what is served stays.
    /// - Returns: the head version that is now served, and the failures.
    @discardableResult
    package func reconcile(
        isForced: Bool = false, only: ModelName? = nil
    ) throws(RegistryError) -> (headVersion: Int64, failures: [ModelID: CallFailure]) {
        let outcome: Result<(Int64, [ModelID: CallFailure]), RegistryError> = reconciling.withLock { _ in
            do throws(RegistryError) {
                let snapshot = try store.productionSnapshot()
                let failures = mend(snapshot, isForced: isForced, only: only)
                state.withLock { $0.headVersion = snapshot.headVersion }
                return .success((snapshot.headVersion, failures))
            } catch {
                return .failure(error)
            }
        }
        let (headVersion, failures) = try outcome.get()
        return (headVersion, failures)
    }

    private func mend(
        _ snapshot: ProductionSnapshot, isForced: Bool, only: ModelName?
    ) -> [ModelID: CallFailure] {
        let wanted = Dictionary(snapshot.pointers.map { ($0.name, $0) }) { _, last in last }
        let before = state.withLock { state in
            let before = state.pointers
            state.pointers = wanted
            return before
        }
        // By what is served, not by what was wanted before: a load may have ended after its pointer went away.
        for name in cache.productionNames where wanted[name] == nil { _ = apply(cache.withdraw(name)) }

        let failures = Mutex<[ModelID: CallFailure]>([:])
        let group = CompletionGroup()
        for pointer in wanted.values where only == nil || only == pointer.name {
            let served = cache.production(of: pointer.name)
            let isServed =
                served?.servable.modelID == pointer.modelID
                && served?.generation == UInt64(clamping: pointer.generation)
            // What is not in memory and did not move, or is not to be preloaded, is loaded when somebody asks for it.
            let isNews = (before[pointer.name] != pointer || isForced) && preloads(pointer.name)
            guard !isServed, isNews || served != nil else { continue }
            group.enter()
            want(pointer.modelID, known: nil, isForced: isForced) { [self] result in
                switch result {
                case .success(let servable): swap(to: servable, pointer)
                case .failure(let failure): failures.withLock { $0[pointer.modelID] = failure }
                }
                group.leave()
            }
        }
        group.wait()
        return failures.withLock { $0 }
    }

    private func swap(to servable: Servable, _ pointer: ProductionPointer) {
        let change = cache.serve(servable, generation: UInt64(clamping: pointer.generation))
        guard apply(change) else { return }
        if change.replaced != nil { counters.swaps.add() }
        publish(
            ModelEvent(
                kind: change.replaced == nil ? .available : .swapped, name: pointer.name, modelID: pointer.modelID,
                previousModelID: change.replaced?.modelID, generation: UInt64(clamping: pointer.generation)))
        logger.info(
            "model in production",
            metadata: [
                "model": "\(pointer.name)", "model_id": "\(pointer.modelID)", "generation": "\(pointer.generation)",
                "replaced": "\(change.replaced?.modelID.text ?? "")",
            ])
    }

    /// Tells of what left the cache, and lets it go. Returns whether the change was made.
    private func apply(_ change: ModelCache.Change) -> Bool {
        for servable in change.removed {
            counters.evictions.add()
            state.withLock { state in
                state.versions[servable.modelID]?.machine.evicted()
                // Somebody may be loading it anew already.
                if state.versions[servable.modelID]?.machine.isForgettable(at: .now()) == true {
                    state.versions[servable.modelID] = nil
                }
            }
            publish(ModelEvent(kind: .unloaded, name: servable.name, modelID: servable.modelID))
        }
        return change.isApplied
    }
}
