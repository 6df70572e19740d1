import ArgumentParser
import HearthTraining

/// `hearth-trainer train random-forest`.
struct TrainRandomForest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "random-forest",
        abstract: "A random forest (XGBoost) over bars: the probability that the price goes up.",
        discussion: """
            One round of many trees, each from a share of the rows drawn at random, each split from a share of the \
            columns; the probability is that of their mean. XGBoost's own file (model.ubj) lies beside model.hearth, \
            and both answer with the same bits. Example:

              hearth-trainer train random-forest --data bars.csv \\
                  --symbol TEST --timeframe 1h --trees 200 --max-depth 8
            """)

    @Option(help: "Trees (n_estimators).")
    var trees = 100

    @Option(help: "Splits on the way to a leaf, at most (max_depth).")
    var maxDepth = 6

    @Option(help: "The least weight of a leaf (min_child_weight); a row has 0.25.")
    var minChildWeight = 1.0

    @Option(help: "The share of rows that each tree sees (subsample); 0.632 is what a bootstrap sees.")
    var subsample = 0.632

    @Option(help: "The share of columns that each split sees (colsample_bynode).")
    var columnShare = 0.5

    @Option(help: "The L2 penalty on leaves (reg_lambda).")
    var lambda = 1e-5

    @OptionGroup(title: "XGBoost") var library: XGBoostOptions
    @OptionGroup var training: BarsTrainingOptions

    func run() throws {
        try training.run(
            .randomForest(
                ForestParameters(
                    treeCount: trees, maxDepth: maxDepth, minChildWeight: minChildWeight, rowShare: subsample,
                    columnShare: columnShare, lambda: lambda, treeMethod: library.treeMethod,
                    classWeight: library.classWeight, seed: library.seed, threadCount: library.threads)))
    }
}
