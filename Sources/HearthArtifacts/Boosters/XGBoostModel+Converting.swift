import HearthModel

extension XGBoostModel {
    /// The definition, or what of the model is not computed.
    func converted(
        format: BoosterFormat, options: XGBoostOptions, failure: BoosterFailure
    ) throws(ArtifactError) -> BoosterModel {
        let objective = try XGBoostObjective(named: objective, failure)
        let (task, rule) = try task(objective, options.role, failure)
        let margins = baseMargins(objective)
        let link = link(of: objective)
        let estimator: Estimator
        var treeCount = 0
        var usedTreeCount = 0
        switch booster {
        case .linear(let weights):
            estimator = .linear(linear(weights, margins, link, task, rule))
        case .trees(let trees):
            treeCount = trees.count
            usedTreeCount = try self.usedTreeCount(of: trees.count, options.rounds, failure)
            estimator = .treeEnsemble(
                try ensemble(
                    trees.prefix(usedTreeCount), margins, link, task, rule, options.dartSums, failure))
        }
        var stages: [Stage] = []
        if !options.missing.isNaN {
            guard options.missing.isFinite else {
                throw failure.unsupported(
                    nil, "missing value \(options.missing) found, NaN or a finite number expected",
                    hint: "set missing to NaN and mark missing values as NaN")
            }
            stages = [.markMissing(.equal(to: options.missing))]
        }
        let names = featureNames.count == columnCount ? featureNames : []
        let definition = ModelDefinition(
            signature: InputSignature(columnCount: columnCount, columnNames: names), stages: stages,
            estimator: estimator)
        let facts = BoosterFacts(
            format: format, version: version.map(String.init).joined(separator: "."), booster: boosterName,
            objective: self.objective, columnCount: columnCount, featureNames: featureNames, treeCount: treeCount,
            usedTreeCount: usedTreeCount)
        return try BoosterConverter.checked(BoosterModel(definition: definition, facts: facts), failure)
    }

    private func task(
        _ objective: XGBoostObjective, _ role: BoosterRole, _ failure: BoosterFailure
    ) throws(ArtifactError) -> (Task, ClassRule) {
        // `predict` of multi:softmax is the first largest margin, of all others the first largest probability.
        let rule: ClassRule = objective.givesClass ? .rawAboveZero : .largestProbability
        let isBinary = (objective.form == .logistic || objective.form == .step) && groupCount == 1
        let classCount = isBinary ? 2 : groupCount
        guard objective.form != .softmax || groupCount > 1 else {
            throw failure.corrupt(nil, "objective \(objective.name) with one class found, several expected")
        }
        switch role {
        case .regressor:
            guard objective.form != .softmax else {
                throw failure.unsupported(
                    nil, "objective \(objective.name) of a regressor found, one of regression expected",
                    hint: "use the model as a classifier")
            }
            return (.regression, rule)
        case .objective:
            guard objective.classifies, isBinary || objective.form == .softmax else { return (.regression, rule) }
            return (.classification(classes: .integers((0..<classCount).map(Int64.init))), rule)
        case .classifier(let labels):
            if let problem = objective.classifierProblem(groupCount: groupCount) {
                throw failure.unsupported(
                    nil,
                    "objective \(objective.name) of a classifier found, \(problem.found); binary:logistic or "
                        + "multi:softprob expected", hint: problem.hint)
            }
            guard labels.count == classCount else {
                throw failure.corrupt(nil, "\(labels.count) class labels found, \(classCount) expected")
            }
            return (.classification(classes: labels), rule)
        }
    }

    private func link(of objective: XGBoostObjective) -> Link {
        // Before 1.6 the exponent of the sigmoid was not bounded.
        if objective.form == .logistic, version[0] == 1, version[1] < 6 { return .scaledSigmoid(factor: 1) }
        return objective.link
    }

    /// The margin that each group starts from.
    private func baseMargins(_ objective: XGBoostObjective) -> [Float] {
        let margins = baseScores.map(objective.margin(of:))
        return margins.count == groupCount ? margins : [Float](repeating: margins[0], count: groupCount)
    }

    /// Trees of the rounds that count: a round has ``parallelTreeCount`` trees of each group.
    private func usedTreeCount(
        of treeCount: Int, _ rounds: BoosterRounds, _ failure: BoosterFailure
    ) throws(ArtifactError) -> Int {
        let roundCount: Int
        switch rounds {
        case .all: return treeCount
        case .first(let count): roundCount = count
        case .best:
            guard let bestIteration else { return treeCount }
            roundCount = bestIteration + 1
        }
        guard let parallelTreeCount else {
            throw failure.unsupported(
                nil, "\(roundCount) rounds to use but no num_parallel_tree found, both expected",
                hint: "load the model with XGBoost 1.6 or later and save it again")
        }
        let (count, overflow) = roundCount.multipliedReportingOverflow(by: parallelTreeCount * groupCount)
        guard !overflow, (1...max(1, treeCount)).contains(count) else {
            throw failure.corrupt(
                nil,
                "\(roundCount) rounds of \(parallelTreeCount * groupCount) trees to use found, at most the "
                    + "\(treeCount) trees expected")
        }
        return count
    }

    private func ensemble(
        _ trees: ArraySlice<XGBoostTree>, _ margins: [Float], _ link: Link, _ task: Task, _ rule: ClassRule,
        _ dartSums: XGBoostOptions.DartSums, _ failure: BoosterFailure
    ) throws(ArtifactError) -> TreeEnsemble {
        var sets = CategorySets()
        var converted: [Tree] = []
        converted.reserveCapacity(trees.count)
        for (index, tree) in trees.enumerated() {
            let group = treeGroups[index]
            // Scaling now gives the bits of scaling at every row.
            let weight = treeWeights?[index]
            let margin = margins[group]
            let tree = try tree.converted(
                index: index, output: group, columnCount: columnCount, sets: &sets, failure: failure
            ) { leaf in
                guard let weight else { return leaf }
                return dartSums == .matrix ? leaf * weight : ((margin + leaf) - margin) * weight
            }
            converted.append(tree)
        }
        if !sets.sets.isEmpty, version[0] == 1, version[1] < 6 {
            throw failure.unsupported(
                nil, "categorical splits of XGBoost \(version[0]).\(version[1]) found, those of 1.6 or later expected",
                hint: "train the model with XGBoost 1.6 or later")
        }
        return TreeEnsemble(
            columnCount: columnCount, inputs: .float32, thresholds: .float32, splitRule: .less, missing: .perNode,
            trees: converted, categorySets: sets.sets, negativeCategory: .outside, accumulator: .float32,
            aggregation: .sum, baseValues: margins.map(Double.init), link: link, task: task, classRule: rule)
    }

    /// `bias + base` is where XGBoost's sum starts; for every group the base is that of the first, also where the file
    /// has one each (`src/gbm/gblinear.cc`, measured with 3.2.0).
    private func linear(
        _ weights: [Float], _ margins: [Float], _ link: Link, _ task: Task, _ rule: ClassRule
    ) -> LinearModel {
        let biases = weights.suffix(groupCount)
        return LinearModel(
            coefficients: (0..<groupCount).map { group in
                (0..<columnCount).map { Double(weights[$0 * groupCount + group]) }
            }, intercepts: biases.map { Double($0 + margins[0]) }, accumulator: .float32, link: link, task: task,
            classRule: rule)
    }
}
