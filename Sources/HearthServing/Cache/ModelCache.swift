package import HearthCore
import Synchronization

/// The servables that are in memory: a least-recently-used cache with a byte budget.
///
/// Readers hold an immutable ``CacheSnapshot`` and look at one atomic number per request to learn of a newer one; they
/// never wait for a loader. Changes are made one at a time under a lock of their own that guards dictionary updates and
/// the making of the next snapshot; the lock that readers take is held for the exchange of one reference. Loading,
/// checking and unmapping happen outside both: servables that leave the cache are handed back to the caller.
///
/// Lock order: `state`, then `published`.
package final class ModelCache: Sendable {
    /// What a change did.
    package struct Change {
        /// Whether the change was made.
        package enum Outcome: Sendable {
            case made
            /// It was so already.
            case alreadySo
            /// It came too late: a newer generation is served, or was.
            case outdated
            /// An admin unloaded the model: nothing of it comes in until ``ModelCache/admit(_:)``.
            case refused
        }

        package var outcome = Outcome.made
        /// The production version of the name before, when it was another.
        package var replaced: Servable?
        /// Servables that left the cache. They end when the caller and the last running request let go of them.
        package var removed: [Servable] = []
    }

    /// The most bytes that may be mapped; only pinned models go beyond it.
    package let byteBudget: Int
    /// Grows with every new snapshot.
    private let version = Atomic<UInt64>(1)
    /// A coarse clock for recency: one tick per call of ``tick()``.
    private let clock = Atomic<UInt64>(1)
    private let state = Mutex(CacheState())
    private let published = Mutex(CacheSnapshot.empty)

    /// A cache that holds at most `byteBudget` bytes of models.
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
                snapshot = cache.published.withLock { $0 }
            }
            return snapshot
        }
    }

    // MARK: - Recency

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

    // MARK: - What is there

    /// The version of `modelID`, if it is in memory.
    package func servable(_ modelID: ModelID) -> Servable? {
        state.withLock { $0.loaded[modelID]?.servable }
    }

    /// The version that answers for `name` now.
    package func production(of name: ModelName) -> (servable: Servable, generation: UInt64)? {
        state.withLock { state in
            guard let current = state.production[name], let loaded = state.loaded[current.modelID] else { return nil }
            return (loaded.servable, current.generation)
        }
    }

    /// The names that have a version in production in memory.
    package var productionNames: [ModelName] { state.withLock { Array($0.production.keys) } }

    /// Bytes that are mapped for what is in memory.
    package var byteCount: Int { state.withLock { $0.byteCount } }

    /// Bytes that an unpinned model of `name` may have: the budget less what is pinned for other names.
    package func roomByteCount(for name: ModelName) -> Int {
        state.withLock { byteBudget - $0.pinnedByteCount(besides: name) }
    }

    /// What is in memory: each with the generation it is in production with, or nil.
    package var contents: [(servable: Servable, generation: UInt64?, isPinned: Bool)] {
        state.withLock { state in
            state.loaded.values.map { loaded in
                let servable = loaded.servable
                let current = state.production[servable.name]
                let generation = current?.modelID == servable.modelID ? current?.generation : nil
                return (servable, generation, state.isPinned(servable))
            }
        }
    }

    // MARK: - Changes

    /// Names whose production version is never evicted.
    package func pin(_ names: Set<ModelName>) {
        state.withLock { $0.pinnedNames = names }
    }

    /// Adds a version.
    ///
    /// - Parameter isAskedFor: whether calls ask for it by its id: then it stays, as long as there is room, also after
    ///   another version has taken its place in production.
    package func insert(_ servable: Servable, isAskedFor: Bool = true) -> Change {
        change(newcomer: servable) { state, change in
            guard !state.unloadedNames.contains(servable.name) else {
                change.outcome = .refused
                return
            }
            if let loaded = state.loaded[servable.modelID], loaded.isAskedFor || !isAskedFor {
                change.outcome = .alreadySo
                return
            }
            state.add(servable)
            if isAskedFor { state.loaded[servable.modelID]?.isAskedFor = true }
        }
    }

    /// Makes `servable` the one that answers for its name, in one exchange.
    ///
    /// Not made when this generation or a newer one has been served: loads may end in another order than they began.
    ///
    /// - Parameter rollbackTarget: the version of the name that stays warm beside it; others that were in production
    ///   go.
    package func serve(_ servable: Servable, generation: UInt64, rollbackTarget: ModelID? = nil) -> Change {
        change(newcomer: servable) { state, change in
            let name = servable.name
            guard !state.unloadedNames.contains(name) else {
                change.outcome = .refused
                return
            }
            let before = state.production[name]
            if let before, before.generation == generation, before.modelID == servable.modelID {
                change.outcome = .alreadySo
                return
            }
            let newest = state.generations[name] ?? 0
            // The same generation again is news only after its version was evicted.
            guard generation > newest || (generation == newest && before == nil) else {
                change.outcome = .outdated
                return
            }
            state.add(servable)
            state.production[name] = (servable.modelID, generation)
            state.generations[name] = generation
            let outgoing = [before?.modelID, state.rollbackTargets[name]].compactMap { $0 }
            if let before, before.modelID != servable.modelID {
                change.replaced = state.loaded[before.modelID]?.servable
            }
            state.rollbackTargets[name] = rollbackTarget
            for modelID in outgoing where modelID != servable.modelID && modelID != rollbackTarget {
                if let removed = state.release(modelID) { change.removed.append(removed) }
            }
        }
    }

    /// Forgets a registered model that is no longer in production.
    package func withdraw(_ name: ModelName) -> Change {
        change(newcomer: nil) { state, change in
            let outgoing = [
                state.production.removeValue(forKey: name)?.modelID, state.rollbackTargets.removeValue(forKey: name),
            ]
            let wasServed = state.generations.removeValue(forKey: name) != nil
            if !wasServed { change.outcome = .alreadySo }
            for modelID in outgoing.compactMap({ $0 }) {
                if let removed = state.release(modelID) { change.removed.append(removed) }
            }
        }
    }

    /// Takes every version of a registered model out and keeps all of them out until ``admit(_:)``.
    ///
    /// A load that ends later does not bring it back: looking at the mark and taking a version in is one step.
    package func unload(_ name: ModelName) -> Change {
        change(newcomer: nil) { state, change in
            let isNew = state.unloadedNames.insert(name).inserted
            change.removed = state.removeAll(of: name)
            if !isNew { change.outcome = .alreadySo }
        }
    }

    /// Lets unloaded models come in again, all of them when `name` is nil. Returns those that were kept out.
    package func admit(_ name: ModelName?) -> Set<ModelName> {
        state.withLock { state in
            let admitted = name.map { state.unloadedNames.intersection([$0]) } ?? state.unloadedNames
            state.unloadedNames.subtract(admitted)
            return admitted
        }
    }

    /// Whether an admin unloaded the model.
    package func isUnloaded(_ name: ModelName) -> Bool { state.withLock { $0.unloadedNames.contains(name) } }

    /// Lets `generation` of a name be served although a newer one was: the registry itself went back, to a restored
    /// backup.
    ///
    /// What is served stays until then. Returns false when nothing stands in the way of that generation.
    package func allow(_ generation: UInt64, of name: ModelName, modelID: ModelID) -> Bool {
        state.withLock { state in
            guard let newest = state.generations[name], newest >= generation else { return false }
            let isSame = state.production[name].map { $0.modelID == modelID && $0.generation == generation } ?? true
            guard newest > generation || !isSame else { return false }
            state.generations[name] = generation > 0 ? generation - 1 : 0
            return true
        }
    }

    private func change(newcomer: Servable?, _ body: (inout CacheState, inout Change) -> Void) -> Change {
        // What has just come in is the last to go.
        newcomer?.lastUsed.store(clock.load(ordering: .relaxed), ordering: .relaxed)
        var change = Change()
        let retired = state.withLock { state -> CacheSnapshot? in
            body(&state, &change)
            guard change.outcome == .made else { return nil }
            change.removed += state.evict(to: byteBudget, last: newcomer?.modelID)
            var snapshot = state.makeSnapshot()
            published.withLock { swap(&$0, &snapshot) }
            version.wrappingAdd(1, ordering: .releasing)
            return snapshot
        }
        // The old snapshot may hold the last reference to a model: it ends here, outside the locks.
        withExtendedLifetime(retired) {}
        return change
    }
}
