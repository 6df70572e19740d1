import HearthModel

extension SklearnConverter {
    /// AdaBoostClassifier: SAMME adds weights to classes, SAMME.R logarithms of probabilities.
    mutating func adaBoostClassifier(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let labels = try source.labels()
        guard labels.count > 1 else { throw source.refusal("one class found, several expected") }
        try noteColumns(source)
        let members = try members(source)
        for member in members { try member.requireClasses(labels, of: source) }
        let weights = try boostWeights(source, memberCount: members.count)
        let sum = NumPySum.pairwise(weights[...])
        guard sum != 0, sum.isFinite else { throw source.refusal("weights that add up to \(sum) found") }
        try enter(source, members)
        // SAMME.R went in 1.6, and with it the parameter's meaning.
        let isReal = source.version < SklearnVersion(1, 6) ? try source.text("algorithm") == "SAMME.R" : false
        let form: Combination.AdaptiveBoost.Form
        let answer: Estimates.Answer
        if isReal {
            guard members.allSatisfy({ $0.output.hasProbabilities && !$0.answersFloat32 }) else {
                throw source.refusal("algorithm SAMME.R with members without probabilities in float64 found")
            }
            form = .real(memberCount: members.count)
            answer = Estimates.Answer(.probabilities, count: labels.count)
        } else {
            let hits = Array(weights.prefix(members.count))
            let share = source.spreadsMisses ? -1 / Double(labels.count - 1) : 0
            form = .discrete(hits: hits, misses: hits.map { share * $0 })
            answer = Estimates.Answer(.predict)
        }
        try ask(
            Estimates(members: members.map { Estimates.Member($0.model, answers: [answer]) }, requiresFinite: true))
        return .combination(
            Combination(
                .adaptiveBoost(Combination.AdaptiveBoost(form, weightSum: sum)), task: .classification(classes: labels)
            ))
    }

    /// AdaBoostRegressor: the weighted median of the members' answers.
    mutating func adaBoostRegressor(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        try noteColumns(source)
        let members = try members(source)
        for member in members { try member.requireRegressor(of: source) }
        let weights = try Array(boostWeights(source, memberCount: members.count).prefix(members.count))
        try enter(source, members)
        let answer = Estimates.Answer(.predict)
        try ask(
            Estimates(members: members.map { Estimates.Member($0.model, answers: [answer]) }, requiresFinite: true))
        return .combination(Combination(.weightedMedian(weights: weights), task: .regression))
    }

    /// The columns that boosting checks before any member sees them.
    private mutating func noteColumns(_ source: SklearnEstimator) throws(ArtifactError) {
        let count = try source.columnCount()
        if let width, width != count {
            throw source.node.error("\(source.className) of \(count) columns found, the \(width) before it expected")
        }
        width = count
        if signature == nil { signature = InputSignature(columnCount: count) }
    }

    /// One per member, then zeros where boosting stopped early.
    private func boostWeights(_ source: SklearnEstimator, memberCount: Int) throws(ArtifactError) -> [Double] {
        let node = try source.node.member("estimator_weights_")
        let weights = try node.doubles()
        guard weights.count >= memberCount, weights.count <= ModelLimits.memberCount, weights.allSatisfy(\.isFinite)
        else {
            throw node.error(
                "\(weights.count) weights for \(memberCount) members found, one finite number each expected")
        }
        return weights
    }
}

extension SklearnEstimator {
    /// From 1.3.1 on a vote takes from the other classes what makes the votes of all add up to 0.
    fileprivate var spreadsMisses: Bool {
        if version != SklearnVersion(1, 3) { return version > SklearnVersion(1, 3) }
        return !versionText.hasPrefix("1.3.0") && !versionText.hasPrefix("1.3r") && versionText != "1.3"
    }
}
