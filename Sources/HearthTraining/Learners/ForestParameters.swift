package import HearthArtifacts

/// How a random forest is grown by libxgboost: one round of many trees (`XGBRFClassifier`), each from its own rows and,
/// at every split, its own columns.
package struct ForestParameters: Sendable, Equatable {
    /// Trees (`n_estimators`, libxgboost's `num_parallel_tree`).
    package var treeCount: Int
    /// Splits on the way to a leaf, at most (`max_depth`).
    package var maxDepth: Int
    /// The least sum of second derivatives in a leaf (`min_child_weight`): at the start a row has 0.25.
    package var minChildWeight: Double
    /// The share of rows that each tree sees, drawn without putting back (`subsample`). 0.632 is what a bootstrap sees.
    package var rowShare: Double
    /// The share of columns that each split sees (`colsample_bynode`).
    package var columnShare: Double
    /// The L2 penalty on leaves (`reg_lambda`).
    package var lambda: Double
    package var treeMethod: BoostingParameters.TreeMethod
    package var classWeight: ClassWeight
    package var seed: UInt64
    /// Threads of libxgboost. With 1 the model does not depend on the machine.
    package var threadCount: Int

    package init(
        treeCount: Int = 100, maxDepth: Int = 6, minChildWeight: Double = 1, rowShare: Double = 0.632,
        columnShare: Double = 0.5, lambda: Double = 1e-5, treeMethod: BoostingParameters.TreeMethod = .hist,
        classWeight: ClassWeight = .none, seed: UInt64 = 42, threadCount: Int = 1
    ) {
        self.treeCount = treeCount
        self.maxDepth = maxDepth
        self.minChildWeight = minChildWeight
        self.rowShare = rowShare
        self.columnShare = columnShare
        self.lambda = lambda
        self.treeMethod = treeMethod
        self.classWeight = classWeight
        self.seed = seed
        self.threadCount = threadCount
    }

    /// Throws ``TrainingError`` for a parameter outside its range.
    package func check() throws(TrainingError) {
        try ParameterCheck.whole("n_estimators", treeCount, in: 1...10_000)
        try ParameterCheck.whole("max_depth", maxDepth, in: 1...20)
        try ParameterCheck.atLeastZero("min_child_weight", minChildWeight)
        try ParameterCheck.share("subsample", rowShare)
        try ParameterCheck.share("colsample_bynode", columnShare)
        try ParameterCheck.atLeastZero("reg_lambda", lambda)
        try ParameterCheck.seed(seed)
        try ParameterCheck.whole("nthread", threadCount, in: 1...256)
        guard treeCount == 1 || rowShare < 1 || columnShare < 1 else {
            throw TrainingError(
                .badParameter, "subsample and colsample_bynode are both 1, so all \(treeCount) trees would be equal",
                hint: "make one of them less than 1")
        }
    }

    /// As the registry keeps them (R59).
    package var json: [String: JSONValue] {
        [
            "n_estimators": .integer(Int64(treeCount)), "max_depth": .integer(Int64(maxDepth)),
            "min_child_weight": .number(minChildWeight), "subsample": .number(rowShare),
            "colsample_bynode": .number(columnShare), "reg_lambda": .number(lambda),
            "tree_method": .string(treeMethod.rawValue), "class_weight": .string(classWeight.rawValue),
            "random_state": .integer(Int64(clamping: seed)), "nthread": .integer(Int64(threadCount)),
        ]
    }

    /// Under libxgboost's names. With `eta` 1 the leaves of the trees are averaged, not summed up.
    var settings: [(name: String, value: String)] {
        XGBoostLearner.commonSettings(seed: seed, threadCount: threadCount) + [
            ("tree_method", treeMethod.rawValue), ("eta", "1"), ("num_parallel_tree", "\(treeCount)"),
            ("max_depth", "\(maxDepth)"), ("min_child_weight", "\(minChildWeight)"), ("subsample", "\(rowShare)"),
            ("colsample_bynode", "\(columnShare)"), ("lambda", "\(lambda)"),
        ]
    }
}
