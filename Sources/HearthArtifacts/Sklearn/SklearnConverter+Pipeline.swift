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

    /// Classes that turn a row into another: what stands before an estimator, or alone.
    static let transformerNames: Set<String> = [
        "StandardScaler", "RobustScaler", "MaxAbsScaler", "MinMaxScaler", "SimpleImputer", "MissingIndicator",
        "OneHotEncoder", "OrdinalEncoder", "ColumnTransformer", "FeatureUnion", "FunctionTransformer",
        "PCA", "IncrementalPCA", "TruncatedSVD", "PolynomialFeatures",
    ]

    /// Adds the stages of a transformer; `isEntered` tells that the walk has it on its way already.
    mutating func transformer(_ node: PickleNode, isEntered: Bool = false) throws(ArtifactError) {
        guard node.className?.module.hasPrefix("sklearn.") ?? false else {
            throw node.expected("a transformer of scikit-learn")
        }
        let source = try SklearnEstimator(node)
        switch source.className {
        case "Pipeline": try transformers(source)
        case "ColumnTransformer", "FeatureUnion":
            let isUnion = source.className == "FeatureUnion"
            if isEntered { return try isUnion ? featureUnion(source) : columnTransformer(source) }
            var visiting = walk
            try visiting.enter(node) { inner throws(ArtifactError) in
                self.walk = inner
                try isUnion ? self.featureUnion(source) : self.columnTransformer(source)
                inner = self.walk
            }
            walk = visiting
        case "OneHotEncoder": try oneHotEncoder(source)
        case "OrdinalEncoder": try ordinalEncoder(source)
        case "FunctionTransformer": try functionTransformer(source)
        case "SimpleImputer": try imputer(source)
        case "MissingIndicator": try missingIndicator(source)
        case "StandardScaler": try append(scaler(source, ("with_mean", "mean_"), ("with_std", "scale_")), source)
        case "RobustScaler":
            try append(scaler(source, ("with_centering", "center_"), ("with_scaling", "scale_")), source)
        case "MaxAbsScaler": try append(maxAbsScaler(source), source)
        case "MinMaxScaler":
            guard !isSparse else { throw source.refusal("sparse columns before it found, dense ones expected") }
            try append([minMaxScaler(source)], source)
        case "PCA", "IncrementalPCA": try append(mixing: principalComponents(source), source)
        case "TruncatedSVD": try append(mixing: truncatedDecomposition(source), source)
        case "PolynomialFeatures": try append(mixing: polynomialFeatures(source), source)
        default: throw source.refusal(SklearnRefusals.reason(source.className), hint: SklearnRefusals.hint)
        }
    }

    /// A stage whose columns are made of several columns.
    private mutating func append(mixing stage: Stage, _ source: SklearnEstimator) throws(ArtifactError) {
        guard !isSparse else { throw source.refusal("sparse columns before it found, dense ones expected") }
        try enterStep(source)
        try useNumbers(source.node)
        stages.append(stage)
        do throws(ModelError) {
            width = try stage.outputCount(inputCount: width ?? 0)
        } catch {
            throw source.refusal("\(error.message)")
        }
        origins = [Int?](repeating: nil, count: width ?? 0)
    }

    private mutating func append(_ forms: [Scaler.Form], _ source: SklearnEstimator) throws(ArtifactError) {
        try enterStep(source)
        try useNumbers(source.node)
        stages += forms.map { .scale(Scaler($0)) }
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
            inner = self.walk
        }
        walk = visiting
    }

    /// A part that is switched off is left out. What no part changes is still checked for infinite values.
    private func scaler(
        _ source: SklearnEstimator, _ offset: (flag: String, values: String), _ scale: (flag: String, values: String)
    ) throws(ArtifactError) -> [Scaler.Form] {
        let count = try source.columnCount()
        let offsets = try source.flag(offset.flag) ? source.columnValues(offset.values, count: count) : nil
        let scales = try source.flag(scale.flag) ? source.columnValues(scale.values, count: count) : nil
        guard isSparse else { return [.subtractThenDivide(offset: offsets, scale: scales)] }
        guard offsets == nil else {
            throw source.refusal("centering of sparse columns found, which the library refuses")
        }
        guard let scales else { return [.subtractThenDivide(offset: nil, scale: nil)] }
        return [try sparseForm(scales, source)]
    }

    private func maxAbsScaler(_ source: SklearnEstimator) throws(ArtifactError) -> [Scaler.Form] {
        let scale = try source.columnValues("scale_", count: source.columnCount())
        let form = isSparse ? try sparseForm(scale, source) : .subtractThenDivide(offset: nil, scale: scale)
        guard try source.flag("clip") else { return [form] }
        let ones = [Double](repeating: 1, count: scale.count)
        let zeros = [Double](repeating: -0.0, count: scale.count)
        return [form, .multiplyThenAdd(scale: ones, offset: zeros, clip: -1...1)]
    }

    /// Of sparse columns the library takes the reciprocal of the scale first. Adding negative zero changes no bit.
    private func sparseForm(_ scale: [Double], _ source: SklearnEstimator) throws(ArtifactError) -> Scaler.Form {
        let factors = scale.map { 1 / $0 }
        guard factors.allSatisfy(\.isFinite) else {
            throw source.node.error("a scale of 0 found, another number expected")
        }
        return .multiplyThenAdd(
            scale: factors, offset: [Double](repeating: -0.0, count: scale.count), clip: nil)
    }

    private func minMaxScaler(_ source: SklearnEstimator) throws(ArtifactError) -> Scaler.Form {
        let count = try source.columnCount()
        var clip: ClosedRange<Double>?
        if try source.flag("clip") {
            let bounds = try source.node.member("feature_range")
            let range = try bounds.doubles()
            guard range.count == 2, range.allSatisfy(\.isFinite), range[0] <= range[1] else {
                throw bounds.error("\(range.prefix(3)) found, two finite numbers in order expected")
            }
            clip = range[0]...range[1]
        }
        return .multiplyThenAdd(
            scale: try source.columnValues("scale_", count: count),
            offset: try source.columnValues("min_", count: count), clip: clip)
    }
}
