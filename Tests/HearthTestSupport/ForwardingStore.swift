package import HearthCore
package import HearthRegistry

/// A registry in front of another: what a test does not write itself goes through unchanged.
package protocol ForwardingStore: RegistryStore {
    /// The registry behind.
    var store: any RegistryStore { get }
}

extension ForwardingStore {
    /// As ``store`` does.
    package func headVersion() throws(RegistryError) -> Int64 { try store.headVersion() }
    /// As ``store`` does.
    package func changeHint() throws(RegistryError) -> Int64 { try store.changeHint() }
    /// As ``store`` does.
    package func productionSnapshot() throws(RegistryError) -> ProductionSnapshot { try store.productionSnapshot() }
    /// As ``store`` does.
    package func productionPointer(of name: ModelName) throws(RegistryError) -> ProductionPointer? {
        try store.productionPointer(of: name)
    }
    /// As ``store`` does.
    package func registeredModels() throws(RegistryError) -> [RegisteredModel] { try store.registeredModels() }
    /// As ``store`` does.
    package func version(_ modelID: ModelID) throws(RegistryError) -> ModelVersion? { try store.version(modelID) }
    /// As ``store`` does.
    package func modelData(of modelID: ModelID, byteCountMax: Int) throws(RegistryError) -> [UInt8]? {
        try store.modelData(of: modelID, byteCountMax: byteCountMax)
    }
    /// As ``store`` does.
    package func versions(of name: ModelName?, limit: Int) throws(RegistryError) -> [ModelVersion] {
        try store.versions(of: name, limit: limit)
    }
    /// As ``store`` does.
    package func events(after head: Int64, limit: Int) throws(RegistryError) -> [RegistryEvent] {
        try store.events(after: head, limit: limit)
    }
    /// As ``store`` does.
    package func register(_ version: ModelVersion, actor: String) throws(RegistryError) -> Int64 {
        try store.register(version, actor: actor)
    }
    /// As ``store`` does.
    package func promote(
        _ modelID: ModelID, of name: ModelName, expectedGeneration: Int64?, actor: String, reason: String
    ) throws(RegistryError) -> ProductionPointer {
        try store.promote(modelID, of: name, expectedGeneration: expectedGeneration, actor: actor, reason: reason)
    }
    /// As ``store`` does.
    package func rollback(
        _ name: ModelName, expectedGeneration: Int64?, actor: String, reason: String
    ) throws(RegistryError) -> ProductionPointer {
        try store.rollback(name, expectedGeneration: expectedGeneration, actor: actor, reason: reason)
    }
    /// As ``store`` does.
    package func archive(_ modelID: ModelID, actor: String, reason: String) throws(RegistryError) {
        try store.archive(modelID, actor: actor, reason: reason)
    }
    /// As ``store`` does.
    package func setPinned(
        _ modelID: ModelID, _ pinned: Bool, actor: String, reason: String
    ) throws(RegistryError) {
        try store.setPinned(modelID, pinned, actor: actor, reason: reason)
    }
    /// As ``store`` does.
    package func remove(
        _ modelID: ModelID, dropsRow: Bool, actor: String, reason: String
    ) throws(RegistryError) {
        try store.remove(modelID, dropsRow: dropsRow, actor: actor, reason: reason)
    }
    /// As ``store`` does.
    package func renewLeases(holder: String, modelIDs: Set<ModelID>, until: Timestamp) throws(RegistryError) {
        try store.renewLeases(holder: holder, modelIDs: modelIDs, until: until)
    }
    /// As ``store`` does.
    package func leases(at time: Timestamp) throws(RegistryError) -> Set<ModelID> { try store.leases(at: time) }
}
