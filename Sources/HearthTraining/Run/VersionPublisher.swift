import HearthArtifacts
import HearthCore
import HearthModel
import HearthRegistry
import HearthServing

/// The end of every training: files, check, registration, promotion, or the row of one that failed (C17).
struct VersionPublisher: Sendable {
    let directory: ModelDirectory
    let registry: any RegistryStore
    /// Where the version is pushed before it is registered; nil for nowhere.
    let remote: (any ArtifactStore)?
    /// Who the registry's events name.
    let actor: String
    /// Whether the model lies on the disk compressed by gzip.
    let isCompressed: Bool

    /// A trained model with everything that is said about it.
    struct Draft {
        var modelID: ModelID
        var name: ModelName
        var key: ModelKey
        var createdAt: Timestamp
        var status: VersionStatus
        var trainedWith: Manifest.Library
        var signature: InputSignature
        /// With golden vectors.
        var sections: [ModelSection]
        var metadata: ModelMetadata
        var featureImportancesCSV: [UInt8]?
        var others: [VersionFile] = []
        /// The registry's own columns; nil for unknown.
        var accuracy: Double?
        var precision: Double?
        var recall: Double?
    }

    /// A new id of the given parts.
    ///
    /// Throws ``TrainingError`` when they give no name.
    static func makeModelID(parts: [String], at time: Timestamp) throws(TrainingError) -> ModelID {
        var randomness = SystemRandomNumberGenerator()
        do throws(NameError) {
            return try ModelID.make(parts: parts, at: time, randomness: &randomness)
        } catch {
            throw TrainingError(
                .badParameter, error.description, hint: "choose a shorter or plainer series", cause: error)
        }
    }

    /// Writes, reads back as a server will load it, and registers. Throws ``TrainingError``; nothing is visible then.
    func publish(_ draft: Draft) throws(TrainingError) -> PublishedVersion {
        let modelID = draft.modelID
        let version = NewVersion(
            modelID: modelID, name: draft.name,
            key: Manifest.Key(
                modelType: draft.key.modelType, metricType: draft.key.metricType, symbol: draft.key.symbol,
                timeframe: draft.key.timeframe),
            createdAt: draft.createdAt, trainedWith: draft.trainedWith,
            schema: Manifest.Schema(
                columns: draft.signature.columnNames, columnCount: draft.signature.columnCount,
                window: draft.signature.window),
            files: VersionFiles(
                model: draft.sections, metadata: draft.metadata, metricsCSV: MetricsCSV.text(draft.metadata.metrics),
                featureImportancesCSV: draft.featureImportancesCSV, others: draft.others, isCompressed: isCompressed))
        do throws(ArtifactError) {
            return try directory.publish(
                version, to: remote,
                verify: { artifact in _ = try ArtifactLoader.check(artifact, subject: modelID.text) },
                commit: { published in try register(published, draft) })
        } catch {
            throw TrainingError(
                error.code == .verificationFailed ? .verificationFailed : .publishFailed,
                "the trained model was not published: \(error)", cause: error)
        }
    }

    /// The registry's part of publishing.
    private func register(_ published: PublishedVersion, _ draft: Draft) throws {
        let version = ModelVersion(
            modelID: published.modelID, name: draft.name, key: draft.key, status: draft.status, path: published.path,
            sizeBytes: Int64(published.byteCount), manifestDigest: "\(published.manifestDigest)",
            parametersJSON: try CompactJSON.text(draft.metadata.parameters),
            metricsJSON: try CompactJSON.text(draft.metadata.metrics), accuracy: draft.accuracy,
            precision: draft.precision, recall: draft.recall, trainingDate: draft.createdAt,
            createdAt: draft.createdAt)
        try registry.commit(version, actor: actor)
    }

    /// Throws ``TrainingError``; the version stays registered.
    func promote(_ modelID: ModelID, of name: ModelName) throws(TrainingError) -> ProductionPointer {
        do throws(RegistryError) {
            let pointer = try registry.promote(
                modelID, of: name, expectedGeneration: nil, actor: actor, reason: "trained with promotion")
            // A hint for servers, which look for themselves every two seconds.
            try? directory.announceChange()
            return pointer
        } catch {
            throw TrainingError(
                .registryFailed, "\(modelID) is trained and registered but was not promoted: \(error)",
                hint: "promote it with 'hearth models promote'", cause: error)
        }
    }

    /// Keeps a row of a training that failed for its data; returns the error to throw.
    ///
    /// One that was asked for wrongly, or was stopped, leaves nothing.
    func remember(
        _ error: TrainingError, _ modelID: ModelID, _ name: ModelName, _ key: ModelKey,
        parameters: [String: JSONValue], at time: Timestamp, after duration: Duration
    ) -> TrainingError {
        switch error.code {
        case .badParameter, .noSuchColumn, .unreadableFile, .stopped:
            return error
        case .badTable, .badValue, .unusableData, .learnerFailed, .verificationFailed, .unwritableFile, .publishFailed,
            .registryFailed:
            break
        }
        do {
            try registry.recordFailure(
                of: modelID, name: name, key: key, error: error.description,
                parametersJSON: try CompactJSON.text(parameters), duration: duration, at: time, actor: actor)
            return error
        } catch let registryError {
            var both = error
            both.hint += (both.hint.isEmpty ? "" : "; ") + "and the registry did not take the failure: \(registryError)"
            return both
        }
    }
}
