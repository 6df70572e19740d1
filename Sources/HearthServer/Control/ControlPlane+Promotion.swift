import HearthCore
import HearthLifecycle
import HearthRegistry
import HearthServing
import HearthWire
import Logging
import Synchronization

/// The calls of `hearth.v1.Models` that change what is in production.
extension ControlPlane {
    func promote(_ request: PromoteRequest, _ peer: Peer) throws(CallFailure) -> PointerResponse {
        let name = try modelName(request.modelName)
        let modelID = try id(request.modelVersion)
        // A version that this server cannot load is not promoted: it is tried first.
        let servable = try manager.load(modelID)
        let reason = try checkGates(servable, name, request)
        let expected = request.expectedGeneration == 0 ? nil : Int64(clamping: request.expectedGeneration)
        let pointer = try registry { () throws(RegistryError) in
            try store.promote(
                modelID, of: name, expectedGeneration: expected, actor: "uid \(peer.uid)", reason: reason)
        }
        logger.notice(
            "model promoted",
            metadata: [
                "model": "\(name)", "model_id": "\(modelID)", "generation": "\(pointer.generation)",
                "uid": "\(peer.uid)",
                "pid": "\(peer.pid)",
            ])
        return try takeOver(pointer)
    }

    func rollback(_ request: RollbackRequest, _ peer: Peer) throws(CallFailure) -> PointerResponse {
        let name = try modelName(request.modelName)
        // As with a promotion: what cannot be loaded does not come into production.
        let before = try registry { () throws(RegistryError) in try store.productionPointer(of: name) }
        if let previous = before?.previousModelID { _ = try manager.load(previous) }
        let expected = request.expectedGeneration == 0 ? nil : Int64(clamping: request.expectedGeneration)
        let pointer = try registry { () throws(RegistryError) in
            try store.rollback(name, expectedGeneration: expected, actor: "uid \(peer.uid)", reason: request.reason)
        }
        logger.notice(
            "model rolled back",
            metadata: [
                "model": "\(name)", "model_id": "\(pointer.modelID)", "generation": "\(pointer.generation)",
                "uid": "\(peer.uid)", "pid": "\(peer.pid)",
            ])
        return try takeOver(pointer)
    }

    /// Serves a new pointer before its reply goes out, so that who promoted sees the new version in the next call.
    private func takeOver(_ pointer: ProductionPointer) throws(CallFailure) -> PointerResponse {
        isIndexDue.store(true, ordering: .relaxed)
        let (headVersion, failures) = try registry { () throws(RegistryError) in try manager.reconcile() }
        if let failure = failures[pointer.modelID] {
            let message =
                "'\(pointer.modelID)' is in production in the registry, but was not loaded here, and what answered "
                + "before still does: \(failure.message)"
            throw CallFailure(failure.code, message)
        }
        var reply = PointerResponse()
        reply.modelName = pointer.name.text
        reply.modelVersion = pointer.modelID.text
        reply.previousModelVersion = pointer.previousModelID?.text ?? ""
        reply.generation = UInt64(clamping: pointer.generation)
        reply.headVersion = headVersion
        reply.changedAtMicroseconds = pointer.changedAt.microseconds
        return reply
    }

    /// Writes `registry_index.csv` after a change, when its caller has the reply (R134).
    func writeIndexIfDue() {
        guard isIndexDue.exchange(false, ordering: .relaxed) else { return }
        guard let warning = RegistryIndex.refresh(store: store, directory: directory) else { return }
        logger.warning("the registry's index is out of date", metadata: ["error": "\(warning)"])
    }
}
