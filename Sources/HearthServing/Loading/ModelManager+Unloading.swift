package import HearthCore
import HearthRegistry
import Logging
import Synchronization

/// Taking a model out of memory by hand.
extension ModelManager {
    /// Takes all versions of a registered model out of memory and refuses calls to it until it is reloaded.
    ///
    /// Reconciling does not bring it back, nor does a promotion; ``reconcile(isForced:only:)`` with `isForced` does. It
    /// is remembered in memory alone: a restarted server loads the model as any other. Unloading it twice is no error.
    ///
    /// - Throws: NOT_FOUND for a name that has no version in production or in memory, UNAVAILABLE while the registry
    ///   could not be read yet.
    package func unload(_ name: ModelName) throws(CallFailure) {
        // Not between the reading of the registry and what is done about it: a reload that has begun ends first.
        let outcome = reconciling.withLock { _ -> Result<Void, CallFailure> in
            let pointer = self.pointer(of: name)
            guard pointer != nil || isInMemory(name) || cache.isUnloaded(name) else {
                return .failure(absence(of: name))
            }
            let change = cache.unload(name)
            settle(change)
            guard change.outcome == .made else { return .success(()) }
            logger.notice(
                "model unloaded by hand", metadata: ["model": "\(name)", "versions": "\(change.removed.count)"])
            // Also news when it was not in memory: calls would have loaded it.
            if let pointer, !change.removed.contains(where: { $0.modelID == pointer.modelID }) {
                publish(ModelEvent(kind: .unloaded, name: name, modelID: pointer.modelID))
            }
            return .success(())
        }
        try outcome.get()
    }

    /// Whether an admin unloaded the model, so that calls to it are refused.
    package func isUnloaded(_ name: ModelName) -> Bool { cache.isUnloaded(name) }

    private func isInMemory(_ name: ModelName) -> Bool {
        cache.contents.contains { $0.servable.name == name }
    }

    /// What calls to an unloaded model are told.
    package static func unloadedFailure(_ name: ModelName) -> CallFailure {
        CallFailure(
            .unavailable,
            "model '\(name)' was unloaded by an admin; load it again with 'hearth reload \(name)' or "
                + "RepositoryModelLoad")
    }

    /// Why there is no production version of a name.
    package func absence(of name: ModelName) -> CallFailure {
        isLevel ? Self.unknownFailure(name) : Self.notReadFailure
    }

    static func unknownFailure(_ name: ModelName) -> CallFailure {
        CallFailure(
            .notFound,
            "no production version of '\(name)': promote one with 'hearth models promote', or see "
                + "'hearth models list'")
    }

    static var notReadFailure: CallFailure {
        CallFailure(.unavailable, "the registry could not be read yet, the server tries on; try again later")
    }
}
