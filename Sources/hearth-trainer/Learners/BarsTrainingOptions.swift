import ArgumentParser
import HearthCore
import HearthMarket
import HearthTraining

/// What all trainings on bars are told beside their learner.
struct BarsTrainingOptions: ParsableArguments {
    @OptionGroup(title: "Bars, features and labels") var bars: BarsOptions
    @OptionGroup(title: "Training and test") var window: WindowOptions
    @OptionGroup(title: "Decisions") var decisions: DecisionOptions
    @OptionGroup(title: "Costs of trading, for the test") var costs: CostOptions
    @OptionGroup var progress: ProgressOptions
    @OptionGroup(title: "Publishing") var publishing: PublishOptions

    /// Trains, publishes and prints the report.
    func run(_ classifier: Classifier) throws {
        try reportingUsage {
            let request = BarsTrainingRequest(
                symbol: bars.symbol, timeframe: try Timeframe(bars.timeframe), barsPath: bars.data,
                schema: try FeaturePreset(named: bars.features).schema, label: bars.labelConfiguration(),
                neutral: bars.neutral, classifier: classifier, windows: try window.windows(),
                longThreshold: decisions.long, shortThreshold: decisions.short, costs: try costs.costs(),
                status: decisions.status.status)
            try request.check()
            let stop = try StopSignals.flag()
            let line = progress.line
            let publication = try publishing.open()
            let report: BarsTrainingReport
            do throws(TrainingError) {
                report = try BarsTrainingRun(
                    request, directory: publication.directory, registry: publication.store,
                    remote: publication.remote, actor: publication.actor, isCompressed: publishing.gzip
                ).run(promote: publishing.promote, control: TrainingControl(stop: stop) { line.show($0) })
                line.clear()
                publication.refreshIndex()
            } catch {
                line.clear()
                // A training that failed is in the index as well (C17).
                publication.refreshIndex()
                if error.code == .stopped {
                    StandardError.write("\(error)\n")
                    throw ExitCode(StopSignals.exitStatus)
                }
                throw error
            }
            try publishing.finish(
                Publication.Outcome(
                    modelID: report.modelID, name: report.name, path: report.path, sizeBytes: report.sizeBytes,
                    accuracy: report.model.test.classification.accuracy, json: report.json,
                    text: BarsHumanReport(report: report, classifier: classifier).text), publication)
        }
    }
}
