import HearthArtifacts
import HearthModel

/// Grows boosted trees or a forest with libxgboost, keeps the best round, and makes the served model of the very file
/// that libxgboost writes.
struct XGBoostLearner {
    /// Under libxgboost's names.
    var settings: [(name: String, value: String)]
    /// 1 for a forest.
    var roundCountMax: Int
    /// nil grows all rounds.
    var earlyStoppingRounds: Int?
    var classWeight: ClassWeight
    var threadCount: Int

    init(_ parameters: BoostingParameters) {
        settings = parameters.settings
        roundCountMax = parameters.rounds
        earlyStoppingRounds = parameters.earlyStoppingRounds
        classWeight = parameters.classWeight
        threadCount = parameters.threadCount
    }

    init(_ parameters: ForestParameters) {
        settings = parameters.settings
        roundCountMax = 1
        earlyStoppingRounds = nil
        classWeight = parameters.classWeight
        threadCount = parameters.threadCount
    }

    /// What every model is told. `seed_per_iteration` lets the random numbers of a round depend on the seed and the
    /// round alone, whatever else the thread has grown before.
    static func commonSettings(seed: UInt64, threadCount: Int) -> [(name: String, value: String)] {
        [
            ("verbosity", "0"), ("booster", "gbtree"), ("objective", "binary:logistic"), ("base_score", "0.5"),
            ("seed", "\(seed)"), ("seed_per_iteration", "1"), ("nthread", "\(threadCount)"),
        ]
    }

    /// - Parameters:
    ///   - validation: rows that come later in time than `training`; needed for early stopping, else not looked at.
    ///   - columnNames: one per column.
    /// - Throws: ``TrainingError``.
    func fit(
        _ training: LabelledRows, validation: LabelledRows?, columnNames: [String], control: TrainingControl
    ) throws(TrainingError) -> FittedClassifier {
        try training.checkBothClasses("training")
        let weights = classWeight.weights(for: training.labels)
        let matrix = try XGBoostMatrix.make(
            training.rows, labels: training.labels.map { $0 ? 1 : 0 }, weights: weights.map(Float.init),
            threadCount: threadCount)
        var booster = try XGBoostBooster.make(for: matrix, parameters: settings, columnNames: columnNames)
        var stopping: EarlyStopping?
        if let patience = earlyStoppingRounds {
            stopping = try grow(&booster, matrix, patience: patience, validation: validation, control)
        } else {
            for round in 0..<roundCountMax {
                try control.pass(TrainingProgress(.fitting, done: round, total: roundCountMax))
                try booster.grow(round: round, from: matrix)
            }
        }
        try control.pass(TrainingProgress(.verifying))
        let file: [UInt8]
        let gains: [Double]
        let kept: Int
        if let stopping, stopping.best + 1 < (try booster.roundCount()) {
            kept = stopping.best + 1
            let best = try booster.firstRounds(kept)
            file = try best.savedUBJ()
            gains = try best.gains(columnCount: columnNames.count)
        } else {
            kept = try booster.roundCount()
            file = try booster.savedUBJ()
            gains = try booster.gains(columnCount: columnNames.count)
        }
        let conversion = XGBoostConversion(file)
        let definition = try conversion.definition(columnNames: columnNames)
        try conversion.check(
            definition, on: [training.rows] + (validation.map { [$0.rows] } ?? []), threadCount: threadCount)
        var facts: [String: JSONValue] = ["rounds": .integer(Int64(kept))]
        if let stopping {
            facts["best_iteration"] = .integer(Int64(stopping.best))
            facts["validation_log_loss"] = .number(stopping.bestLoss)
        }
        return FittedClassifier(
            definition: definition, original: try Self.original(file), importances: FittedClassifier.shares(gains),
            facts: facts, library: Manifest.Library(name: "xgboost", version: XGBoostBooster.libraryVersion))
    }

    private func grow(
        _ booster: inout XGBoostBooster, _ matrix: borrowing XGBoostMatrix, patience: Int, validation: LabelledRows?,
        _ control: TrainingControl
    ) throws(TrainingError) -> EarlyStopping {
        guard let validation else {
            throw TrainingError(
                .unusableData, "early stopping needs validation rows, there are none",
                hint: "give a validation fraction above 0, or no early stopping")
        }
        try validation.checkBothClasses("validation")
        let weights = classWeight.weights(for: validation.labels)
        let held = try XGBoostMatrix.make(validation.rows, threadCount: threadCount)
        var stopping = EarlyStopping(patience: patience)
        for round in 0..<roundCountMax {
            try control.pass(
                TrainingProgress(
                    .fitting, done: round, total: roundCountMax,
                    validationLoss: round == 0 ? nil : stopping.lastLoss))
            try booster.grow(round: round, from: matrix)
            let probabilities = try booster.predictions(of: held).map(Double.init)
            let loss = WeightedLogLoss.mean(probabilities, validation.labels, weights: weights)
            if stopping.isOver(after: round, loss: loss) { break }
        }
        return stopping
    }

    private static func original(_ file: [UInt8]) throws(TrainingError) -> VersionFile {
        do throws(ArtifactError) {
            return try VersionFile(name: FittedClassifier.originalName, bytes: file)
        } catch {
            throw TrainingError(.publishFailed, error.description, cause: error)
        }
    }
}
