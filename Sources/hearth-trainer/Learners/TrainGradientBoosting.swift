import ArgumentParser
import HearthTraining

/// `hearth-trainer train gradient-boosting`.
struct TrainGradientBoosting: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gradient-boosting",
        abstract: "Boosted trees (XGBoost) over bars: the probability that the price goes up.",
        discussion: """
            Grown round by round until the log loss on later bars, which are not learned from, has not become less \
            for --early-stopping rounds; the best round is kept. XGBoost's own file (model.ubj) lies beside \
            model.hearth, and both answer with the same bits. Examples:

              hearth-trainer generate bars --output bars.csv --timeframe 1h
              hearth-trainer train gradient-boosting --data bars.csv \\
                  --symbol TEST --timeframe 1h
              hearth-trainer train gradient-boosting --data bars.csv \\
                  --symbol TEST --timeframe 1h --label triple-barrier \\
                  --horizon 24 --test-start 2024-06-01 --status candidate
            """)

    @Option(help: "The most rounds, each one tree (n_estimators).")
    var rounds = 300

    @Option(help: "What each tree's answer is multiplied by (learning_rate).")
    var learningRate = 0.05

    @Option(help: "Splits on the way to a leaf, at most (max_depth).")
    var maxDepth = 4

    @Option(help: "The least weight of a leaf (min_child_weight); a row has 0.25 at the start.")
    var minChildWeight = 1.0

    @Option(help: "The share of rows that each tree sees (subsample).")
    var subsample = 0.8

    @Option(help: "The share of columns that each tree sees (colsample_bytree).")
    var columnShare = 0.8

    @Option(help: "The L2 penalty on leaves (reg_lambda).")
    var lambda = 1.0

    @Option(help: "The least gain of a split (gamma).")
    var gamma = 0.0

    @Option(help: "Rounds without a better loss after which growing ends; 0 grows all rounds.")
    var earlyStopping = 30

    @OptionGroup(title: "XGBoost") var library: XGBoostOptions
    @OptionGroup var training: BarsTrainingOptions

    func run() throws {
        try training.run(
            .gradientBoosting(
                BoostingParameters(
                    rounds: rounds, learningRate: learningRate, maxDepth: maxDepth, minChildWeight: minChildWeight,
                    rowShare: subsample, columnShare: columnShare, lambda: lambda, gamma: gamma,
                    treeMethod: library.treeMethod, earlyStoppingRounds: earlyStopping == 0 ? nil : earlyStopping,
                    classWeight: library.classWeight, seed: library.seed, threadCount: library.threads)))
    }
}

/// What both learners of XGBoost are told.
struct XGBoostOptions: ParsableArguments {
    @Option(help: "How splits are searched for: hist (over 256 bins, fast) or exact.")
    var treeMethod = BoostingParameters.TreeMethod.hist

    @Option(help: "balanced lets the rarer class count as much as the other; none counts rows.")
    var classWeight = ClassWeight.none

    @Option(help: "Any whole number up to 2147483647; the same one gives the same model.")
    var seed: UInt64 = 42

    @Option(help: "Threads. With 1 the model does not depend on the machine.")
    var threads = 1
}
