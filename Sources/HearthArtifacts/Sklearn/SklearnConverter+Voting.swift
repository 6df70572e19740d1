import HearthModel

extension SklearnConverter {
    /// VotingClassifier: the average of the members' probabilities, or the class with the most votes.
    mutating func votingClassifier(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let labels = try source.labels()
        let members = try members(source)
        let weights = try votingWeights(source, memberCount: members.count)
        for member in members { try member.requireClasses(.encoded(labels.count), of: source) }
        try enter(source, members)
        let task = Task.classification(classes: labels)
        if try source.text("voting") == "hard" {
            try ask(Estimates(members: members.map { Estimates.Member($0.model, answers: [.init(.predict)]) }))
            let all = [Double](repeating: 1, count: members.count)
            return .combination(Combination(.votes(weights: weights.isEmpty ? all : weights), task: task))
        }
        for member in members where !member.output.hasProbabilities {
            throw source.refusal("\(member.name) without probabilities found", hint: "train it with voting='hard'")
        }
        let answer = Estimates.Answer(.probabilities, count: labels.count)
        try ask(Estimates(members: members.map { Estimates.Member($0.model, answers: [answer]) }))
        return .combination(
            Combination(.mean(try average(of: members, weights, width: labels.count, source)), task: task))
    }

    /// VotingRegressor: the average of the members' answers.
    mutating func votingRegressor(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let members = try members(source)
        let weights = try votingWeights(source, memberCount: members.count)
        for member in members { try member.requireRegressor(of: source) }
        try enter(source, members)
        try ask(Estimates(members: members.map { Estimates.Member($0.model, answers: [.init(.predict)]) }))
        return .combination(Combination(.mean(try average(of: members, weights, width: 1, source)), task: .regression))
    }

    /// The weights of the members that were not dropped; empty when there are none.
    private func votingWeights(_ source: SklearnEstimator, memberCount: Int) throws(ArtifactError) -> [Double] {
        guard let node = try source.node.member(ifPresent: "weights") else { return [] }
        let all = try node.doubles()
        let pairs = try source.node.member("estimators").items()
        guard all.count == pairs.count, all.allSatisfy(\.isFinite) else {
            throw node.error("\(all.count) weights for \(pairs.count) members found, one finite number each expected")
        }
        var weights: [Double] = []
        for (pair, weight) in zip(pairs, all) {
            guard try pair.count() == 2 else { throw pair.expected("a name and an estimator") }
            if try !pair.item(1).isString("drop") { weights.append(weight) }
        }
        guard weights.count == memberCount else {
            throw node.error("\(weights.count) weights for \(memberCount) fitted members found, one each expected")
        }
        return weights
    }

    /// `numpy.average`: without weights in the members' own precision.
    private func average(
        of members: [SklearnMember], _ weights: [Double], width: Int, _ source: SklearnEstimator
    ) throws(ArtifactError) -> Combination.Mean {
        guard !weights.isEmpty else {
            return Combination.Mean(
                memberCount: members.count, width: width, divisor: Double(members.count),
                accumulator: members.allSatisfy(\.answersFloat32) ? .float32 : .float64)
        }
        let sum = NumPySum.pairwise(weights[...])
        guard sum != 0, sum.isFinite else { throw source.refusal("weights that add up to \(sum) found") }
        return Combination.Mean(memberCount: members.count, width: width, weights: weights, divisor: sum)
    }
}
