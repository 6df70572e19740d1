import HearthCore
import HearthRegistry
import Synchronization

/// A store in front of another that counts its calls, goes away when told to, and may keep its change hint to itself.
final class StoreSpy: RegistryStore {
    private let store: any RegistryStore
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

    func registeredModels() throws(RegistryError) -> [RegisteredModel] { try store.registeredModels() }

    func version(_ modelID: ModelID) throws(RegistryError) -> ModelVersion? {
        reads.wrappingAdd(1, ordering: .relaxed)
        try check()
        return try store.version(modelID)
    }

    func modelData(of modelID: ModelID, byteCountMax: Int) throws(RegistryError) -> [UInt8]? {
        try store.modelData(of: modelID, byteCountMax: byteCountMax)
    }

    func versions(of name: ModelName?, limit: Int) throws(RegistryError) -> [ModelVersion] {
        try store.versions(of: name, limit: limit)
    }

    func events(after head: Int64, limit: Int) throws(RegistryError) -> [RegistryEvent] {
        try store.events(after: head, limit: limit)
    }

    func register(_ version: ModelVersion, actor: String) throws(RegistryError) -> Int64 {
        try store.register(version, actor: actor)
    }

    func promote(
        _ modelID: ModelID, of name: ModelName, expectedGeneration: Int64?, actor: String, reason: String
    ) throws(RegistryError) -> ProductionPointer {
        try store.promote(modelID, of: name, expectedGeneration: expectedGeneration, actor: actor, reason: reason)
    }

    func rollback(
        _ name: ModelName, expectedGeneration: Int64?, actor: String, reason: String
    ) throws(RegistryError) -> ProductionPointer {
        try store.rollback(name, expectedGeneration: expectedGeneration, actor: actor, reason: reason)
    }

    func remove(_ modelID: ModelID, dropsRow: Bool, actor: String, reason: String) throws(RegistryError) {
        try store.remove(modelID, dropsRow: dropsRow, actor: actor, reason: reason)
    }
    func archive(_ modelID: ModelID, actor: String, reason: String) throws(RegistryError) {
        try store.archive(modelID, actor: actor, reason: reason)
    }

    func setPinned(_ modelID: ModelID, _ pinned: Bool, actor: String, reason: String) throws(RegistryError) {
        try store.setPinned(modelID, pinned, actor: actor, reason: reason)
    }
    func renewLeases(holder: String, modelIDs: Set<ModelID>, until: Timestamp) throws(RegistryError) {
        try store.renewLeases(holder: holder, modelIDs: modelIDs, until: until)
    }
    func leases(at time: Timestamp) throws(RegistryError) -> Set<ModelID> { try store.leases(at: time) }
}
