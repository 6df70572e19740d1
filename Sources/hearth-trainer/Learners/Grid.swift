import ArgumentParser
import HearthArtifacts
import HearthCore
import HearthMarket
import HearthTraining

/// `hearth-trainer grid`.
struct Grid: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tries parameters of a learner on bars by walking forward, and writes a table of how each does.",
        discussion: """
            Every combination of the values given by --try is trained once per fold, on bars before the fold's test \
            alone, and measured on the test. One row per combination goes to \
            rf_grid_results_SYMBOL_TIMEFRAME_TIME.csv (gb_ and lr_ for the other learners): its parameters, the mean \
            and the deviation of each measure over the folds, then each fold. Nothing is published. Until all rows \
            are there the file ends in .partial; Ctrl-C leaves the rows that are done there. Example:

              hearth-trainer grid random-forest --data bars.csv \\
                  --symbol TEST --timeframe 1h --folds 4 --test-bars 500 \\
                  --try n_estimators=50,100 --try max_depth=4,6,8
            """)

    @Argument(help: "What learns: gradient-boosting, random-forest or logistic-regression.")
    var learner: Learner

    @Option(
        name: .customLong("try"),
        help: ArgumentHelp(
            "A parameter and its values, separated by commas; repeat it for more parameters.",
            discussion: """
                gradient-boosting: n_estimators, learning_rate, max_depth, min_child_weight, subsample, \
                colsample_bytree, reg_lambda, gamma. random-forest: n_estimators, max_depth, min_child_weight, \
                subsample, colsample_bynode, reg_lambda. logistic-regression: C.
                """, valueName: "name=value,..."),
        transform: Self.axis)
    var axes: [GridAxis]

    @Option(help: "Tests that follow each other and end with the last bar.")
    var folds = 5

    @Option(help: "Bars of each test.")
    var testBars = 500

    @Option(help: "Learn from at most so many bars before each test; from all unless given.")
    var trainBars: Int?

    @Option(help: "Bars left out before each test and before the validation.")
    var embargo = 0

    @Option(help: "The share of the training rows, the last ones, on which early stopping looks.")
    var validationFraction = 0.2

    @Option(help: "The folder that the table is written to.")
    var output = "."

    @OptionGroup(title: "Bars, features and labels") var bars: BarsOptions
    @OptionGroup(title: "Learner") var library: XGBoostOptions

    @Option(help: "Long from this probability of 'up' on.")
    var long = 0.55

    @Option(help: "Short up to this probability of 'up'; never unless given.")
    var short: Double?

    @OptionGroup(title: "Costs of trading") var costs: CostOptions

    @OptionGroup var progress: ProgressOptions

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    enum Learner: String, ExpressibleByArgument, CaseIterable {
        case gradientBoosting = "gradient-boosting"
        case randomForest = "random-forest"
        case logisticRegression = "logistic-regression"
    }

    func run() throws {
        try reportingUsage {
            let request = GridRequest(
                training: BarsTrainingRequest(
                    symbol: bars.symbol, timeframe: try Timeframe(bars.timeframe), barsPath: bars.data,
                    schema: try FeaturePreset(named: bars.features).schema, label: bars.labelConfiguration(),
                    neutral: bars.neutral, classifier: classifier,
                    windows: TrainingWindows(validationFraction: validationFraction, embargo: embargo),
                    longThreshold: long, shortThreshold: short, costs: try costs.costs()),
                axes: axes, foldCount: folds, testBarCount: testBars, trainingBarCount: trainBars,
                outputFolder: output)
            try request.check()
            let stop = try StopSignals.flag()
            let line = progress.line
            do {
                let report = try GridRun(request).run(control: TrainingControl(stop: stop) { line.show($0) })
                line.clear()
                try print(report)
            } catch let error as TrainingError where error.code == .stopped {
                line.clear()
                StandardError.write("stopped; the rows that are done are in the .partial file in \(output)\n")
                throw ExitCode(StopSignals.exitStatus)
            }
        }
    }

    private var classifier: Classifier {
        switch learner {
        case .gradientBoosting:
            .gradientBoosting(
                BoostingParameters(
                    treeMethod: library.treeMethod, classWeight: library.classWeight, seed: library.seed,
                    threadCount: library.threads))
        case .randomForest:
            .randomForest(
                ForestParameters(
                    treeMethod: library.treeMethod, classWeight: library.classWeight, seed: library.seed,
                    threadCount: library.threads))
        case .logisticRegression: .logisticRegression(LogisticParameters(classWeight: library.classWeight))
        }
    }

    private func print(_ report: GridRun.Report) throws {
        let failed = report.results.count { $0.error != nil }
        if json {
            let members: [String: JSONValue] = [
                "path": .string(report.path), "combinations": .integer(Int64(report.results.count)),
                "failed": .integer(Int64(failed)), "best": report.best.map { .object(summary(of: $0)) } ?? .null,
            ]
            Swift.print(try CompactJSON.text(members))
            return
        }
        var lines = [
            ("table", report.path),
            (
                "tried",
                "\(report.results.count) combinations on \(folds) folds" + (failed > 0 ? ", \(failed) failed" : "")
            ),
        ]
        if let best = report.best {
            let parameters = zip(axes, best.valueTexts).map { "\($0.parameter)=\($1)" }.joined(separator: " ")
            lines += [
                ("best", "\(parameters), by mean log loss"),
                (
                    "mean",
                    GridResult.measures.map { "\($0) \(MeasureLines.share(best.mean($0)))" }.joined(separator: "  ")
                ),
            ]
        }
        Swift.print(MeasureLines.aligned(lines))
    }

    private func summary(of result: GridResult) -> [String: JSONValue] {
        var members: [String: JSONValue] = ["combination": .integer(Int64(result.number))]
        for (axis, value) in zip(axes, result.values) { members[axis.parameter] = .number(value) }
        for measure in GridResult.measures {
            members["mean_\(measure)"] = result.mean(measure).map(JSONValue.number) ?? .null
        }
        return members
    }

    private static func axis(_ text: String) throws -> GridAxis {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw ValidationError("--try is '\(text)', expected a parameter and values such as max_depth=4,6,8")
        }
        let values = try parts[1].split(separator: ",", omittingEmptySubsequences: false).map { value in
            guard let number = Double(value), number.isFinite else {
                throw ValidationError("--try \(parts[0]): '\(value)' is no number")
            }
            return number
        }
        return GridAxis(parameter: String(parts[0]), values: values)
    }
}
