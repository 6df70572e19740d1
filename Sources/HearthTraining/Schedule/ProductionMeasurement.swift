import HearthArtifacts
import HearthCore
import HearthMarket
import HearthRegistry
import HearthServing

/// Measures the version in production on the test window of a new one, so that the gates compare like with like (R152).
///
/// The figures that the registry has of it come from its own, earlier window. Its features and its thresholds are those
/// of its own card; bars, labels and costs are those of the new training. Where it learned from bars of the window,
/// which flatters it, that is said.
struct ProductionMeasurement {
    /// The version with the figures and the window of the measurement in the place of its own.
    var version: ModelVersion
    /// What should be known of the comparison; nil for nothing.
    var note: String?

    /// Throws ``TrainingError`` when it cannot be measured: it carries no card, is damaged, or needs more bars.
    init(
        of production: ModelVersion, on model: TrainedBarsModel, _ request: BarsTrainingRequest,
        directory: ModelDirectory
    ) throws(TrainingError) {
        guard case .object(let parameters)? = JSONValue(text: production.parametersJSON) else {
            throw TrainingError(.badValue, "the parameters of '\(production.modelID)' are no JSON object")
        }
        let card = try market { () throws(MarketError) in try ModelCard(parameters: parameters) }
        guard card.decision.output == "predict_proba", card.decision.column == 1 else {
            throw TrainingError(.badValue, "'\(production.modelID)' decides by another output than 'predict_proba'")
        }
        var own = request
        own.schema = card.schema
        own.longThreshold = card.decision.long
        own.shortThreshold = card.decision.short
        let samples = try BarSamples(
            bars: model.bars, schema: card.schema, label: request.label, neutral: request.neutral)
        guard samples.firstRow <= model.split.testRange.lowerBound else {
            throw TrainingError(.unusableData, "there are too few bars for the features of '\(production.modelID)'")
        }
        let scorer: ModelScorer
        do {
            scorer = ModelScorer(
                serving: try ArtifactLoader.check(
                    directory.open(production.modelID).artifact, subject: production.modelID.text))
        } catch {
            throw TrainingError(
                .unreadableFile, "'\(production.modelID)' cannot be loaded: \(error)", cause: error)
        }
        let evaluation = try BarsEvaluation(samples, model.split, scorer, own)
        var measured = parameters
        for (name, value) in model.windowParameters where name.hasPrefix("test_") { measured[name] = value }
        do {
            version = production
            version.metricsJSON = try CompactJSON.text(evaluation.metrics)
            version.parametersJSON = try CompactJSON.text(measured)
        } catch {
            throw TrainingError(.verificationFailed, "the measurement cannot be written down: \(error)", cause: error)
        }
        version.accuracy = evaluation.classification.accuracy
        version.precision = evaluation.classification.classes[1].precision
        version.recall = evaluation.classification.classes[1].recall
        if card.lastTrained > model.bars[model.split.testRange.lowerBound].openTime {
            note = "the version in production learned from bars of this test window, which flatters it"
        }
    }
}
