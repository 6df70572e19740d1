import HearthModel

/// A model within another, converted by itself.
struct SklearnMember {
    let node: PickleNode
    let model: ModelDefinition
    let output: OutputShape
    /// Its steps in one text.
    let name: String
    /// The library's class has `decision_function`.
    let hasDecision: Bool

    /// The labels of a classifier; nil for all others.
    var classes: ClassLabels? {
        if case .classification(let classes) = output.task { return classes }
        return nil
    }

    var isRegressor: Bool { output.task == .regression }

    /// Whether the library answers in float32, as XGBoost's wrappers do.
    var answersFloat32: Bool {
        switch model.estimator {
        case .treeEnsemble, .linear: output.accumulator == .float32
        case .combination(let combination):
            if case .mean(let mean) = combination.rule { mean.accumulator == .float32 } else { false }
        case .zScore, .identity, .kernelMachine, .localOutlierFactor: false
        }
    }
}

extension SklearnConverter {
    /// Converts a model within this one; it sees `columns` of the columns so far, or all.
    mutating func member(_ node: PickleNode, columns: [Int]? = nil) throws(ArtifactError) -> SklearnMember {
        var inner = SklearnConverter(texts: texts)
        inner.walk = walk
        inner.origins = columns.map { $0.map { origin(of: $0) } } ?? origins
        inner.isSparse = isSparse
        inner.width = columns?.count ?? width
        let estimator = try inner.estimator(node)
        walk = inner.walk
        guard let signature = inner.signature else { throw node.error("an estimator without columns found") }
        guard let output = estimator.outputShape, output.task == .regression || output.classCount > 0 else {
            throw node.error(
                "\(inner.steps.last ?? "an estimator") within another found, a classifier or regressor expected",
                code: .unsupported, hint: SklearnRefusals.hint)
        }
        if columns == nil {
            width = signature.columnCount
            if self.signature == nil { self.signature = signature }
        }
        let model = ModelDefinition(
            signature: InputSignature(columnCount: signature.columnCount), stages: inner.stages, estimator: estimator)
        return SklearnMember(
            node: node, model: model, output: output, name: inner.steps.joined(separator: " > "),
            hasDecision: output.hasDecision && !inner.lacksDecision)
    }

    /// The fitted members of `name`, without those that were dropped.
    mutating func members(
        _ source: SklearnEstimator, _ name: String = "estimators_"
    ) throws(ArtifactError) -> [SklearnMember] {
        let list = try source.node.member(name)
        var members: [SklearnMember] = []
        for node in try list.items() where !node.isString("drop") && !node.isNone { members.append(try member(node)) }
        guard !members.isEmpty else { throw list.error("no member found, at least one expected") }
        return members
    }

    /// Notes a model of models and its members: names of columns are its own, or the members'.
    mutating func enter(_ source: SklearnEstimator, _ members: [SklearnMember]) throws(ArtifactError) {
        guard let count = width else { throw source.node.error("members without columns found") }
        if signature == nil { signature = InputSignature(columnCount: count) }
        if let names = try source.node.member(ifPresent: "feature_names_in_"), stages.isEmpty {
            let strings = try names.strings()
            guard strings.count == count else {
                throw names.error("\(strings.count) names for \(count) columns found, one each expected")
            }
            signature?.columnNames = strings
        }
        var names: [(name: String, count: Int)] = []
        for member in members {
            if let index = names.firstIndex(where: { $0.name == member.name }) {
                names[index].count += 1
            } else {
                names.append((member.name, 1))
            }
        }
        let text = names.map { $0.count > 1 ? "\($0.count) \($0.name)" : $0.name }.joined(separator: ", ")
        steps.append("\(source.className) (\(text))")
        library = "scikit-learn"
        libraryVersion = source.versionText
        lacksDecision = false
    }

    /// Adds the stage that asks the members.
    mutating func ask(_ estimates: Estimates) throws(ArtifactError) {
        let passed = estimates.passesRow ? (0..<(width ?? 0)).map { origin(of: $0) } : []
        let answerCount = estimates.members.reduce(0) { $1.answers.reduce($0) { $0 + $1.width } }
        stages.append(.estimates(estimates))
        width = answerCount + passed.count
        origins = [Int?](repeating: nil, count: answerCount) + passed
    }
}

extension ClassLabels {
    /// 0 to `count` - 1: what members are trained on when the model around them encodes its labels.
    static func encoded(_ count: Int) -> ClassLabels { .integers((0..<count).map(Int64.init)) }

    /// The labels as numbers; nil for text.
    var numbers: [Double]? {
        switch self {
        case .integers(let labels): labels.map(Double.init)
        case .floats(let labels): labels
        case .booleans(let labels): labels.map { $0 ? 1 : 0 }
        case .strings: nil
        }
    }
}

extension SklearnMember {
    /// Checks that the classes of the member are `labels`, in their order.
    func requireClasses(_ labels: ClassLabels, of source: SklearnEstimator) throws(ArtifactError) {
        guard let classes else {
            throw source.refusal("\(name) without classes among its members found, a classifier expected")
        }
        // Labels that the library has encoded may be numbers of another type.
        guard classes == labels || labels.numbers.map({ $0 == classes.numbers }) ?? false else {
            throw source.refusal(
                "a member \(name) with other classes than the model around it found",
                hint: "fit the members on all classes")
        }
    }

    /// Checks that it gives one number per row.
    func requireRegressor(of source: SklearnEstimator) throws(ArtifactError) {
        guard isRegressor, output.outputCount == 1 else {
            throw source.refusal("\(name) among its members found, a regressor of one output expected")
        }
    }
}
