import ArgumentParser
import HearthModel
import HearthTraining

/// `hearth-trainer train z-score`.
struct TrainZScore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "z-score",
        abstract: "A z-score: finds values far from the middle of their column, in units of its spread.",
        discussion: """
            The score of a row is the largest over its columns. robust measures from the median in units of the \
            median absolute deviation (Iglewicz and Hoaglin), so that the anomalies themselves do not widen the \
            ruler. Example:

              hearth-trainer train z-score --data flow.csv --series flow \\
                  --time Time --threshold 3.5
            """)

    @OptionGroup(title: "What the model is for") var identity: KeyOptions
    @OptionGroup(title: "Data") var source: DataOptions

    @Option(help: "robust (median and MAD) or standard (mean and standard deviation).")
    var method = MethodArgument.robust

    @Option(help: "A row whose score is above this is an anomaly.")
    var threshold = ZScore.robustThreshold

    @Option(help: "The seed of --split random.")
    var seed: UInt64 = 42

    @OptionGroup(title: "Publishing") var publishing: PublishOptions

    func run() throws {
        let parameters = ZScoreParameters(method: method == .robust ? .robust : .standard, threshold: threshold)
        try reportingUsage {
            try publishing.run(TrainingRequest(.zScore(parameters), identity, source, seed: seed))
        }
    }
}
