import HearthCore
import Synchronization

/// What ``ModelCache`` guards with its lock: which versions are in memory, and what each is there for.
struct CacheState {
    struct Loaded {
        var servable: Servable
        /// Somebody asked for this version by its id: it stays until the budget needs its room.
        var isAskedFor = false
    }

    private(set) var byteCount = 0
    var loaded: [ModelID: Loaded] = [:]
    /// Every version here is in `loaded`.
    var production: [ModelName: (modelID: ModelID, generation: UInt64)] = [:]
    /// Kept warm while there is room, so that a rollback need not load.
    var rollbackTargets: [ModelName: ModelID] = [:]
    /// The newest generation that was served of each name, whether it is still in memory or not.
    var generations: [ModelName: UInt64] = [:]
    var pinnedNames: Set<ModelName> = []
    /// Names that an admin unloaded: no version of them comes in.
    var unloadedNames: Set<ModelName> = []

    /// Takes a version in, unless it is there.
    mutating func add(_ servable: Servable) {
        guard loaded[servable.modelID] == nil else { return }
        loaded[servable.modelID] = Loaded(servable: servable)
        byteCount += servable.mappedByteCount
    }

    /// Takes a version out whose name has no more use for it; returns nil when it stays because it was asked for by id.
    mutating func release(_ modelID: ModelID) -> Servable? {
        guard let entry = loaded[modelID], !entry.isAskedFor else { return nil }
        return remove(modelID)
    }

    /// Takes out all versions of a name.
    mutating func removeAll(of name: ModelName) -> [Servable] {
        production[name] = nil
        rollbackTargets[name] = nil
        let outgoing = loaded.values.lazy.map(\.servable).filter { $0.name == name }
        return outgoing.sorted { $0.modelID.text < $1.modelID.text }.compactMap { remove($0.modelID) }
    }

    private mutating func remove(_ modelID: ModelID) -> Servable? {
        guard let servable = loaded.removeValue(forKey: modelID)?.servable else { return nil }
        byteCount -= servable.mappedByteCount
        return servable
    }

    func isPinned(_ servable: Servable) -> Bool {
        pinnedNames.contains(servable.name) && isProduction(servable)
    }

    func isProduction(_ servable: Servable) -> Bool {
        production[servable.name]?.modelID == servable.modelID
    }

    func pinnedByteCount(besides name: ModelName) -> Int {
        pinnedNames.reduce(0) { sum, pinned in
            guard pinned != name, let current = production[pinned] else { return sum }
            return sum + (loaded[current.modelID]?.servable.mappedByteCount ?? 0)
        }
    }

    /// Takes out what was used longest ago until the rest fits; what is pinned stays whatever the budget.
    ///
    /// Of what was used in the same tick, versions out of production go first. `newcomer` goes after all others.
    mutating func evict(to byteBudget: Int, last newcomer: ModelID?) -> [Servable] {
        guard byteCount > byteBudget else { return [] }
        // Read once: calls go on moving it while we sort.
        var candidates: [(servable: Servable, key: (Int, UInt64, Int, String))] = []
        for servable in loaded.values.map(\.servable) where !isPinned(servable) {
            let key = (
                servable.modelID == newcomer ? 1 : 0, servable.lastUsed.load(ordering: .relaxed),
                isProduction(servable) ? 1 : 0, servable.modelID.text
            )
            candidates.append((servable, key))
        }
        candidates.sort { $0.key < $1.key }
        var evicted: [Servable] = []
        for (servable, _) in candidates where byteCount > byteBudget {
            if isProduction(servable) { production[servable.name] = nil }
            if rollbackTargets[servable.name] == servable.modelID { rollbackTargets[servable.name] = nil }
            if let removed = remove(servable.modelID) { evicted.append(removed) }
        }
        return evicted
    }

    func makeSnapshot() -> CacheSnapshot {
        CacheSnapshot(
            production: production.values.compactMap { current in
                loaded[current.modelID].map { CacheEntry(servable: $0.servable, generation: current.generation) }
            },
            versions: loaded.values.map { CacheEntry(servable: $0.servable, generation: 0) })
    }
}
