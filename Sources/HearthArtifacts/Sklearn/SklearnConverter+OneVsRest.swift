import HearthModel

extension SklearnConverter {
    /// OneVsRestClassifier over one label per row: the class whose member is surest.
    mutating func oneVsRest(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let binarizer = try source.node.member("label_binarizer_")
        let type = try binarizer.member("y_type_").string()
        guard type == "multiclass" || type == "binary" else {
            throw source.refusal("several labels of a row found, one expected", hint: "train one model per label")
        }
        let labels = try ClassLabels(binarizer.member("classes_"), of: source)
        let members = try members(source)
        let isBinary = type == "binary"
        guard members.count == (isBinary ? 1 : labels.count), isBinary ? labels.count == 2 : labels.count > 1 else {
            throw source.node.error("\(members.count) members for \(labels.count) classes found")
        }
        guard let first = members.first,
            members.allSatisfy({
                $0.hasDecision == first.hasDecision && $0.output.hasProbabilities == first.output.hasProbabilities
                    && $0.classes?.count == 2 && !$0.answersFloat32
                    && (!$0.hasDecision || $0.output.decisionCount == 1)
            }), first.hasDecision || first.output.hasProbabilities
        else {
            throw source.refusal("members other than classifiers of two classes in float64, all alike, found")
        }
        try enter(source, members)
        var answers: [Estimates.Answer] = []
        if first.hasDecision { answers.append(Estimates.Answer(.decision)) }
        if first.output.hasProbabilities { answers.append(Estimates.Answer(.probabilities, first: 1)) }
        try ask(Estimates(members: members.map { Estimates.Member($0.model, answers: answers) }))
        let rule = Combination.OneVersusRest(
            memberCount: members.count, hasDecision: first.hasDecision,
            hasProbabilities: first.output.hasProbabilities, threshold: first.hasDecision ? 0 : 0.5,
            prefersLast: source.version < SklearnVersion(1, 8), keepsZeroRows: source.version >= SklearnVersion(1, 7))
        return .combination(Combination(.oneVersusRest(rule), task: .classification(classes: labels)))
    }

    /// MultiOutputRegressor: the members' answers side by side.
    mutating func multiOutputRegressor(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let members = try members(source)
        for member in members { try member.requireRegressor(of: source) }
        try enter(source, members)
        let answer = Estimates.Answer(.predict)
        try ask(Estimates(members: members.map { Estimates.Member($0.model, answers: [answer]) }))
        let rule = Combination.Mean(memberCount: 1, width: members.count, divisor: 1)
        return .combination(Combination(.mean(rule), task: .regression))
    }
}
