import HearthModel

extension SklearnConverter {
    /// GradientBoosting whose `init` is an estimator: the trees, already times the learning rate, become a member that
    /// gives each tree's value by itself, because sums start from the other member's answer.
    mutating func boostingOverEstimator(
        _ source: SklearnEstimator, _ trees: TreeEnsemble
    ) throws(ArtifactError) -> Estimator {
        let start = try source.node.member("init_")
        width = try source.columnCount()
        let member = try member(start)
        var classCount = 0
        if case .classification(let labels) = trees.task {
            // The library encodes its labels before it fits the member.
            try member.requireClasses(.encoded(labels.count), of: source)
            classCount = labels.count
        } else {
            try member.requireRegressor(of: source)
        }
        try requireFloat32Rows(member, source)
        let answer: Estimates.Answer
        switch classCount {
        case 0: answer = Estimates.Answer(.predict)
        case 2: answer = Estimates.Answer(.probabilities, first: 1)
        default: answer = Estimates.Answer(.probabilities, count: classCount)
        }
        guard classCount == 0 || member.output.hasProbabilities else {
            throw source.refusal("\(member.name) without probabilities as 'init' found")
        }
        guard trees.trees.count <= ModelLimits.outputCount else {
            throw source.refusal("\(trees.trees.count) trees over an 'init' found, at most 10000 expected")
        }
        var values = trees
        (values.link, values.task, values.classRule) = (.identity, .regression, .largestProbability)
        values.baseValues = [Double](repeating: -0.0, count: trees.trees.count)
        for index in values.trees.indices { values.trees[index].output = index }
        let treeModel = ModelDefinition(
            signature: InputSignature(columnCount: trees.columnCount), estimator: .treeEnsemble(values))
        try enter(source, [member])
        try ask(
            Estimates(
                members: [
                    Estimates.Member(member.model, roundsToFloat32: true, answers: [answer]),
                    Estimates.Member(treeModel, answers: [Estimates.Answer(.predict, count: trees.trees.count)]),
                ], requiresFinite: true))
        let epsilon = source.version < SklearnVersion(1, 8) ? Double(Float.ulpOfOne) : Double.ulpOfOne
        let rule = Combination.BoostedStart(
            try transform(source, classCount), epsilon: epsilon, outputCount: trees.baseValues.count,
            treeCount: trees.trees.count)
        return .combination(
            Combination(.boostedStart(rule), link: trees.link, task: trees.task, classRule: trees.classRule))
    }

    /// As for the shares of a prior (``gradientBoosting(_:)``), row by row.
    private func transform(
        _ source: SklearnEstimator, _ classCount: Int
    ) throws(ArtifactError) -> Combination.BoostedStart.Transform {
        let isExponential = try source.text("loss") == "exponential"
        switch classCount {
        case 0: return .identity
        case 2:
            guard source.version >= SklearnVersion(1, 5) else { return isExponential ? .halfLogOdds : .logOdds }
            return isExponential ? .halfLogit : .logit
        default: return source.version < SklearnVersion(1, 4) ? .log : .logOfGeometricMean
        }
    }

    /// The member is fitted and asked with float32 rows: refuses those that then compute in float32.
    private func requireFloat32Rows(
        _ member: SklearnMember, _ source: SklearnEstimator
    ) throws(ArtifactError) {
        guard Self.isExact(member.model), !member.answersFloat32 || source.version >= SklearnVersion(1, 4) else {
            throw source.refusal(
                "\(member.name) as 'init' found, which the library computes in float32",
                hint: "use an 'init' of trees, or none")
        }
    }

    /// Trees compare what they see and answer in float64.
    private static func isExact(_ model: ModelDefinition) -> Bool {
        for stage in model.stages {
            switch stage {
            case .markMissing: break
            case .estimates(let estimates):
                guard estimates.members.allSatisfy({ isExact($0.model) }) else { return false }
            case .impute, .scale, .columns, .encode, .polynomial, .project: return false
            }
        }
        switch model.estimator {
        case .treeEnsemble, .combination: return true
        case .linear, .zScore, .identity, .kernelMachine, .localOutlierFactor: return false
        }
    }
}
