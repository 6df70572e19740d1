import Dispatch
import HearthCore
import HearthRegistry
import HearthTestSupport
import Synchronization

/// A registry whose answers about versions can be held up: for calls that wait for a load as long as a test wants.
final class GatedStore: ForwardingStore {
    let store: any RegistryStore
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

    func registeredModels() throws(RegistryError) -> [RegisteredModel] {
        try check()
        return try store.registeredModels()
    }

    func versions(of name: ModelName?, limit: Int) throws(RegistryError) -> [ModelVersion] {
        try check()
        return try store.versions(of: name, limit: limit)
    }
}
