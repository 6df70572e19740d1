import HearthModel

extension SklearnConverter {
    /// BaggingClassifier and -Regressor: members that see columns of their own, and the mean of their answers.
    mutating func bagging(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let columnCount = try source.columnCount()
        if let width, width != columnCount {
            throw source.node.error("members of \(columnCount) columns found, the \(width) before it expected")
        }
        width = columnCount
        let nodes = try source.node.member("estimators_").items()
        let columnLists = try source.node.member("estimators_features_").items()
        guard !nodes.isEmpty, nodes.count == columnLists.count else {
            throw source.node.error(
                "\(nodes.count) members and \(columnLists.count) lists of columns found, one each expected")
        }
        let labels = source.className == "BaggingClassifier" ? try source.labels() : nil
        let divisor = Double(try source.node.member("n_estimators").integer(in: 1...ModelLimits.memberCount))
        var members: [SklearnMember] = []
        var asked: [Estimates.Member] = []
        for (node, list) in zip(nodes, columnLists) {
            let columns = try Self.columns(list, below: columnCount)
            let member = try member(node, columns: columns)
            let isWhole = columns == Array(0..<columnCount)
            let answers = try baggedAnswers(member, labels, source)
            asked.append(Estimates.Member(member.model, columns: isWhole ? nil : columns, answers: answers))
            members.append(member)
        }
        signature = signature ?? InputSignature(columnCount: columnCount)
        try enter(source, members)
        let widths = Set(asked.map { $0.answers.reduce(0) { $0 + $1.width } })
        guard let width = widths.first, widths.count == 1 else {
            throw source.refusal("members with and without a decision function found")
        }
        try ask(Estimates(members: asked))
        guard let labels else {
            let accumulator: TreeEnsemble.Number = members.allSatisfy(\.answersFloat32) ? .float32 : .float64
            return .combination(
                Combination(
                    .mean(
                        Combination.Mean(
                            memberCount: members.count, width: width, divisor: divisor, start: 0,
                            accumulator: accumulator)), task: .regression))
        }
        guard width == labels.count || members.allSatisfy({ !$0.answersFloat32 }) else {
            throw source.refusal("decisions in float32 found")
        }
        return .combination(
            Combination(
                .mean(Combination.Mean(memberCount: members.count, width: width, divisor: divisor, start: 0)),
                task: .classification(classes: labels)))
    }

    /// Probabilities (or one vote), then the decision when the library's bagging has one; a member that has not seen
    /// all classes adds nothing to the others.
    private func baggedAnswers(
        _ member: SklearnMember, _ labels: ClassLabels?, _ source: SklearnEstimator
    ) throws(ArtifactError) -> [Estimates.Answer] {
        guard let labels else {
            guard member.isRegressor else { throw source.refusal("\(member.name) among its members found") }
            return [Estimates.Answer(.predict, count: member.output.outputCount)]
        }
        guard case .integers(let seen) = member.classes, !seen.isEmpty,
            seen.allSatisfy({ $0 >= 0 && $0 < Int64(labels.count) })
        else {
            throw source.refusal("a member \(member.name) with other classes than 0 to \(labels.count - 1) found")
        }
        guard member.output.hasProbabilities else {
            throw source.refusal("\(member.name) without probabilities found", hint: "use members with probabilities")
        }
        let places = seen == seen.indices.map(Int64.init) && seen.count == labels.count ? [] : seen.map(Int.init)
        var answers = [
            Estimates.Answer(.probabilities, first: 0, count: seen.count, width: labels.count, places: places)
        ]
        if member.hasDecision {
            guard places.isEmpty else {
                throw source.refusal("a member with a decision function that has not seen all classes found")
            }
            answers.append(Estimates.Answer(.decision, count: member.output.decisionCount))
        }
        return answers
    }
}
