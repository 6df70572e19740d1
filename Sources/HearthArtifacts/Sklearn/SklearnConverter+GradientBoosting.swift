import Glibc
import HearthModel

extension SklearnConverter {
    /// GradientBoostingClassifier and -Regressor: leaves times the learning rate, added to what `init_` answers.
    mutating func gradientBoosting(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let columnCount = try source.columnCount()
        let array = try source.node.member("estimators_").array().requireShape([nil, nil])
        let outputCount = array.shape[1]
        let trees = try array.nodes()
        guard !trees.isEmpty else { throw array.node.error("boosting without trees found") }
        let rate = try source.node.member("learning_rate").finiteDouble()
        let isClassifier = source.className.hasSuffix("Classifier")
        var task = Task.regression
        var classCount = 0
        if isClassifier {
            let labels = try source.labels()
            task = .classification(classes: labels)
            classCount = labels.count
        }
        guard classCount != 1, outputCount == (classCount > 2 ? classCount : 1) else {
            throw array.node.error("\(outputCount) trees per stage for \(classCount) classes found")
        }
        let (link, rule) = try boostingLink(source, classCount: classCount)
        let stored = try baseValues(source, classCount: classCount)
        let base = stored ?? [Double](repeating: 0, count: outputCount)
        var converted: [Tree] = []
        converted.reserveCapacity(trees.count)
        for (index, node) in trees.enumerated() {
            let tree = try SklearnTree(node, columnCount: columnCount, width: 1)
            converted.append(
                try tree.converted(leafWidth: 1, output: index % outputCount) {
                    node, leaf throws(ArtifactError) in leaf.append(rate * tree.values[node])
                })
        }
        let ensemble = TreeEnsemble(
            columnCount: columnCount, inputs: .float32, thresholds: .float64, splitRule: .lessOrEqual,
            missing: .refused, trees: converted, aggregation: .sum, baseValues: base, link: link, task: task,
            classRule: rule)
        return stored == nil ? try boostingOverEstimator(source, ensemble) : .treeEnsemble(ensemble)
    }

    private func boostingLink(
        _ source: SklearnEstimator, classCount: Int
    ) throws(ArtifactError) -> (Link, ClassRule) {
        guard classCount > 0 else { return (.identity, .largestProbability) }
        let isOld = source.version < SklearnVersion(1, 4)
        let loss = try source.text("loss")
        switch loss {
        case "exponential":
            guard classCount == 2 else { throw source.refusal("loss 'exponential' of several classes found") }
            return (.scaledSigmoid(factor: 2), .rawAtLeastZero)
        case "deviance", "log_loss":
            let rule: ClassRule = isOld ? .largestProbability : .rawAtLeastZero
            if classCount == 2 { return (.sigmoid, rule) }
            return (isOld ? .softmaxLogSumExp : .softmaxPairwise, rule)
        default: throw source.refusal("loss '\(PickleText.shown(loss))' found, log_loss or exponential expected")
        }
    }

    /// What the sums start from; nil when an estimator says it row by row.
    private func baseValues(_ source: SklearnEstimator, classCount: Int) throws(ArtifactError) -> [Double]? {
        let outputCount = classCount > 2 ? classCount : 1
        let start = try source.node.member("init_")
        if start.isString("zero") { return [Double](repeating: 0, count: outputCount) }
        if classCount == 0, start.isInstance("DummyRegressor") {
            let constant = try start.member("constant_").array().requireShape([1, 1])
            guard let value = try constant.doubles().first, value.isFinite else {
                throw constant.node.error("a constant that is not finite found")
            }
            return [value]
        }
        guard classCount > 0, start.isInstance("DummyClassifier"), try start.member("strategy").isString("prior") else {
            guard !start.isInstance("DummyClassifier"), !start.isInstance("DummyRegressor") else {
                throw source.refusal("\(start.found) of another strategy as 'init' found, none or 'zero' expected")
            }
            return nil
        }
        let node = try start.member("class_prior_")
        let stored = try node.doubles()
        guard stored.count == classCount, stored.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
            throw node.error("\(stored.count) shares of \(classCount) classes found, one from 0 to 1 each expected")
        }
        let epsilon = source.version < SklearnVersion(1, 8) ? Double(Float.ulpOfOne) : Double.ulpOfOne
        let shares = stored.map { min(max($0, epsilon), 1 - epsilon) }
        if classCount == 2 {
            let isExponential = try source.text("loss") == "exponential"
            let odds = Self.logit(shares[1], source.version)
            return [isExponential ? 0.5 * odds : odds]
        }
        guard source.version >= SklearnVersion(1, 4) else { return shares.map { log($0) } }
        let mean = exp(NumPySum.pairwise(shares.map { log($0) }[...]) / Double(classCount))
        return shares.map { log($0 / mean) }
    }

    /// SciPy changed its formula in 1.15, which the file does not tell; 1.5 is the first version of scikit-learn that
    /// commonly ran with it.
    private static func logit(_ share: Double, _ version: SklearnVersion) -> Double {
        guard version >= SklearnVersion(1, 5), share >= 0.3, share <= 0.65 else { return log(share / (1 - share)) }
        let doubled = 2 * (share - 0.5)
        return log1p(doubled) - log1p(-doubled)
    }
}
