package import HearthArtifacts

/// How a model of gradient boosted trees is grown; names and defaults are those of XGBoost's scikit-learn face where it
/// has one.
package struct BoostingParameters: Sendable, Equatable {
    /// How splits are searched for.
    package enum TreeMethod: String, Sendable, CaseIterable {
        /// Over at most 256 bins per column: fast.
        case hist
        /// Over every value: slower, for small tables.
        case exact
    }

    /// The most rounds, each one tree (`n_estimators`).
    package var rounds: Int
    /// What each tree's answer is multiplied by (`learning_rate`, `eta`).
    package var learningRate: Double
    /// Splits on the way to a leaf, at most (`max_depth`).
    package var maxDepth: Int
    /// The least sum of second derivatives in a leaf (`min_child_weight`).
    package var minChildWeight: Double
    /// The share of rows that each tree sees (`subsample`).
    package var rowShare: Double
    /// The share of columns that each tree sees (`colsample_bytree`).
    package var columnShare: Double
    /// The L2 penalty on leaves (`reg_lambda`).
    package var lambda: Double
    /// The least gain of a split (`gamma`).
    package var gamma: Double
    package var treeMethod: TreeMethod
    /// Growing ends after so many rounds without a better loss on the validation rows, and the best round is kept; nil
    /// grows all ``rounds``.
    package var earlyStoppingRounds: Int?
    package var classWeight: ClassWeight
    package var seed: UInt64
    /// Threads of libxgboost. With 1 the model does not depend on the machine.
    package var threadCount: Int

    package init(
        rounds: Int = 300, learningRate: Double = 0.05, maxDepth: Int = 4, minChildWeight: Double = 1,
        rowShare: Double = 0.8, columnShare: Double = 0.8, lambda: Double = 1, gamma: Double = 0,
        treeMethod: TreeMethod = .hist, earlyStoppingRounds: Int? = 30, classWeight: ClassWeight = .none,
        seed: UInt64 = 42, threadCount: Int = 1
    ) {
        self.rounds = rounds
        self.learningRate = learningRate
        self.maxDepth = maxDepth
        self.minChildWeight = minChildWeight
        self.rowShare = rowShare
        self.columnShare = columnShare
        self.lambda = lambda
        self.gamma = gamma
        self.treeMethod = treeMethod
        self.earlyStoppingRounds = earlyStoppingRounds
        self.classWeight = classWeight
        self.seed = seed
        self.threadCount = threadCount
    }

    /// Throws ``TrainingError`` for a parameter outside its range.
    package func check() throws(TrainingError) {
        try ParameterCheck.whole("n_estimators", rounds, in: 1...10_000)
        try ParameterCheck.share("learning_rate", learningRate)
        try ParameterCheck.whole("max_depth", maxDepth, in: 1...20)
        try ParameterCheck.atLeastZero("min_child_weight", minChildWeight)
        try ParameterCheck.share("subsample", rowShare)
        try ParameterCheck.share("colsample_bytree", columnShare)
        try ParameterCheck.atLeastZero("reg_lambda", lambda)
        try ParameterCheck.atLeastZero("gamma", gamma)
        if let earlyStoppingRounds {
            try ParameterCheck.whole("early_stopping_rounds", earlyStoppingRounds, in: 1...10_000)
        }
        try ParameterCheck.seed(seed)
        try ParameterCheck.whole("nthread", threadCount, in: 1...256)
    }

    /// As the registry keeps them (R59).
    package var json: [String: JSONValue] {
        [
            "n_estimators": .integer(Int64(rounds)), "learning_rate": .number(learningRate),
            "max_depth": .integer(Int64(maxDepth)), "min_child_weight": .number(minChildWeight),
            "subsample": .number(rowShare), "colsample_bytree": .number(columnShare), "reg_lambda": .number(lambda),
            "gamma": .number(gamma), "tree_method": .string(treeMethod.rawValue),
            "early_stopping_rounds": earlyStoppingRounds.map { .integer(Int64($0)) } ?? .null,
            "class_weight": .string(classWeight.rawValue), "random_state": .integer(Int64(clamping: seed)),
            "nthread": .integer(Int64(threadCount)),
        ]
    }

    /// Under libxgboost's names.
    var settings: [(name: String, value: String)] {
        XGBoostLearner.commonSettings(seed: seed, threadCount: threadCount) + [
            ("tree_method", treeMethod.rawValue), ("eta", "\(learningRate)"), ("max_depth", "\(maxDepth)"),
            ("min_child_weight", "\(minChildWeight)"), ("subsample", "\(rowShare)"),
            ("colsample_bytree", "\(columnShare)"), ("lambda", "\(lambda)"), ("gamma", "\(gamma)"),
        ]
    }
}
