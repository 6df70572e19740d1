package import HearthArtifacts
package import HearthCore
package import HearthRegistry
import HearthModel
import HearthServing

/// One training from a file to the registry: train, measure, publish, register, promote if asked.
///
/// What is not finished is not visible: a version is in the registry only when its files are complete, on the disk,
/// and have been read back and checked bit for bit. A training that fails for its data leaves a row with status
/// `failed` and the reason (C17); one that was asked for wrongly leaves nothing. Calls block.
package struct TrainingRun: Sendable {
    private let request: TrainingRequest
    private let directory: ModelDirectory
    private let registry: any RegistryStore
    /// Where the version is pushed before it is registered; nil for nowhere.
    private let remote: (any ArtifactStore)?
    /// Who the registry's events name.
    private let actor: String
    private let isCompressed: Bool
    private let clock: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - isCompressed: whether the model lies on the disk compressed by gzip.
    ///   - clock: the wall clock, unless a test holds it still.
    package init(
        _ request: TrainingRequest, directory: ModelDirectory, registry: any RegistryStore,
        remote: (any ArtifactStore)? = nil, actor: String, isCompressed: Bool = false,
        clock: @escaping @Sendable () -> Timestamp = { .now() }
    ) {
        self.request = request
        self.directory = directory
        self.registry = registry
        self.remote = remote
        self.actor = actor
        self.isCompressed = isCompressed
        self.clock = clock
    }

    /// The version of the steps from a row to a score, in `meta.json` (R133).
    package static let pipelineVersion = "1"

    /// Throws ``TrainingError``.
    package func run(promote: Bool) throws(TrainingError) -> TrainingReport {
        let start = ContinuousClock.now
        let createdAt = clock()
        let modelID = try makeModelID(at: createdAt)
        let model: TrainedModel
        do throws(TrainingError) {
            model = try Trainer(request).train()
        } catch {
            throw remember(error, modelID, at: createdAt, after: start.duration(to: .now))
        }
        let metadata = metadata(of: model)
        let published: PublishedVersion
        do throws(ArtifactError) {
            published = try directory.publish(
                newVersion(model, modelID, metadata, createdAt: createdAt), to: remote,
                // As a server will load it.
                verify: { artifact in _ = try ArtifactLoader.check(artifact, subject: modelID.text) },
                commit: { published in
                    try register(published, of: model, parameters: metadata.parameters, createdAt: createdAt)
                })
        } catch {
            throw TrainingError(
                error.code == .verificationFailed ? .verificationFailed : .publishFailed,
                "the trained model was not published: \(error)", cause: error)
        }
        let pointer = promote ? try self.promote(modelID) : nil
        return TrainingReport(
            modelID: modelID, name: request.name, model: model, path: "\(directory.path)/\(published.path)",
            sizeBytes: Int64(published.byteCount), status: promote ? .production : .success, pointer: pointer)
    }

    private func makeModelID(at time: Timestamp) throws(TrainingError) -> ModelID {
        var randomness = SystemRandomNumberGenerator()
        do throws(NameError) {
            return try ModelID.make(parts: request.modelIDParts, at: time, randomness: &randomness)
        } catch {
            throw TrainingError(
                .badParameter, error.description, hint: "choose a shorter or plainer series", cause: error)
        }
    }

    private func newVersion(
        _ model: TrainedModel, _ modelID: ModelID, _ metadata: ModelMetadata, createdAt: Timestamp
    ) -> NewVersion {
        let signature = model.definition.signature
        let key = request.key
        return NewVersion(
            modelID: modelID, name: request.name,
            key: Manifest.Key(
                modelType: key.modelType, metricType: key.metricType, symbol: key.symbol, timeframe: key.timeframe),
            createdAt: createdAt, trainedWith: Manifest.Library(name: "hearth", version: Self.pipelineVersion),
            schema: Manifest.Schema(
                columns: signature.columnNames, columnCount: signature.columnCount, window: signature.window),
            files: VersionFiles(
                model: model.sections, metadata: metadata, metricsCSV: MetricsCSV.text(model.metrics),
                isCompressed: isCompressed))
    }

    /// What `meta.json` says (R130, R133).
    ///
    /// No path and no row of the data: model files hold nothing sensitive (R66).
    private func metadata(of model: TrainedModel) -> ModelMetadata {
        let signature = model.definition.signature
        var parameters = request.algorithm.parameters
        parameters["window"] = .integer(Int64(signature.window))
        parameters["test_fraction"] = .number(request.split.heldOutFraction)
        parameters["split"] = .string(request.split.order == .chronological ? "chronological" : "random")
        parameters["train_on"] = .string(request.trainOn.rawValue)
        parameters["event_tolerance"] = .integer(Int64(request.eventTolerance))
        return ModelMetadata(
            featureColumns: signature.columnNames,
            labelConfig: request.selection.label.map { .object(["column": .string($0), "anomaly": .integer(1)]) }
                ?? .null,
            pipelineVersion: Self.pipelineVersion, metrics: model.metrics, parameters: parameters)
    }

    /// Registers the version: the registry's part of publishing.
    private func register(
        _ published: PublishedVersion, of model: TrainedModel, parameters: [String: JSONValue], createdAt: Timestamp
    ) throws {
        let confusion = model.evaluation?.confusion
        let version = ModelVersion(
            modelID: published.modelID, name: request.name, key: request.key, status: .success, path: published.path,
            sizeBytes: Int64(published.byteCount), manifestDigest: "\(published.manifestDigest)",
            parametersJSON: try CompactJSON.text(parameters), metricsJSON: try CompactJSON.text(model.metrics),
            accuracy: confusion?.accuracy, precision: confusion?.precision, recall: confusion?.recall,
            trainingDate: createdAt, createdAt: createdAt)
        try registry.commit(version, actor: actor)
    }

    private func promote(_ modelID: ModelID) throws(TrainingError) -> ProductionPointer {
        do throws(RegistryError) {
            let pointer = try registry.promote(
                modelID, of: request.name, expectedGeneration: nil, actor: actor, reason: "trained with promotion")
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
    private func remember(
        _ error: TrainingError, _ modelID: ModelID, at time: Timestamp, after duration: Duration
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
                of: modelID, name: request.name, key: request.key, error: error.description,
                parametersJSON: try CompactJSON.text(request.algorithm.parameters), duration: duration, at: time,
                actor: actor)
            return error
        } catch let registryError {
            var both = error
            both.hint += (both.hint.isEmpty ? "" : "; ") + "and the registry did not take the failure: \(registryError)"
            return both
        }
    }
}
