/// An XGBoost model as its file has it (`doc/model.schema` of XGBoost), read but not yet interpreted.
struct XGBoostModel {
    /// What the rounds of boosting made.
    enum Booster {
        case trees([XGBoostTree])
        /// Weights by column, then by group; the biases last.
        case linear([Float])
    }

    let version: [Int]
    let objective: String
    let columnCount: Int
    /// Outputs per row.
    let groupCount: Int
    /// One for all groups, or one each (from 3.1).
    let baseScores: [Float]
    let featureNames: [String]
    let boosterName: String
    let booster: Booster
    /// The group that each tree adds to.
    let treeGroups: [Int]
    /// Weight of each tree of a dart booster.
    let treeWeights: [Float]?
    /// Trees of a group per round; nil when the file does not say.
    let parallelTreeCount: Int?
    /// The best round of early stopping.
    let bestIteration: Int?

    static let columnCountMax = 65_536
    static let groupCountMax = 10_000

    init(_ document: BoosterScope) throws(ArtifactError) {
        var root = document
        var config: BoosterScope?
        // The handle of a pickled booster.
        if let model = try document.optional("Model") {
            config = try document.optional("Config")
            root = model
        }
        version = try root.member("version").integers(count: 3, in: 0...1_000_000)
        let learner = try root.member("learner")
        try Self.check(version: version, root)
        let parameters = try learner.member("learner_model_param")
        columnCount = try parameters.member("num_feature").count(atMost: Self.columnCountMax)
        guard columnCount > 0 else {
            throw root.failure.corrupt(
                parameters.node.offset, "0 columns found at \(parameters.place), 1 or more expected")
        }
        let classCount = try parameters.member("num_class").count(atMost: Self.groupCountMax)
        let targetCount = try parameters.optional("num_target")?.count(atMost: Self.groupCountMax) ?? 1
        groupCount = max(1, classCount, targetCount)
        baseScores = try Self.baseScores(try parameters.member("base_score"), groupCount: groupCount)
        objective = try learner.member("objective").member("name").text()
        featureNames = try learner.optional("feature_names")?.texts() ?? []

        var attributes: BoosterScope?
        if let found = try learner.optional("attributes") { attributes = found }
        bestIteration = try attributes?.optional("best_iteration")?.count(atMost: 1_000_000_000)

        let gradientBooster = try learner.member("gradient_booster")
        boosterName = try gradientBooster.member("name").text()
        switch boosterName {
        case "gblinear":
            let weights = try gradientBooster.member("model").member("weights")
            booster = .linear(try weights.floats(count: (columnCount + 1) * groupCount))
            (treeGroups, treeWeights, parallelTreeCount) = ([], nil, nil)
            return
        case "gbtree", "dart": break
        default:
            throw document.failure.unsupported(
                gradientBooster.node.offset,
                "booster \(BoosterFailure.quoted(boosterName)) found, one of gbtree, dart "
                    + "and gblinear expected", hint: "train with one of these boosters")
        }
        let isDart = boosterName == "dart"
        let model = try (isDart ? gradientBooster.member("gbtree") : gradientBooster).member("model")
        let trees = try model.member("trees").items()
        treeGroups = try model.member("tree_info").integers(count: trees.count, in: 0...(groupCount - 1))
        treeWeights = isDart ? try gradientBooster.member("weight_drop").floats(count: trees.count) : nil
        var read: [XGBoostTree] = []
        read.reserveCapacity(trees.count)
        for tree in trees { read.append(try XGBoostTree(tree, columnCount: columnCount)) }
        booster = .trees(read)
        parallelTreeCount = try Self.parallelTreeCount(
            model: model, config: config, attributes: attributes, bestIteration: bestIteration)
    }

    private static func check(version: [Int], _ root: BoosterScope) throws(ArtifactError) {
        guard version[0] >= 1, version[0] > 1 || version[1] >= 4 else {
            throw root.failure.unsupported(
                root.node.offset,
                "a model of XGBoost \(version.map(String.init).joined(separator: ".")) found, 1.4 or "
                    + "later expected", hint: "load the model with XGBoost 1.4 or later and save it again")
        }
        guard version[0] <= 3 else {
            throw root.failure.unsupported(
                root.node.offset,
                "a model of XGBoost \(version.map(String.init).joined(separator: ".")) found, at "
                    + "most 3 is known", hint: "use a later release of Hearth, or save the model with XGBoost 3")
        }
    }

    /// Decimal text, from 3.1 a list as text.
    private static func baseScores(_ scope: BoosterScope, groupCount: Int) throws(ArtifactError) -> [Float] {
        var text = Substring(try scope.text())
        if text.first == "[", text.last == "]" { text = text.dropFirst().dropLast() }
        var scores: [Float] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard part.utf8.count <= BoosterLimits.numberByteCountMax, let score = Float(part), score.isFinite else {
                throw scope.failure.corrupt(
                    scope.node.offset, "base score \(BoosterFailure.quoted(String(part))) found, a number expected")
            }
            scores.append(score)
        }
        guard scores.count == 1 || scores.count == groupCount else {
            throw scope.failure.corrupt(
                scope.node.offset, "\(scores.count) base scores found, 1 or \(groupCount) expected")
        }
        return scores
    }

    /// In the model from 1.6; before, in the configuration of a pickled booster, or what early stopping says.
    private static func parallelTreeCount(
        model: BoosterScope, config: BoosterScope?, attributes: BoosterScope?, bestIteration: Int?
    ) throws(ArtifactError) -> Int? {
        let limit = 1_000_000
        var found = try model.optional("gbtree_model_param")?.optional("num_parallel_tree")
        if found == nil, let booster = try config?.optional("learner")?.optional("gradient_booster") {
            let inner = try booster.optional("gbtree") ?? booster
            found = try inner.optional("gbtree_train_param")?.optional("num_parallel_tree")
        }
        if let found { return max(1, try found.count(atMost: limit)) }
        guard let bestIteration, let treeLimit = try attributes?.optional("best_ntree_limit") else { return nil }
        let (count, rest) = try treeLimit.count(atMost: limit).quotientAndRemainder(dividingBy: bestIteration + 1)
        return rest == 0 && count > 0 ? count : nil
    }
}
