package import HearthArtifacts
package import HearthCore
import HearthMarket
import HearthModel
package import HearthRegistry

/// One training from a file of bars to the registry: train, measure on the test window, publish, register, promote if
/// asked. What `hearth-trainer train gradient-boosting` and a schedule call.
///
/// What is not finished is not visible: a version is in the registry only when its files are complete, on the disk, and
/// have been read back and checked bit for bit. A training that fails for its data leaves a row with status `failed`
/// and the reason (C17); one that was asked for wrongly, or was stopped, leaves nothing. Calls block.
package struct BarsTrainingRun: Sendable {
    private let request: BarsTrainingRequest
    private let publisher: VersionPublisher
    private let clock: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - remote: where the version is pushed before it is registered; nil for nowhere.
    ///   - actor: who the registry's events name.
    ///   - isCompressed: whether the model lies on the disk compressed by gzip.
    ///   - clock: the wall clock, unless a test holds it still.
    package init(
        _ request: BarsTrainingRequest, directory: ModelDirectory, registry: any RegistryStore,
        remote: (any ArtifactStore)? = nil, actor: String, isCompressed: Bool = false,
        clock: @escaping @Sendable () -> Timestamp = { .now() }
    ) {
        self.request = request
        publisher = VersionPublisher(
            directory: directory, registry: registry, remote: remote, actor: actor, isCompressed: isCompressed)
        self.clock = clock
    }

    /// - Parameters:
    ///   - promote: whether the version goes into production at once.
    ///   - control: can stop it between rounds; nothing is published then.
    /// - Throws: ``TrainingError``; `.stopped` when `control` asked for it.
    package func run(
        promote: Bool = false, control: TrainingControl = TrainingControl()
    ) throws(TrainingError) -> BarsTrainingReport {
        let start = ContinuousClock.now
        let createdAt = clock()
        let (name, key) = (try request.name(), request.key)
        let modelID = try VersionPublisher.makeModelID(
            parts: [request.symbol, request.timeframe.description, key.modelType], at: createdAt)
        let model: TrainedBarsModel
        do throws(TrainingError) {
            model = try BarsTrainer(request, control: control).train()
            try control.pass(TrainingProgress(.publishing))
        } catch {
            throw publisher.remember(
                error, modelID, name, key, parameters: request.parameters, at: createdAt,
                after: start.duration(to: .now))
        }
        let classification = model.test.classification
        let published = try publisher.publish(
            VersionPublisher.Draft(
                modelID: modelID, name: name, key: key, createdAt: createdAt, status: request.status,
                trainedWith: model.fitted.library, signature: model.fitted.definition.signature,
                sections: model.sections, metadata: try metadata(of: model),
                featureImportancesCSV: ImportanceTable.csv(names, model.fitted.importances),
                others: model.fitted.original.map { [$0] } ?? [], accuracy: classification.accuracy,
                precision: classification.classes[1].precision, recall: classification.classes[1].recall))
        let pointer = promote ? try publisher.promote(modelID, of: name) : nil
        return BarsTrainingReport(
            modelID: modelID, name: name, model: model, path: "\(publisher.directory.path)/\(published.path)",
            sizeBytes: Int64(published.byteCount), status: promote ? .production : request.status, pointer: pointer)
    }

    private var names: [String] { request.schema.columnNames }

    /// What `meta.json` and the registry say (R130, R133): the card that the live engine reads, what was asked for, and
    /// what came of it.
    private func metadata(of model: TrainedBarsModel) throws(TrainingError) -> ModelMetadata {
        let card = try market { () throws(MarketError) in try model.card.parameters() }
        let parameters = [request.parameters, model.fitted.facts, model.windowParameters, card].reduce([:]) {
            $0.merging($1) { _, later in later }
        }
        return ModelMetadata(
            featureColumns: names, labelConfig: request.label.json, pipelineVersion: TrainingRun.pipelineVersion,
            metrics: model.metrics, featureImportance: ImportanceTable.members(names, model.fitted.importances),
            parameters: parameters)
    }
}
