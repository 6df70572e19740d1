package import HearthArtifacts
package import HearthCore
package import HearthKernels
import HearthModel
package import HearthRegistry
package import Logging

/// Reads a version's `model.hearth` into a servable: open, place, check, run the golden vectors.
///
/// The golden vectors are rows whose outputs were stored when the version was published: a servable that does not give
/// them back bit for bit is not served. Scoring them also warms the model's memory.
///
/// A version whose files are damaged is moved to the quarantine of the model directory, so that nobody loads it again
/// (C4). It is read a second time first: a bad read is not a bad file. Errors that may pass (the system's, a missing
/// file, permissions) and files that are whole but not for this machine never lead there.
///
/// A version whose `model_path` names a file of another library is converted: `ArtifactLoader+Originals.swift`. One
/// that is not on this machine is fetched first: `ArtifactLoader+Fetching.swift`.
package struct ArtifactLoader: Sendable {
    let directory: ModelDirectory
    /// Where versions come from that the directory lacks; nil for nowhere.
    let remote: (any ArtifactStore)?
    let logger: Logger

    package init(directory: ModelDirectory, remote: (any ArtifactStore)? = nil, logger: Logger) {
        self.directory = directory
        self.remote = remote
        self.logger = logger
    }

    /// Loads one version; call it on a loader thread.
    ///
    /// - Throws: DATA_LOSS for a damaged version or one that fails its golden vectors, NOT_FOUND for a missing one,
    ///   RESOURCE_EXHAUSTED for one beyond the size limit, FAILED_PRECONDITION for one that must not or cannot be read
    ///   here, UNAVAILABLE for what may pass.
    package func load(_ version: ModelVersion) throws(CallFailure) -> Servable {
        let began = MonotonicTime.now()
        if isRemote(version) { try fetch(version) }
        if let original = try original(of: version) { return try load(version, from: original, began: began) }
        let opened: OpenedVersion
        do { opened = try read(version) } catch { throw refusal(version.modelID, error) }
        guard version.manifestDigest.isEmpty || version.manifestDigest == "\(opened.manifestDigest)" else {
            throw CallFailure(
                .dataLoss,
                "version '\(version.modelID)' is not the one that was registered: its manifest has SHA-256 "
                    + "\(opened.manifestDigest), the registry says \(version.manifestDigest); restore it from a "
                    + "backup or publish the model again")
        }
        let model = try Self.check(opened.artifact, subject: version.modelID.text)
        return Servable(
            name: version.name, modelID: version.modelID, model: model, mappedByteCount: opened.artifact.byteCount,
            loadMilliseconds: Double(MonotonicTime.now() - began) / 1e6, source: .file)
    }

    /// Builds a model over a mapped artifact and holds it against its golden vectors. Throws DATA_LOSS when it differs.
    package static func check(
        _ artifact: MappedArtifact, subject: String
    ) throws(CallFailure) -> ServableModel {
        let model: ServableModel
        do throws(ModelError) {
            model = unsafe try ServableModel(section: { unsafe artifact.section($0) }, owner: artifact)
            unsafe try GoldenCheck.verify(model, artifact.section(.golden))
        } catch {
            throw CallFailure(.dataLoss, "version '\(subject)' is damaged or of another make: \(error)")
        }
        return model
    }

    /// Reads a version, twice if the first time finds it damaged.
    private func read(_ version: ModelVersion) throws(ArtifactError) -> OpenedVersion {
        do {
            return try directory.open(version.modelID)
        } catch {
            guard Self.isDamage(error.code) else { throw error }
            let opened = try directory.open(version.modelID)
            logger.warning(
                "version read well the second time; check the disk and the memory of this machine",
                metadata: ["model_id": "\(version.modelID)", "error": "\(error)"])
            return opened
        }
    }

    /// The status of a version that cannot be read; a damaged one is set aside.
    private func refusal(_ modelID: ModelID, _ error: ArtifactError) -> CallFailure {
        var failure = CallFailure(Self.status(error.code), error.description)
        guard Self.isDamage(error.code) else { return failure }
        do {
            let place = try directory.quarantine(modelID, reason: error.description)
            failure.message += "; it was set aside in \(place)"
            logger.error(
                "damaged version quarantined",
                metadata: ["model_id": "\(modelID)", "place": "\(place)", "error": "\(error)"])
        } catch let refused {
            logger.error(
                "damaged version cannot be quarantined",
                metadata: ["model_id": "\(modelID)", "error": "\(error)", "refused": "\(refused)"])
        }
        return failure
    }

    /// Whether the bytes are not those that were published.
    private static func isDamage(_ code: ArtifactError.Code) -> Bool {
        switch code {
        case .digestMismatch, .corrupt, .truncated, .notAnArtifact, .invalidManifest: true
        case .notFound, .alreadyExists, .incomplete, .unsupportedVersion, .invalidName, .tooLarge, .quotaExceeded,
            .pathTraversal, .permissionDenied, .diskFull, .verificationFailed, .commitFailed, .commitUncertain,
            .unavailable,
            .system, .refused, .unsupported, .overBudget, .unexpectedContent:
            false
        }
    }

    static func status(_ code: ArtifactError.Code) -> StatusCode {
        switch code {
        case .notFound, .incomplete: .notFound
        case .permissionDenied, .pathTraversal, .invalidName, .unsupportedVersion, .refused, .unsupported,
            .unexpectedContent:
            .failedPrecondition
        case .tooLarge, .quotaExceeded, .diskFull, .overBudget: .resourceExhausted
        case .digestMismatch, .corrupt, .truncated, .notAnArtifact, .invalidManifest: .dataLoss
        case .system, .unavailable: .unavailable
        // Codes of publishing, which reading does not throw.
        case .alreadyExists, .verificationFailed, .commitFailed, .commitUncertain: .internalError
        }
    }
}
