/// How the raw sums of an estimator become named outputs: the link, the task, and what they say about each other.
package struct OutputShape: Sendable, Equatable {
    /// Which kind of estimator the outputs come from.
    package enum Family: Sendable, Equatable {
        case trees
        case linear
        /// The rules of a ``Combination`` that choose by themselves: the class, then probabilities if there are any,
        /// then decision values if there are any.
        case finished(hasProbabilities: Bool)
    }

    /// Which kind of estimator: a linear classifier without a link has a decision function, a forest's sums are
    /// probabilities.
    package var family: Family
    /// Raw values per row.
    package var outputCount: Int
    package var link: Link
    package var task: Task
    package var classRule: ClassRule
    /// The precision of the sums, and so of the link.
    package var accumulator: TreeEnsemble.Number

    package init(
        family: Family, outputCount: Int, link: Link, task: Task, classRule: ClassRule, accumulator: TreeEnsemble.Number
    ) {
        self.family = family
        self.outputCount = outputCount
        self.link = link
        self.task = task
        self.classRule = classRule
        self.accumulator = accumulator
    }

    /// Classes of a classifier, else 0.
    package var classCount: Int {
        switch task {
        case .classification(let classes): classes.count
        case .regression, .anomaly, .transform, .anomalyDecision, .multiOutputClassification: 0
        }
    }

    /// Classes of each target of a classifier with several; empty for all others.
    package var targetCounts: [Int] {
        if case .multiOutputClassification(let targets) = task { targets.map(\.count) } else { [] }
    }

    /// A classifier's sums are probabilities as they stand (forests).
    package var rawIsProbability: Bool { link == .identity && family == .trees && outputCount == classCount }

    /// The classifier has `predict_proba`; without one, `predict` follows the raw values.
    package var hasProbabilities: Bool {
        if case .finished(let hasProbabilities) = family { return hasProbabilities }
        return link != .identity || rawIsProbability
    }

    /// The classifier has `decision_function`.
    package var hasDecision: Bool {
        if case .finished = family { return decisionCount > 0 }
        return !rawIsProbability
    }

    /// Values of a classifier's `decision_function`.
    package var decisionCount: Int {
        guard case .finished(let hasProbabilities) = family else { return outputCount }
        return outputCount - 1 - (hasProbabilities ? classCount : 0)
    }

    /// The shape of a transformer that stands alone.
    package static func transform(width: Int) -> OutputShape {
        OutputShape(
            family: .linear, outputCount: width, link: .identity, task: .transform, classRule: .largestProbability,
            accumulator: .float64)
    }

    func validate(place: String) throws(ModelError) {
        guard (1...ModelLimits.outputCount).contains(outputCount) else {
            throw .invalid(place, "\(outputCount) outputs found, 1 to \(ModelLimits.outputCount) expected")
        }
        try validateLink(place: place)
        switch task {
        case .regression:
            if case .finished = family { throw .invalid(place, "a regression whose class is chosen found") }
            if case .isolation = link { throw .invalid(place, "the isolation link on a regression found") }
        case .transform:
            guard link == .identity, accumulator == .float64 else {
                throw .invalid(place, "link \(link) on a transformer found, none expected")
            }
        case .anomaly(let offset), .anomalyDecision(let offset):
            guard outputCount == 1 else {
                throw .invalid(place, "\(outputCount) outputs of an anomaly model found, 1 expected")
            }
            guard offset.isFinite else { throw .invalid(place, "offset \(offset) found, a finite number expected") }
        case .multiOutputClassification(let targets):
            guard !targets.isEmpty, targets.allSatisfy({ $0.count > 0 }), link == .identity,
                targets.reduce(0, { $0 + $1.count }) == outputCount
            else {
                throw .invalid(
                    place,
                    "\(outputCount) outputs, link \(link) for \(targets.count) targets found, one per class "
                        + "without a link expected")
            }
            for classes in targets { try classes.validate(place: place) }
        case .classification(let classes):
            if case .isolation = link { throw .invalid(place, "the isolation link on a classifier found") }
            switch link {
            case .exponential, .softplus, .signedSquare:
                throw .invalid(place, "the link \(link) on a classifier found")
            default: break
            }
            if case .finished = family {
                guard classes.count > 1, [0, 1, classes.count].contains(decisionCount), link == .identity else {
                    throw .invalid(place, "\(outputCount) values of a combination for \(classes.count) classes found")
                }
                return try classes.validate(place: place)
            }
            let fits = classes.count == outputCount && (outputCount > 1 || link == .identity)
            guard fits || (outputCount == 1 && classes.count == 2) else {
                throw .invalid(
                    place, "\(classes.count) classes for \(outputCount) outputs found, one each (or 2 for 1) expected")
            }
            try classes.validate(place: place)
        }
    }

    private func validateLink(place: String) throws(ModelError) {
        switch link {
        case .identity, .exponential, .softplus, .signedSquare, .step, .sigmoid: break
        case .scaledSigmoid(let factor):
            guard factor.isFinite else {
                throw .invalid(place, "a scaled sigmoid with factor \(factor) found, a finite number expected")
            }
        case .softmaxOfOpposites:
            guard outputCount == 1, classCount == 2 else {
                throw .invalid(
                    place, "a softmax of opposites for \(classCount) classes found, 2 expected")
            }
        case .clippedUnit:
            guard classCount > 1 else { throw .invalid(place, "a clipped unit without classes found") }
        case .softmaxPairwise, .softmaxSequential, .softmaxLogSumExp, .softmaxLogSumExpSequential:
            guard outputCount > 1, classCount > 1 else {
                throw .invalid(
                    place,
                    "a softmax over \(outputCount) outputs and \(classCount) classes found, a classifier expected")
            }
        case .isolation(let normalizer):
            guard normalizer.isFinite, normalizer >= 0, outputCount == 1 else {
                throw .invalid(place, "normalizer \(normalizer) found, a finite number from 0 and one output expected")
            }
        }
        guard accumulator == .float32 else { return }
        switch link {
        case .identity, .sigmoid, .scaledSigmoid(factor: 1), .softmaxSequential, .exponential, .step: break
        case .scaledSigmoid, .softmaxPairwise, .softmaxLogSumExp, .softmaxLogSumExpSequential, .softmaxOfOpposites,
            .clippedUnit, .softplus, .signedSquare, .isolation:
            throw .unsupported(place, "link \(link) with float32 sums found, which no library computes")
        }
        if case .sigmoid = link, outputCount > 1, classCount > 0 {
            throw .unsupported(
                place, "one-against-the-rest probabilities with float32 sums found, which no library computes")
        }
    }
}

extension ClassLabels {
    func validate(place: String) throws(ModelError) {
        if case .floats(let labels) = self, !labels.allSatisfy(\.isFinite) {
            throw .invalid(place, "a class label that is not finite found")
        }
        guard case .strings(let labels) = self else { return }
        guard labels.allSatisfy({ $0.utf8.count <= ModelLimits.nameByteCount }) else {
            throw .invalid(place, "a class label of more than \(ModelLimits.nameByteCount) bytes found")
        }
    }
}
