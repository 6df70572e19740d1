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

        func model(_ link: Link, _ task: Task) -> Estimator {
            .linear(LinearModel(coefficients: rows, intercepts: intercepts, link: link, task: task))
        }

        /// Checks that there is one row for two classes, else one for each.
        func check(_ labels: ClassLabels, _ source: SklearnEstimator) throws(ArtifactError) {
            guard labels.count >= 2, rows.count == (labels.count == 2 ? 1 : labels.count) else {
                throw source.node.error("\(rows.count) rows of coefficients for \(labels.count) classes found")
            }
        }
    }

    /// LinearRegression, Ridge, Lasso, ElasticNet, SGDRegressor.
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
        guard !isBinary else {
            throw source.refusal("multi_class='multinomial' with two classes found, 'auto' or 'ovr' expected")
        }
        return weights.model(.softmaxPairwise, task)
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
        case "modified_huber":
            throw source.refusal("the probabilities of loss 'modified_huber' are not computed", hint: "use log_loss")
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
