import HearthModel

/// Fits one model to rows: imputer where values may be missing, then the algorithm, then the threshold.
struct ModelFitter {
    let algorithm: Algorithm
    /// Whether rows may lack values, at training or later.
    let acceptsMissing: Bool

    /// Throws ``TrainingError`` when the rows do not carry a model.
    func fit(_ rows: RowMatrix, signature: InputSignature) throws(TrainingError) -> ModelDefinition {
        let imputer = acceptsMissing ? try MissingValues.imputer(for: rows, columnNames: signature.columnNames) : nil
        let complete = imputer.map { MissingValues.filled(rows, by: $0) } ?? rows
        let stages = imputer.map { [Stage.impute($0)] } ?? []
        switch algorithm {
        case .isolationForest(let parameters):
            let trainer = IsolationForestTrainer(parameters)
            let forest = try trainer.grow(complete)
            let grown = ModelDefinition(
                signature: signature, stages: stages, estimator: .treeEnsemble(forest),
                threshold: -IsolationForestTrainer.automaticOffset)
            return try calibrated(grown, forest, trainer, rows)
        case .zScore(let parameters):
            let fitted: ZScore
            do throws(ModelError) {
                fitted = try ZScore.fit(
                    rows: complete.values, columnCount: complete.columnCount, method: parameters.method,
                    threshold: parameters.threshold)
            } catch {
                throw TrainingError(.unusableData, error.description, cause: error)
            }
            return ModelDefinition(
                signature: signature, stages: stages, estimator: .zScore(fitted), threshold: parameters.threshold)
        }
    }

    /// Sets the offset from the training rows' own scores, computed by the kernel that will serve the model.
    private func calibrated(
        _ grown: ModelDefinition, _ forest: TreeEnsemble, _ trainer: IsolationForestTrainer, _ rows: RowMatrix
    ) throws(TrainingError) -> ModelDefinition {
        guard case .fraction = trainer.parameters.contamination else { return grown }
        // score_samples is the negated anomaly score.
        let offset = trainer.offset(scores: try ModelScorer(grown).scores(of: rows).anomalyScores.map { -$0 })
        var forest = forest
        forest.task = .anomaly(offset: offset)
        var calibrated = grown
        calibrated.estimator = .treeEnsemble(forest)
        calibrated.threshold = -offset
        return calibrated
    }
}
