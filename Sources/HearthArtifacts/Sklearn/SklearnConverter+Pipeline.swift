import HearthModel

extension SklearnConverter {
    /// A pipeline: its transformers become stages, its last step the estimator.
    mutating func pipeline(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let list = try source.node.member("steps")
        var steps: [PickleNode] = []
        for pair in try list.items() {
            guard try pair.count() == 2 else { throw pair.expected("a name and a step") }
            let step = try pair.item(1)
            if !step.isNone, !step.isString("passthrough") { steps.append(step) }
        }
        guard let last = steps.last else {
            throw source.refusal("no step found, an estimator at the end expected", hint: SklearnRefusals.hint)
        }
        for step in steps.dropLast() { try transformer(step) }
        return try estimator(last)
    }

    private mutating func transformer(_ node: PickleNode) throws(ArtifactError) {
        guard node.className?.module.hasPrefix("sklearn.") ?? false else {
            throw node.expected("a transformer of scikit-learn")
        }
        let source = try SklearnEstimator(node)
        if source.className == "Pipeline" { return try transformers(source) }
        let stage: Stage?
        switch source.className {
        case "StandardScaler":
            stage = try scaler(source, ("with_mean", "mean_"), ("with_std", "scale_"))
        case "RobustScaler":
            stage = try scaler(source, ("with_centering", "center_"), ("with_scaling", "scale_"))
        case "MaxAbsScaler":
            guard try !source.flag("clip") else { throw source.refusal("clip=True found, False expected") }
            let scale = try source.columnValues("scale_", count: source.columnCount())
            stage = .scale(Scaler(.subtractThenDivide(offset: nil, scale: scale)))
        case "MinMaxScaler": stage = try minMaxScaler(source)
        case "SimpleImputer": stage = try imputer(source)
        case "PCA", "IncrementalPCA": stage = try principalComponents(source)
        case "TruncatedSVD": stage = try truncatedDecomposition(source)
        case "PolynomialFeatures": stage = try polynomialFeatures(source)
        default: throw source.refusal(SklearnRefusals.reason(source.className), hint: SklearnRefusals.hint)
        }
        try enterStep(source)
        guard let stage else { return }
        stages.append(stage)
        let inputCount = try source.columnCount()
        do throws(ModelError) {
            width = try stage.outputCount(inputCount: inputCount)
        } catch {
            throw source.refusal("\(error.message)")
        }
    }

    /// A pipeline of transformers only, within another.
    private mutating func transformers(_ source: SklearnEstimator) throws(ArtifactError) {
        var visiting = walk
        try visiting.enter(source.node) { inner throws(ArtifactError) in
            self.walk = inner
            for pair in try source.node.member("steps").items() {
                guard try pair.count() == 2 else { throw pair.expected("a name and a step") }
                let step = try pair.item(1)
                if !step.isNone, !step.isString("passthrough") { try self.transformer(step) }
            }
        }
        walk = visiting
    }

    /// A part that is switched off is left out; nil when both are.
    private func scaler(
        _ source: SklearnEstimator, _ offset: (flag: String, values: String), _ scale: (flag: String, values: String)
    ) throws(ArtifactError) -> Stage? {
        let count = try source.columnCount()
        let offsets = try source.flag(offset.flag) ? source.columnValues(offset.values, count: count) : nil
        let scales = try source.flag(scale.flag) ? source.columnValues(scale.values, count: count) : nil
        if offsets == nil, scales == nil { return nil }
        return .scale(Scaler(.subtractThenDivide(offset: offsets, scale: scales)))
    }

    private func minMaxScaler(_ source: SklearnEstimator) throws(ArtifactError) -> Stage {
        let count = try source.columnCount()
        var clip: ClosedRange<Double>?
        if try source.flag("clip") {
            let bounds = try source.node.member("feature_range")
            let range = try bounds.doubles()
            guard range.count == 2, range.allSatisfy(\.isFinite), range[0] <= range[1] else {
                throw bounds.error("\(range) found, two finite numbers in order expected")
            }
            clip = range[0]...range[1]
        }
        return .scale(
            Scaler(
                .multiplyThenAdd(
                    scale: try source.columnValues("scale_", count: count),
                    offset: try source.columnValues("min_", count: count), clip: clip)))
    }

    private func imputer(_ source: SklearnEstimator) throws(ArtifactError) -> Stage {
        let missing = try source.node.member("missing_values")
        guard missing.kind != .string, !missing.isNone, try missing.double().isNaN else {
            throw source.refusal("missing_values other than NaN found, NaN expected")
        }
        let count = try source.columnCount()
        let node = try source.node.member("statistics_")
        let statistics = try node.doubles()
        guard statistics.count == count, statistics.allSatisfy({ !$0.isInfinite }) else {
            throw node.error("\(statistics.count) statistics for \(count) columns found, one each expected")
        }
        let isConstant = try source.text("strategy") == "constant"
        let keepsAll = try source.flag("keep_empty_features") || isConstant
        guard !keepsAll || statistics.allSatisfy({ !$0.isNaN }) else {
            throw source.refusal("a kept column whose statistic is NaN found, a number expected")
        }
        var indicators: [Int] = []
        if try source.flag("add_indicator") {
            let list = try source.node.member("indicator_").member("features_")
            for column in try list.integers() {
                guard column >= 0, column < Int64(count) else {
                    throw list.error("column \(column) found, 0 to \(count - 1) expected")
                }
                indicators.append(Int(column))
            }
        }
        return .impute(Imputer(statistics: statistics, indicatorColumns: indicators))
    }
}
