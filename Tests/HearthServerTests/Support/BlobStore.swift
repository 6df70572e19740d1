import HearthCore
import HearthRegistry

/// A registry whose every version has this pickle in its row.
final class BlobStore: RegistryStore {
    private let store: any RegistryStore
    private let modelData: [UInt8]

    init(_ store: any RegistryStore, modelData: [UInt8]) {
        self.store = store
        self.modelData = modelData
    }

    func modelData(of modelID: ModelID, byteCountMax: Int) throws(RegistryError) -> [UInt8]? { modelData }

    func version(_ modelID: ModelID) throws(RegistryError) -> ModelVersion? { try store.version(modelID) }
    func headVersion() throws(RegistryError) -> Int64 { try store.headVersion() }
    func changeHint() throws(RegistryError) -> Int64 { try store.changeHint() }
    func productionSnapshot() throws(RegistryError) -> ProductionSnapshot { try store.productionSnapshot() }
    func productionPointer(of name: ModelName) throws(RegistryError) -> ProductionPointer? {
        try store.productionPointer(of: name)
    }
    func registeredModels() throws(RegistryError) -> [RegisteredModel] { try store.registeredModels() }
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
