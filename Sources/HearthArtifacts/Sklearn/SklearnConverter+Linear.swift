import HearthModel

extension SklearnConverter {
    /// Coefficients and intercepts, one row per output.
    private struct Weights {
        var rows: [[Double]]
        var intercepts: [Double]

        init(_ source: SklearnEstimator) throws(ArtifactError) {
            let columnCount = try source.columnCount()
            let node = try source.node.member("coef_")
            guard node.kind == .array else {
                throw source.refusal("\(node.found) as 'coef_' found, an array expected", hint: "call densify() first")
            }
            let array = try node.array()
            guard array.shape.count == 1 || array.shape.count == 2, array.shape.last == columnCount else {
                throw node.error(
                    "coefficients of shape \(array.shapeText) found, one for each of \(columnCount) columns expected")
            }
            let values = try array.doubles()
            rows = stride(from: 0, to: values.count, by: columnCount).map {
                Array(values[$0..<$0 + columnCount])
            }
            let intercept = try source.node.member("intercept_")
            intercepts = try intercept.numbers()
            // Without an intercept the library stores one 0.
            if intercepts.count == 1, rows.count > 1, intercepts[0] == 0 {
                intercepts = [Double](repeating: 0, count: rows.count)
            }
            guard !rows.isEmpty, intercepts.count == rows.count else {
                throw intercept.error(
                    "\(intercepts.count) intercepts for \(rows.count) rows of coefficients found, one each expected")
            }
        }

        func model(_ link: Link, _ task: Task, _ rule: ClassRule = .rawAboveZero) -> Estimator {
            .linear(
                LinearModel(coefficients: rows, intercepts: intercepts, link: link, task: task, classRule: rule))
        }

        /// Checks that there is one row for two classes, else one for each.
        func check(_ labels: ClassLabels, _ source: SklearnEstimator) throws(ArtifactError) {
            guard labels.count >= 2, rows.count == (labels.count == 2 ? 1 : labels.count) else {
                throw source.node.error("\(rows.count) rows of coefficients for \(labels.count) classes found")
            }
        }
    }

    /// Classes whose `predict` is `X @ coef_.T + intercept_`.
    static let linearRegressors: Set<String> = [
        "LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet", "ElasticNetCV", "SGDRegressor",
        "HuberRegressor", "PassiveAggressiveRegressor", "LinearSVR", "BayesianRidge", "ARDRegression", "Lars",
        "LarsCV", "LassoLars", "LassoLarsCV", "LassoLarsIC", "OrthogonalMatchingPursuit",
        "OrthogonalMatchingPursuitCV", "TheilSenRegressor", "QuantileRegressor", "MultiTaskLasso",
        "MultiTaskLassoCV", "MultiTaskElasticNet", "MultiTaskElasticNetCV",
    ]

    /// ``linearRegressors``.
    func linearRegressor(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        try Weights(source).model(.identity, .regression)
    }

    /// One against the rest, or a softmax, by parameters and version.
    func logisticRegression(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let weights = try Weights(source)
        let labels = try source.labels()
        try weights.check(labels, source)
        let task = Task.classification(classes: labels)
        let isBinary = labels.count == 2
        guard source.version < SklearnVersion(1, 8) else {
            return weights.model(isBinary ? .sigmoid : .softmaxPairwise, task)
        }
        let stored = try source.node.member(ifPresent: "multi_class")
        let choice = try stored?.string() ?? "auto"
        let isOneAgainstRest: Bool
        switch choice {
        case "ovr", "warn": isOneAgainstRest = true
        case "auto", "deprecated":
            let solver = try source.text("solver")
            let newton = SklearnVersion(1, 2)...SklearnVersion(1, 5)
            isOneAgainstRest =
                isBinary || solver == "liblinear"
                || (solver == "newton-cholesky" && newton.contains(source.version))
        case "multinomial": isOneAgainstRest = false
        default:
            throw source.refusal("multi_class '\(PickleText.shown(choice))' found, auto, ovr or multinomial expected")
        }
        if isOneAgainstRest { return weights.model(.sigmoid, task) }
        return weights.model(isBinary ? .softmaxOfOpposites : .softmaxPairwise, task)
    }

    /// Perceptron, PassiveAggressiveClassifier and LinearSVC: the decision alone.
    func decisionClassifier(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let weights = try Weights(source)
        let labels = try source.labels()
        try weights.check(labels, source)
        return weights.model(.identity, .classification(classes: labels))
    }

    /// SGDOneClassSVM: the decision is `x . coef_ - offset_`.
    func stochasticOneClass(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let columnCount = try source.columnCount()
        let node = try source.node.member("coef_")
        let (coefficients, offsets) = (try node.doubles(), try source.node.member("offset_").numbers())
        guard coefficients.count == columnCount, let offset = offsets.first, offsets.count == 1 else {
            throw node.error("\(coefficients.count) coefficients of \(columnCount) columns found, one each expected")
        }
        return .linear(
            LinearModel(
                coefficients: [coefficients], intercepts: [-offset], link: .identity,
                task: .anomalyDecision(offset: offset), classRule: .rawAtLeastZero))
    }

    /// PoissonRegressor, GammaRegressor and TweedieRegressor: `exp` of the sum, or the sum.
    func generalizedLinear(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let weights = try Weights(source)
        guard source.className == "TweedieRegressor" else { return weights.model(.exponential, .regression) }
        switch try source.text("link") {
        case "log": return weights.model(.exponential, .regression)
        case "identity": return weights.model(.identity, .regression)
        default:
            let power = try source.node.member("power").finiteDouble()
            return weights.model(power <= 0 ? .identity : .exponential, .regression)
        }
    }

    /// Probabilities for the log loss; other losses have the decision alone.
    func stochasticClassifier(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let weights = try Weights(source)
        let labels = try source.labels()
        try weights.check(labels, source)
        let task = Task.classification(classes: labels)
        let loss = try source.text("loss")
        switch loss {
        case "log", "log_loss": return weights.model(.sigmoid, task)
        case "modified_huber": return weights.model(.clippedUnit, task)
        default: return weights.model(.identity, task)
        }
    }

    /// The labels are those of the binarizer.
    func ridgeClassifier(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let weights = try Weights(source)
        let binarizer = try source.node.member("_label_binarizer")
        if let type = try binarizer.member(ifPresent: "y_type_"), type.isString("multilabel-indicator") {
            throw source.refusal("several labels of a row found, one expected", hint: "train one model per label")
        }
        let labels = try ClassLabels(labels: binarizer.member("classes_"))
        try weights.check(labels, source)
        return weights.model(.identity, .classification(classes: labels))
    }
}
