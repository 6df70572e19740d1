import ArgumentParser
import HearthTraining

/// `hearth-trainer train isolation-forest`.
struct TrainIsolationForest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "isolation-forest",
        abstract: "An isolation forest: finds rows that are easy to tell apart from the others.",
        discussion: """
            Grown and scored as scikit-learn's IsolationForest. Examples:

              hearth-trainer train isolation-forest --data shuttle.csv \\
                  --series shuttle --label anomaly --split random
              hearth-trainer train isolation-forest --data flow.csv \\
                  --series flow --time Time --window 3 --contamination 0.02
              hearth-trainer train isolation-forest --data bars.csv \\
                  --symbol BTC/USDT --timeframe 15m --columns close,volume
            """)

    @OptionGroup(title: "What the model is for") var identity: KeyOptions
    @OptionGroup(title: "Data") var source: DataOptions

    @Option(help: "Trees (n_estimators).")
    var trees = 100

    @Option(help: "Rows that each tree is grown from (max_samples); all when there are fewer.")
    var maxSamples = 256

    @Option(
        help: "Columns that each tree sees (max_features): a whole number, or a share such as 0.5; all unless given.")
    var maxFeatures: MaxFeaturesArgument?

    @Option(
        help: """
            The share of anomalies expected among the rows learned from, above 0 and at most 0.5: as many of them \
            are flagged. auto: a row is flagged when its score is above 0.5.
            """)
    var contamination = ContaminationArgument(value: .auto)

    @Option(help: "Any whole number; the same one gives the same model.")
    var seed: UInt64 = 42

    @OptionGroup(title: "Publishing") var publishing: PublishOptions

    func run() throws {
        let parameters = IsolationForestParameters(
            treeCount: trees, maxSamples: maxSamples, contamination: contamination.value,
            maxFeatures: maxFeatures?.value ?? .all, seed: seed)
        try reportingUsage {
            try publishing.run(TrainingRequest(.isolationForest(parameters), identity, source, seed: seed))
        }
    }
}
