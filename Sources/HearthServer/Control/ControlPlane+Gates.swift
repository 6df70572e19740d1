import HearthCore
import HearthKernels
import HearthLifecycle
import HearthModel
import HearthRegistry
import HearthServing
import HearthWire
import Logging

/// The gates before production.
extension ControlPlane {
    /// Holds a version that loads against the gates. Returns the reason for the events: that of the request, and what
    /// was passed over.
    ///
    /// Throws FAILED_PRECONDITION with every gate that fails, unless the request says to pass over them.
    func checkGates(
        _ servable: Servable, _ name: ModelName, _ request: PromoteRequest
    ) throws(CallFailure) -> String {
        let candidate = try subject(servable.modelID, servable, isChecked: true)
        // What is in production already, or of another name, is for the registry to say.
        guard candidate.version.status != .production, candidate.version.name == name else { return request.reason }
        let failed = gates.verdicts(on: candidate, production: production(of: name)).filter { $0.outcome == .failed }
        guard !failed.isEmpty else { return request.reason }
        let text = failed.map { "\($0.gate): \($0.detail)" }.joined(separator: "; ")
        guard request.force else {
            throw CallFailure(
                .failedPrecondition,
                "version '\(servable.modelID)' does not pass the gates of '\(name)': \(text); promote a version that "
                    + "does, or this one with --force and a --reason")
        }
        guard !request.reason.isEmpty else {
            throw CallFailure(.invalidArgument, "a promotion by force has no reason: say why, for the record")
        }
        logger.warning(
            "promoted by force", metadata: ["model_id": "\(servable.modelID)", "gates": "\(text)"])
        let reason = "\(request.reason) (by force; \(text))"
        return ByteTextCut.cut(reason, byteCountMax: RegistryLimits.reasonByteCountMax)
    }

    /// What is in production; nil for nothing, and for what cannot be read any more.
    private func production(of name: ModelName) -> PromotionGates.Subject? {
        guard let modelID = manager.pointer(of: name)?.modelID else { return nil }
        do throws(CallFailure) {
            return try subject(modelID, try manager.load(modelID), isChecked: false)
        } catch {
            logger.warning(
                "the production version cannot be compared with",
                metadata: ["model_id": "\(modelID)", "error": "\(error)"])
            return nil
        }
    }

    private func subject(
        _ modelID: ModelID, _ servable: Servable, isChecked: Bool
    ) throws(CallFailure) -> PromotionGates.Subject {
        let version = try registry { () throws(RegistryError) in try store.version(modelID) }
        guard let version else {
            throw CallFailure(.notFound, "no version '\(modelID)' in the registry; see 'hearth models list'")
        }
        let signature = servable.model.signature
        return PromotionGates.Subject(
            version: version, columns: signature.columnNames, columnCount: signature.columnCount,
            window: signature.window, outputs: servable.model.outputs.map(\.name),
            problems: isChecked ? validator.validate(version).problems : [])
    }
}

private enum ByteTextCut {
    /// The start of a text, in whole characters.
    static func cut(_ text: String, byteCountMax: Int) -> String {
        var text = text
        while text.utf8.count > byteCountMax { text.removeLast() }
        return text
    }
}
