import HearthCore
import HearthRegistry
import HearthServing
import HearthWire
import Synchronization

/// What several calls of the control plane need.
extension ControlPlane {
    /// What is in memory, and what should be in production but is not.
    func served(_ name: ModelName?) -> [ServedModelMessage] {
        var messages: [ServedModelMessage] = []
        var inMemory: Set<ModelID> = []
        for (servable, generation, isPinned) in manager.cache.contents where name == nil || servable.name == name {
            inMemory.insert(servable.modelID)
            var message = ServedModelMessage()
            message.modelName = servable.name.text
            message.modelVersion = servable.modelID.text
            message.generation = generation ?? 0
            message.isProduction = generation != nil
            message.isPinned = isPinned
            message.state = "AVAILABLE"
            message.mappedBytes = UInt64(clamping: servable.mappedByteCount)
            message.calls = servable.calls.load(ordering: .relaxed)
            message.loadMilliseconds = servable.loadMilliseconds
            messages.append(message)
        }
        for pointer in manager.pointers
        where (name == nil || pointer.name == name) && !inMemory.contains(pointer.modelID) {
            var message = ServedModelMessage()
            message.modelName = pointer.name.text
            message.modelVersion = pointer.modelID.text
            (message.state, message.error) = manager.loadState(of: pointer.modelID)
            messages.append(message)
        }
        return messages.sorted { ($0.modelName, $0.modelVersion) < ($1.modelName, $1.modelVersion) }
    }

    func modelName(_ text: String) throws(CallFailure) -> ModelName {
        do { return try ModelName(text) } catch { throw CallFailure(.invalidArgument, error.description) }
    }

    func id(_ text: String) throws(CallFailure) -> ModelID {
        do { return try ModelID(text) } catch { throw CallFailure(.invalidArgument, error.description) }
    }

    func registry<Result>(
        _ body: () throws(RegistryError) -> Result
    ) throws(CallFailure) -> Result {
        do { return try body() } catch { throw CallFailure(error) }
    }
}

extension CallFailure {
    /// What a caller is told of an error of the registry.
    init(_ error: RegistryError) {
        let code: StatusCode =
            switch error.code {
            case .notFound: .notFound
            case .conflict: .aborted
            case .refused: .failedPrecondition
            case .unavailable: .unavailable
            case .corrupt: .dataLoss
            }
        self.init(code, error.description)
    }
}
