import HearthCore
import HearthRegistry

/// A registry whose connection breaks at a chosen moment: for what a trainer does when it cannot know the outcome.
struct FlakyRegistry: RegistryStore {
    enum Fault {
        /// The version is registered, but the answer is lost.
        case answerLost
        /// The version is not registered, and the caller is told so.
        case unreachable
        /// Neither the outcome of the registration nor anything else can be asked.
        case gone
        /// Registration works, promotion does not.
        case promotionRefused
    }

    let store: any RegistryStore
    let fault: Fault

    private var broken: RegistryError { RegistryError(.unavailable, "the connection broke") }

    func register(_ version: ModelVersion, actor: String) throws(RegistryError) -> Int64 {
        switch fault {
        case .promotionRefused: return try store.register(version, actor: actor)
        case .unreachable, .gone: throw broken
        case .answerLost:
            try store.register(version, actor: actor)
            throw broken
        }
    }

    func version(_ modelID: ModelID) throws(RegistryError) -> ModelVersion? {
        if case .gone = fault { throw broken }
        return try store.version(modelID)
    }

    func promote(
        _ modelID: ModelID, of name: ModelName, expectedGeneration: Int64?, actor: String, reason: String
    ) throws(RegistryError) -> ProductionPointer {
        if case .promotionRefused = fault { throw RegistryError(.conflict, "another promotion came first") }
        return try store.promote(
            modelID, of: name, expectedGeneration: expectedGeneration, actor: actor, reason: reason)
    }

    func headVersion() throws(RegistryError) -> Int64 { try store.headVersion() }
    func changeHint() throws(RegistryError) -> Int64 { try store.changeHint() }
    func productionSnapshot() throws(RegistryError) -> ProductionSnapshot { try store.productionSnapshot() }
    func productionPointer(of name: ModelName) throws(RegistryError) -> ProductionPointer? {
        try store.productionPointer(of: name)
    }
    func registeredModels() throws(RegistryError) -> [RegisteredModel] { try store.registeredModels() }
    func modelData(of modelID: ModelID, byteCountMax: Int) throws(RegistryError) -> [UInt8]? {
        try store.modelData(of: modelID, byteCountMax: byteCountMax)
    }

    func versions(of name: ModelName?, limit: Int) throws(RegistryError) -> [ModelVersion] {
        try store.versions(of: name, limit: limit)
    }
    func events(after head: Int64, limit: Int) throws(RegistryError) -> [RegistryEvent] {
        try store.events(after: head, limit: limit)
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
