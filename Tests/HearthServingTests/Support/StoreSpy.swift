import HearthCore
import HearthRegistry
import HearthTestSupport
import Synchronization

/// A store in front of another that counts its calls, goes away when told to, and may keep its change hint to itself.
final class StoreSpy: ForwardingStore {
    let store: any RegistryStore
    private let isAway = Atomic<Bool>(false)
    private let hidesHint: Bool
    let hints = Atomic<Int>(0)
    let heads = Atomic<Int>(0)
    let snapshots = Atomic<Int>(0)
    let reads = Atomic<Int>(0)
    /// An element per change hint asked for.
    let asked = BlockingQueue<Bool>()

    init(_ store: any RegistryStore, hidesHint: Bool = false) {
        self.store = store
        self.hidesHint = hidesHint
    }

    func setAway(_ away: Bool) { isAway.store(away, ordering: .sequentiallyConsistent) }

    private func check() throws(RegistryError) {
        if isAway.load(ordering: .sequentiallyConsistent) { throw RegistryError(.unavailable, "the registry is away") }
    }

    func headVersion() throws(RegistryError) -> Int64 {
        heads.wrappingAdd(1, ordering: .relaxed)
        try check()
        return try store.headVersion()
    }

    func changeHint() throws(RegistryError) -> Int64 {
        hints.wrappingAdd(1, ordering: .relaxed)
        _ = asked.put(true)
        try check()
        return hidesHint ? 7 : try store.changeHint()
    }

    func productionSnapshot() throws(RegistryError) -> ProductionSnapshot {
        snapshots.wrappingAdd(1, ordering: .relaxed)
        try check()
        return try store.productionSnapshot()
    }

    func productionPointer(of name: ModelName) throws(RegistryError) -> ProductionPointer? {
        reads.wrappingAdd(1, ordering: .relaxed)
        return try store.productionPointer(of: name)
    }

    func version(_ modelID: ModelID) throws(RegistryError) -> ModelVersion? {
        reads.wrappingAdd(1, ordering: .relaxed)
        try check()
        return try store.version(modelID)
    }
}
