import Dispatch
import HearthCore
import HearthRegistry
import Synchronization

/// A registry whose answers about versions can be held up: for calls that wait for a load as long as a test wants.
final class GatedStore: RegistryStore {
    private let store: any RegistryStore
    private let isClosed = Mutex(false)
    private let isAway = Mutex(false)
    private let gate = DispatchSemaphore(value: 0)
    /// Signalled when a load waits at the closed gate.
    let arrived = DispatchSemaphore(value: 0)

    init(_ store: any RegistryStore) {
        self.store = store
    }

    /// From now on who asks for a version waits.
    func close() {
        isClosed.withLock { $0 = true }
    }

    /// Lets everybody through who waits, and who comes.
    func open() {
        isClosed.withLock { $0 = false }
        gate.signal()
    }

    /// From now on who asks for lists of models or versions is told that the registry is away.
    func leave() {
        isAway.withLock { $0 = true }
    }

    private func check() throws(RegistryError) {
        if isAway.withLock({ $0 }) { throw RegistryError(.unavailable, "the registry is away") }
    }

    func version(_ modelID: ModelID) throws(RegistryError) -> ModelVersion? {
        if isClosed.withLock({ $0 }) {
            arrived.signal()
            gate.wait()
            gate.signal()
        }
        return try store.version(modelID)
    }

    func headVersion() throws(RegistryError) -> Int64 { try store.headVersion() }
    func changeHint() throws(RegistryError) -> Int64 { try store.changeHint() }
    func productionSnapshot() throws(RegistryError) -> ProductionSnapshot { try store.productionSnapshot() }
    func productionPointer(of name: ModelName) throws(RegistryError) -> ProductionPointer? {
        try store.productionPointer(of: name)
    }
    func registeredModels() throws(RegistryError) -> [RegisteredModel] {
        try check()
        return try store.registeredModels()
    }
    func modelData(of modelID: ModelID, byteCountMax: Int) throws(RegistryError) -> [UInt8]? {
        try store.modelData(of: modelID, byteCountMax: byteCountMax)
    }

    func versions(of name: ModelName?, limit: Int) throws(RegistryError) -> [ModelVersion] {
        try check()
        return try store.versions(of: name, limit: limit)
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
