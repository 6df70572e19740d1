package import HearthCore
import HearthRegistry
import Synchronization

/// Whether calls to a model would be answered, as far as memory knows: nothing here waits for I/O.
extension ModelManager {
    /// What stands between a model and an answer.
    package enum Readiness: Equatable, Sendable {
        /// It is in memory.
        case inMemory
        /// A loader is at work on it; calls wait for that.
        case loading
        /// It is loaded when somebody asks for it.
        case onDemand
        /// The last load failed.
        case failed(CallFailure)
        /// An admin unloaded it.
        case unloaded
        /// Memory knows nothing of it.
        case unknown

        /// Whether a call now would be answered, be it after a load.
        package var isReady: Bool {
            switch self {
            case .inMemory, .loading, .onDemand: true
            case .failed, .unloaded, .unknown: false
            }
        }
    }

    /// Whether the registry is known to have a production version of a name.
    package func hasProduction(_ name: String) -> Bool {
        (try? ModelName(name)).map { pointer(of: $0) != nil } ?? false
    }

    /// The readiness of what answers for a name. A model whose new version failed to load is ready as long as the one
    /// before answers.
    package func readiness(of name: ModelName) -> Readiness {
        guard !cache.isUnloaded(name) else { return .unloaded }
        guard let pointer = pointer(of: name) else { return .unknown }
        guard cache.production(of: name) == nil else { return .inMemory }
        return loadReadiness(of: pointer.modelID)
    }

    /// The readiness of one version of a name; `unknown` for one that only the registry can tell of.
    package func readiness(of modelID: ModelID, of name: ModelName) -> Readiness {
        guard !cache.isUnloaded(name) else { return .unloaded }
        if let servable = cache.servable(modelID) { return servable.name == name ? .inMemory : .unknown }
        guard let pointer = pointer(of: name), pointer.modelID == modelID || pointer.previousModelID == modelID else {
            return .unknown
        }
        return loadReadiness(of: modelID)
    }

    /// How far the loading of a version is that the registry is known to have.
    package func loadReadiness(of modelID: ModelID) -> Readiness {
        guard cache.servable(modelID) == nil else { return .inMemory }
        return state.withLock { state in
            guard let machine = state.versions[modelID]?.machine else { return .onDemand }
            if let failure = machine.lastFailure { return .failed(failure) }
            return machine.isLoading ? .loading : .onDemand
        }
    }

    /// Whether the registry has been read, so that it is known what is to be served.
    package var isLevel: Bool { headVersion >= 0 }

    /// Whether it is known what is to be served: from the registry, or from the last known good set.
    package var canServe: Bool { state.withLock { $0.headVersion >= 0 || $0.isFromLastKnownGood } }
}
