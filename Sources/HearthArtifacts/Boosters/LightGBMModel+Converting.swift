import HearthModel

extension LightGBMModel {
    /// The definition, or what of the model is not computed.
    func converted(options: LightGBMOptions, failure: BoosterFailure) throws(ArtifactError) -> BoosterModel {
        let used = trees.prefix(try usedTreeCount(options.rounds, failure))
        // Copies stand behind the columns, each column's once.
        let copied = Set(used.flatMap(\.columnsWithoutZeros)).sorted()
        let copies = Dictionary(uniqueKeysWithValues: copied.enumerated().map { ($1, columnCount + $0) })
        var sets = CategorySets()
        var converted: [Tree] = []
        converted.reserveCapacity(used.count)
        for (index, tree) in used.enumerated() {
            converted.append(
                try tree.converted(
                    output: index % groupCount, columnCount: columnCount + copied.count, copies: copies, sets: &sets,
                    failure: failure))
        }
        let (link, task) = try head(options.role, failure)
        // The raw scores of a classifier are sums, its probabilities come from the average.
        guard !isAveraged || task == .regression && groupCount == 1 else {
            throw failure.unsupported(
                nil, "a random forest (average_output) of a classifier found, one of a regressor expected",
                hint: "train with boosting gbdt, dart or goss")
        }
        let ensemble = TreeEnsemble(
            columnCount: columnCount + copied.count, inputs: .float64, thresholds: .float64, splitRule: .lessOrEqual,
            missing: .perNode, trees: converted, categorySets: sets.sets, negativeCategory: .truncated,
            aggregation: isAveraged ? .mean : .sum, baseValues: [Double](repeating: 0, count: groupCount), link: link,
            task: task)
        let definition = ModelDefinition(
            signature: InputSignature(columnCount: columnCount, columnNames: columnNames),
            stages: copied.isEmpty ? [] : [.markMissing(.nearZeroCopies(ofColumns: copied))],
            estimator: .treeEnsemble(ensemble))
        let facts = BoosterFacts(
            format: .lightGBMText, version: version, booster: "tree", objective: objective.joined(separator: " "),
            columnCount: columnCount, featureNames: columnNames, treeCount: trees.count, usedTreeCount: used.count)
        return try BoosterConverter.checked(BoosterModel(definition: definition, facts: facts), failure)
    }

    /// The names of the columns; none where they are those that LightGBM makes up.
    private var columnNames: [String] {
        guard featureNames.count == columnCount else { return [] }
        let isMadeUp = featureNames.indices.allSatisfy { featureNames[$0] == "Column_\($0)" }
        return isMadeUp ? [] : featureNames
    }

    private func usedTreeCount(_ rounds: BoosterRounds, _ failure: BoosterFailure) throws(ArtifactError) -> Int {
        guard case .first(let count) = rounds else { return trees.count }
        guard (1...(trees.count / groupCount)).contains(count) else {
            throw failure.corrupt(
                nil, "\(count) rounds to use found, 1 to \(trees.count / groupCount) expected")
        }
        return count * groupCount
    }

    /// What the objective makes of the sums (`ConvertOutput` of LightGBM's objectives), as the caller uses the model.
    private func head(_ role: BoosterRole, _ failure: BoosterFailure) throws(ArtifactError) -> (Link, Task) {
        let link: Link
        var classCount = 0
        switch objective.first {
        case "binary":
            link = .scaledSigmoid(factor: try sigmoid(failure))
            classCount = 2
            try require(groupCount == 1, "one tree of a round", failure)
        case "multiclass":
            link = .softmaxSequential
            classCount = groupCount
            try require(groupCount > 1, "several trees of a round", failure)
        case "multiclassova":
            link = .scaledSigmoid(factor: try sigmoid(failure))
            classCount = groupCount
            try require(groupCount > 1, "several trees of a round", failure)
        case "regression" where objective.contains("sqrt"): link = .signedSquare
        case nil, "custom", "none", "regression", "regression_l1", "huber", "fair", "quantile", "mape", "lambdarank",
            "rank_xendcg":
            link = .identity
        case "poisson", "gamma", "tweedie": link = .exponential
        case "cross_entropy", "xentropy":
            if case .classifier = role {
                // The wrapper makes of it what it makes of a binary objective.
                (link, classCount) = (.scaledSigmoid(factor: 1), 2)
            } else {
                link = .sigmoid
            }
        case "cross_entropy_lambda", "xentlambda": link = .softplus
        case .some(let name):
            throw failure.unsupported(
                nil,
                "objective \(BoosterFailure.quoted(name)) found, one of those of classification, regression and "
                    + "ranking expected", hint: "train with another objective")
        }
        switch role {
        case .regressor where classCount <= 2: return (link, .regression)
        case .objective where classCount == 0: return (link, .regression)
        case .objective:
            return (link, .classification(classes: .integers((0..<classCount).map(Int64.init))))
        case .classifier(let labels):
            guard classCount > 0, labels.count > 1 else {
                throw failure.unsupported(
                    nil,
                    "objective '\(objective.first ?? "custom")' of a classifier of \(labels.count) labels found, one "
                        + "of classification and two or more labels expected",
                    hint: "train the classifier with its default objective, on several classes")
            }
            guard labels.count == classCount else {
                throw failure.corrupt(
                    nil,
                    "\(labels.count) class labels for objective '\(objective.first ?? "custom")' found, "
                        + "\(classCount) expected")
            }
            return (link, .classification(classes: labels))
        case .regressor:
            throw failure.unsupported(
                nil, "objective '\(objective.first ?? "custom")' of a regressor found, one of regression expected",
                hint: "use the model as a classifier")
        }
    }

    /// The parameter `sigmoid:` of the objective, which is 1 when not given.
    private func sigmoid(_ failure: BoosterFailure) throws(ArtifactError) -> Double {
        guard let text = objective.first(where: { $0.hasPrefix("sigmoid:") })?.dropFirst("sigmoid:".count) else {
            return 1
        }
        guard text.utf8.count <= BoosterLimits.numberByteCountMax, let factor = Double(text), factor.isFinite,
            factor > 0
        else {
            throw failure.corrupt(
                nil, "sigmoid \(BoosterFailure.quoted(String(text))) of the objective found, a number above 0 expected")
        }
        return factor
    }

    private func require(
        _ holds: Bool, _ expected: String, _ failure: BoosterFailure
    ) throws(ArtifactError) {
        guard holds else {
            throw failure.corrupt(
                nil,
                "\(groupCount) trees of a round for objective '\(objective.first ?? "")' found, \(expected) expected")
        }
    }
}
