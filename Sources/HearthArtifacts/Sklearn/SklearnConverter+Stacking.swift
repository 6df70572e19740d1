import HearthModel

extension SklearnConverter {
    /// StackingClassifier and -Regressor: the members' answers are the columns of the final estimator.
    mutating func stacking(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let labels = source.className == "StackingClassifier" ? try source.labels() : nil
        let members = try members(source)
        let methods = try source.node.member("stack_method_")
        guard try methods.count() == members.count else {
            throw methods.error("methods for other than the \(members.count) members found, one each expected")
        }
        var asked: [Estimates.Member] = []
        for (index, member) in members.enumerated() {
            let answer = try stackedAnswer(member, methods.item(index), labels, source)
            asked.append(Estimates.Member(member.model, answers: [answer]))
        }
        try enter(source, members)
        let passesRow = try source.flag("passthrough")
        try ask(Estimates(members: asked, passesRow: passesRow))
        let allFloat32 = zip(members, asked).allSatisfy {
            $0.answersFloat32 && ($0.isRegressor || $1.answers[0].source != .predict)
        }
        let stageCount = stages.count
        let final = try estimator(source.node.member("final_estimator_"))
        (library, libraryVersion) = ("scikit-learn", source.versionText)
        if allFloat32 && !passesRow {
            // The library computes the final estimator in float32, which trees do not notice.
            guard case .treeEnsemble = final, stages.count == stageCount else {
                throw source.refusal(
                    "members that all answer in float32 before \(steps.last ?? "the final estimator") found",
                    hint: "use passthrough=True, a final estimator of trees, or one member of scikit-learn")
            }
        }
        guard let labels else {
            guard final.outputShape?.task == .regression else {
                throw source.refusal("a final estimator other than a regressor found")
            }
            return final
        }
        guard let relabelled = final.relabelled(from: .encoded(labels.count), to: labels) else {
            throw source.refusal("a final estimator with other classes than 0 to \(labels.count - 1) found")
        }
        return relabelled
    }

    /// What a member contributes by its method; of two classes' probabilities the first is left out.
    private func stackedAnswer(
        _ member: SklearnMember, _ method: PickleNode, _ labels: ClassLabels?, _ source: SklearnEstimator
    ) throws(ArtifactError) -> Estimates.Answer {
        switch try method.string() {
        case "predict_proba":
            guard member.output.hasProbabilities, let classes = member.classes, labels != nil else { break }
            let first = labels?.count == 2 ? 1 : 0
            guard classes.count > first else { break }
            return Estimates.Answer(.probabilities, first: first, count: classes.count - first)
        case "decision_function":
            guard member.hasDecision else { break }
            return Estimates.Answer(.decision, count: member.output.decisionCount)
        case "predict":
            guard let classes = member.classes else {
                return Estimates.Answer(.predict, count: member.output.outputCount)
            }
            guard let values = classes.numbers else {
                throw source.refusal("labels of text as columns of the final estimator found, numbers expected")
            }
            return Estimates.Answer(.predict, classValues: values)
        default: break
        }
        throw method.error("a method that \(member.name) does not have found")
    }
}

extension Estimator {
    /// The classifier with labels `new` in place of `old`; nil when its labels are others, or it is no classifier.
    func relabelled(from old: ClassLabels, to new: ClassLabels) -> Estimator? {
        guard outputShape?.task == .classification(classes: old) else { return nil }
        let task = Task.classification(classes: new)
        switch self {
        case .treeEnsemble(var ensemble):
            ensemble.task = task
            return .treeEnsemble(ensemble)
        case .linear(var model):
            model.task = task
            return .linear(model)
        case .combination(var combination):
            combination.task = task
            return .combination(combination)
        case .zScore, .identity, .kernelMachine, .localOutlierFactor: return nil
        }
    }
}
