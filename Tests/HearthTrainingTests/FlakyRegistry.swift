import HearthCore
import HearthRegistry
import HearthTestSupport

/// A registry whose connection breaks at a chosen moment: for what a trainer does when it cannot know the outcome.
struct FlakyRegistry: ForwardingStore {
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
}
