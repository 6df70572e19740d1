package import HearthCore
import Synchronization

/// The servables that are in memory: a least-recently-used cache with a byte budget.
///
/// Readers hold an immutable ``CacheSnapshot`` and look at one atomic number per request to learn of a newer one; they never wait
/// for a loader. Changes are made under one lock that guards dictionary updates only: loading, checking and unmapping happen
/// outside it. Servables that leave the cache are handed back to the caller, so that they end outside the lock too.
package final class ModelCache: Sendable {
    struct Loaded {
        var servable: Servable
        /// Never evicted.
        var isPinned = false
        /// Somebody asked for this version by its id: it stays until the budget needs its room.
        var isAskedFor = false
    }

    struct State {
        var loaded: [ModelID: Loaded] = [:]
        var production: [ModelName: (modelID: ModelID, generation: UInt64)] = [:]
        /// Kept warm for a rollback.
        var previous: [ModelName: ModelID] = [:]
        var pinnedNames: Set<ModelName> = []
        var snapshot = CacheSnapshot.empty
    }

    /// What a change did.
    package struct Change {
        /// The production version of the name before, when it was another.
        package var replaced: Servable?
        /// Servables that left the cache. They end when the caller and the last running request let go of them.
        package var removed: [Servable] = []
        /// False when the change came too late: a newer generation is already being served.
        package var isApplied = true
    }

    package let byteBudget: Int
    /// Grows with every new snapshot.
    private let version = Atomic<UInt64>(1)
    /// A coarse clock for recency: one tick per call of ``tick()``.
    private let clock = Atomic<UInt64>(1)
    private let state = Mutex(State())

    package init(byteBudget: Int) {
        self.byteBudget = byteBudget
    }

    /// A reader of one thread: refreshed when the cache has changed, at the cost of one atomic load otherwise.
    package struct Reader {
        private let cache: ModelCache
        private var version: UInt64 = 0
        private var snapshot = CacheSnapshot.empty

        package init(_ cache: ModelCache) {
            self.cache = cache
        }

        /// The newest snapshot.
        @inline(__always)
        package mutating func current() -> CacheSnapshot {
            let newest = cache.version.load(ordering: .acquiring)
            if newest != version {
                version = newest
                snapshot = cache.state.withLock { $0.snapshot }
            }
            return snapshot
        }
    }

    /// Notes that `servable` answered a call.
    @inline(__always)
    package func touch(_ servable: Servable) {
        let now = clock.load(ordering: .relaxed)
        if servable.lastUsed.load(ordering: .relaxed) != now { servable.lastUsed.store(now, ordering: .relaxed) }
        servable.calls.wrappingAdd(1, ordering: .relaxed)
    }

    /// Moves the recency clock on. Called every so often by the watcher, so that calls need not read a real clock.
    package func tick() {
        clock.wrappingAdd(1, ordering: .relaxed)
    }

    /// Names whose production version is never evicted.
    package func pin(_ names: Set<ModelName>) {
        state.withLock { $0.pinnedNames = names }
    }

    /// The version of `modelID`, if it is in memory.
    package func servable(_ modelID: ModelID) -> Servable? {
        state.withLock { $0.loaded[modelID]?.servable }
    }

    /// The version that answers for `name` now.
    package func production(of name: ModelName) -> (servable: Servable, generation: UInt64)? {
        state.withLock { state in
            guard let (modelID, generation) = state.production[name], let loaded = state.loaded[modelID] else {
                return nil
            }
            return (loaded.servable, generation)
        }
    }

    /// The registered models that a version answers for.
    package var productionNames: [ModelName] { state.withLock { Array($0.production.keys) } }

    package var byteCount: Int {
        state.withLock { $0.loaded.values.reduce(0) { $0 + $1.servable.mappedByteCount } }
    }

    /// What is in memory: each with the generation it is in production with, or nil.
    package var contents: [(servable: Servable, generation: UInt64?, isPinned: Bool)] {
        state.withLock { state in
            state.loaded.values.map { loaded in
                let servable = loaded.servable
                let pointer = state.production[servable.name]
                let generation = pointer?.modelID == servable.modelID ? pointer?.generation : nil
                return (servable, generation, state.isPinned(loaded))
            }
        }
    }

    /// Adds a version.
    ///
    /// - Parameter isAskedFor: whether calls ask for it by its id: then it stays, as long as there is room, also after another
    ///   version has taken its place in production.
    package func insert(_ servable: Servable, isAskedFor: Bool = true) -> Change {
        touchNow(servable)
        return change { state, change in
            if state.loaded[servable.modelID] == nil { state.loaded[servable.modelID] = Loaded(servable: servable) }
            if isAskedFor { state.loaded[servable.modelID]?.isAskedFor = true }
        }
    }

    /// Makes `servable` the one that answers for its name, in one exchange; what it replaces stays as the rollback target.
    ///
    /// Not applied when a newer generation is already serving: loads may end in another order than they began.
    package func serve(_ servable: Servable, generation: UInt64) -> Change {
        touchNow(servable)
        return change { state, change in
            let name = servable.name
            let before = state.production[name]
            if let before, before.generation >= generation {
                change.isApplied = before.generation == generation && before.modelID == servable.modelID
                return
            }
            if state.loaded[servable.modelID] == nil { state.loaded[servable.modelID] = Loaded(servable: servable) }
            state.production[name] = (servable.modelID, generation)
            guard let before, before.modelID != servable.modelID else { return }
            change.replaced = state.loaded[before.modelID]?.servable
            let outdated = state.previous.updateValue(before.modelID, forKey: name)
            if let outdated, outdated != servable.modelID, outdated != before.modelID,
                let loaded = state.loaded[outdated], !loaded.isAskedFor, !loaded.isPinned
            {
                state.loaded[outdated] = nil
                change.removed.append(loaded.servable)
            }
        }
    }

    /// Forgets a registered model that is no longer in production.
    package func withdraw(_ name: ModelName) -> Change {
        change { state, change in
            guard let (modelID, _) = state.production.removeValue(forKey: name) else { return }
            for id in [modelID, state.previous.removeValue(forKey: name)].compactMap({ $0 }) {
                if let loaded = state.loaded[id], !loaded.isAskedFor, !loaded.isPinned {
                    state.loaded[id] = nil
                    change.removed.append(loaded.servable)
                }
            }
        }
    }

    /// What has just come in is the last to go.
    private func touchNow(_ servable: Servable) {
        servable.lastUsed.store(clock.load(ordering: .relaxed), ordering: .relaxed)
    }

    private func change(_ body: (inout State, inout Change) -> Void) -> Change {
        var change = Change()
        let retired = state.withLock { state in
            body(&state, &change)
            change.removed += state.evict(to: byteBudget)
            let retired = state.snapshot
            state.snapshot = state.makeSnapshot()
            version.wrappingAdd(1, ordering: .releasing)
            return retired
        }
        // The old snapshot may hold the last reference to a model: it ends here, outside the lock.
        withExtendedLifetime(retired) {}
        return change
    }
}

extension ModelCache.State {
    func isPinned(_ loaded: ModelCache.Loaded) -> Bool {
        loaded.isPinned
            || (pinnedNames.contains(loaded.servable.name)
                && production[loaded.servable.name]?.modelID == loaded.servable.modelID)
    }

    /// Takes out what was used longest ago until the rest fits; what is pinned stays whatever the budget.
    mutating func evict(to byteBudget: Int) -> [Servable] {
        var total = loaded.values.reduce(0) { $0 + $1.servable.mappedByteCount }
        guard total > byteBudget else { return [] }
        var evicted: [Servable] = []
        let candidates = loaded.values.filter { !isPinned($0) }.map(\.servable).sorted {
            $0.lastUsed.load(ordering: .relaxed) < $1.lastUsed.load(ordering: .relaxed)
        }
        for servable in candidates where total > byteBudget {
            total -= servable.mappedByteCount
            loaded[servable.modelID] = nil
            if production[servable.name]?.modelID == servable.modelID { production[servable.name] = nil }
            evicted.append(servable)
        }
        return evicted
    }

    func makeSnapshot() -> CacheSnapshot {
        CacheSnapshot(
            production: production.values.compactMap { pointer in
                loaded[pointer.modelID].map { CacheEntry(servable: $0.servable, generation: pointer.generation) }
            },
            versions: loaded.values.map { CacheEntry(servable: $0.servable, generation: 0) })
    }
}
