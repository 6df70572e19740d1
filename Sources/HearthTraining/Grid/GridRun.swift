import HearthArtifacts
package import HearthCore
import HearthMarket

/// Trains and measures every combination of a grid by walking forward through the bars, and writes the results as
/// `{rf,gb,lr}_grid_results_{symbol}_{timeframe}_{timestamp}.csv` (R153). Publishes nothing. Calls block.
package struct GridRun: Sendable {
    private let request: GridRequest
    private let clock: @Sendable () -> Timestamp

    /// - Parameter clock: the wall clock, unless a test holds it still.
    package init(_ request: GridRequest, clock: @escaping @Sendable () -> Timestamp = { .now() }) {
        self.request = request
        self.clock = clock
    }

    /// What a grid found.
    package struct Report: Sendable {
        /// The file of results.
        package var path: String
        /// In the order in which they were tried.
        package var results: [GridResult]

        /// The result with the least mean log loss, the first of equals; nil when every combination failed.
        package var best: GridResult? {
            results.filter { $0.mean("log_loss") != nil }.min {
                ($0.mean("log_loss") ?? .infinity) < ($1.mean("log_loss") ?? .infinity)
            }
        }
    }

    /// - Parameter control: told after every fold; can stop the run between rounds. The rows that are done then stay
    ///   in the file's partial form.
    /// - Throws: ``TrainingError``.
    package func run(control: TrainingControl = TrainingControl()) throws(TrainingError) -> Report {
        try request.check()
        let training = request.training
        try control.pass(TrainingProgress(.reading))
        let (bars, _) = try market { () throws(MarketError) in
            try BarFile.read(training.barsPath, timeframe: training.timeframe)
        }
        try control.pass(TrainingProgress(.features, total: bars.count))
        let samples = try BarSamples(
            bars: bars, schema: training.schema, label: training.label, neutral: training.neutral)
        let walk = try request.walkForward()
        let folds = try market { () throws(MarketError) in
            try walk.folds(samples.labels, firstRow: samples.firstRow)
        }
        let combinations = try request.combinations()
        let file = try GridFile.make(
            try path(), header: GridResult.header(request.axes, foldCount: folds.count))
        let path = file.path
        var results: [GridResult] = []
        for (index, combination) in combinations.enumerated() {
            let result = try result(
                of: combination, index, samples, folds, control, total: combinations.count * folds.count)
            try file.append(result.fields(foldCount: folds.count))
            results.append(result)
        }
        try file.finish()
        return Report(path: path, results: results)
    }

    private func path() throws(TrainingError) -> String {
        let training = request.training
        // Without the type, which the short name says.
        let subject = try training.name().text.dropFirst(training.classifier.modelType.count + 1)
        let name = "\(training.classifier.shortName)_grid_results_\(subject.replacing(".", with: "_"))"
        return "\(request.outputFolder)/\(name)_\(clock().compact).csv"
    }

    private func result(
        of combination: ParameterGrid.Combination, _ index: Int, _ samples: BarSamples, _ folds: [WalkForward.Fold],
        _ control: TrainingControl, total: Int
    ) throws(TrainingError) -> GridResult {
        var result = GridResult(number: index + 1, values: combination.values, folds: [])
        // Rounds are not told: combinations are.
        let quiet = TrainingControl(stop: control.stop)
        for (number, fold) in folds.enumerated() {
            try control.pass(TrainingProgress(.fitting, done: index * folds.count + number, total: total))
            do throws(TrainingError) {
                result.folds.append(try measure(combination.classifier, samples, fold, quiet))
            } catch {
                switch error.code {
                case .learnerFailed, .unusableData:
                    // Of this combination: the others may do.
                    result.folds = []
                    result.error = "fold \(number + 1): \(error)"
                    return result
                case .unreadableFile, .unwritableFile, .badTable, .badValue, .noSuchColumn, .badParameter, .stopped,
                    .verificationFailed, .publishFailed, .registryFailed:
                    throw error
                }
            }
        }
        return result
    }

    private func measure(
        _ classifier: Classifier, _ samples: BarSamples, _ fold: WalkForward.Fold, _ control: TrainingControl
    ) throws(TrainingError) -> [String: JSONValue] {
        var training = request.training
        training.classifier = classifier
        let split = try BarsSplit(
            fold, labels: samples.labels, windows: training.windows, usesValidation: classifier.usesValidation)
        let fitted = try ClassifierFitter(classifier).fit(
            samples.labelled(split.training),
            validation: split.validation.isEmpty ? nil : samples.labelled(split.validation),
            columnNames: training.schema.columnNames, control: control)
        return try BarsEvaluation(samples, split, ModelScorer(fitted.definition), training).metrics
    }
}
