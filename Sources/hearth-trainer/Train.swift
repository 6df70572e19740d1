import ArgumentParser
import HearthModel
import HearthTraining

/// `hearth-trainer train …`.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Learns a model from a CSV file, measures it, publishes it and registers it.",
        discussion: """
            The last 30 % of the rows are held out and measured (--test-fraction, --split). The model is written to the model \
            directory, read back and checked bit for bit, then registered with status success; --promote puts it into production.
            """,
        subcommands: [TrainIsolationForest.self, TrainZScore.self])
}

struct TrainIsolationForest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "isolation-forest",
        abstract: "An isolation forest: finds rows that are easy to tell apart from the others.",
        discussion: """
            Grown and scored as scikit-learn's IsolationForest. Examples:

              hearth-trainer train isolation-forest --data shuttle.csv --series shuttle --label anomaly --split random
              hearth-trainer train isolation-forest --data flow.csv --series flow --time Time --window 24 --contamination 0.02
              hearth-trainer train isolation-forest --data bars.csv --symbol BTC/USDT --timeframe 15m --columns close,volume
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
            The share of anomalies expected among the rows learned from, above 0 and at most 0.5: as many of them are flagged. \
            auto: a row is flagged when its score is above 0.5.
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
            try publishing.run(request(.isolationForest(parameters), identity, source, seed: seed))
        }
    }
}

struct TrainZScore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "z-score",
        abstract: "A z-score: finds values far from the middle of their column, in units of its spread.",
        discussion: """
            The score of a row is the largest over its columns. robust measures from the median in units of the median absolute \
            deviation (Iglewicz and Hoaglin), so that the anomalies themselves do not widen the ruler. Example:

              hearth-trainer train z-score --data flow.csv --series flow --time Time --threshold 3.5
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
            try publishing.run(request(.zScore(parameters), identity, source, seed: seed))
        }
    }
}

private func request(
    _ algorithm: Algorithm, _ identity: KeyOptions, _ source: DataOptions, seed: UInt64
) throws -> TrainingRequest {
    let key = identity.key(defaultType: algorithm.modelType)
    return TrainingRequest(
        name: try identity.registeredName(of: key), key: key, algorithm: algorithm, dataPath: source.data,
        selection: try source.selection(), window: source.window,
        split: DataSplit(order: source.split.order(seed: seed), heldOutFraction: source.testFraction),
        trainOn: source.trainOn, eventTolerance: source.eventTolerance)
}
