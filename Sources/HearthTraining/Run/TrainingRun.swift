package import HearthArtifacts
package import HearthCore
package import HearthRegistry
import HearthModel

/// One training from a file to the registry: train, measure, publish, register, promote if asked.
///
/// What is not finished is not visible: a version is in the registry only when its files are complete, on the disk,
/// and have been read back and checked bit for bit. A training that fails for its data leaves a row with status
/// `failed` and the reason (C17); one that was asked for wrongly leaves nothing. Calls block.
package struct TrainingRun: Sendable {
    private let request: TrainingRequest
    private let publisher: VersionPublisher
    private let clock: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - remote: where the version is pushed before it is registered; nil for nowhere.
    ///   - actor: who the registry's events name.
    ///   - isCompressed: whether the model lies on the disk compressed by gzip.
    ///   - clock: the wall clock, unless a test holds it still.
    package init(
        _ request: TrainingRequest, directory: ModelDirectory, registry: any RegistryStore,
        remote: (any ArtifactStore)? = nil, actor: String, isCompressed: Bool = false,
        clock: @escaping @Sendable () -> Timestamp = { .now() }
    ) {
        self.request = request
        publisher = VersionPublisher(
            directory: directory, registry: registry, remote: remote, actor: actor, isCompressed: isCompressed)
        self.clock = clock
    }

    /// The version of the steps from a row to a score, in `meta.json` (R133).
    package static let pipelineVersion = "1"

    /// Throws ``TrainingError``.
    package func run(promote: Bool) throws(TrainingError) -> TrainingReport {
        let start = ContinuousClock.now
        let createdAt = clock()
        let modelID = try VersionPublisher.makeModelID(parts: request.modelIDParts, at: createdAt)
        let model: TrainedModel
        do throws(TrainingError) {
            model = try Trainer(request).train()
        } catch {
            throw publisher.remember(
                error, modelID, request.name, request.key, parameters: request.algorithm.parameters, at: createdAt,
                after: start.duration(to: .now))
        }
        let confusion = model.evaluation?.confusion
        let published = try publisher.publish(
            VersionPublisher.Draft(
                modelID: modelID, name: request.name, key: request.key, createdAt: createdAt, status: .success,
                trainedWith: Manifest.Library(name: "hearth", version: Self.pipelineVersion),
                signature: model.definition.signature, sections: model.sections, metadata: metadata(of: model),
                accuracy: confusion?.accuracy, precision: confusion?.precision, recall: confusion?.recall))
        let pointer = promote ? try publisher.promote(modelID, of: request.name) : nil
        return TrainingReport(
            modelID: modelID, name: request.name, model: model, path: "\(publisher.directory.path)/\(published.path)",
            sizeBytes: Int64(published.byteCount), status: promote ? .production : .success, pointer: pointer)
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
}
