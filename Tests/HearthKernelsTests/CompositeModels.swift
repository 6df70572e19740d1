import HearthCore
import HearthModel

/// Models of models: one of each rule, over small members.
struct CompositeModels {
    private var generator: SplitMix64
    let columnCount = 5

    init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    mutating func number(_ range: ClosedRange<Double> = -2...2) -> Double {
        Double.random(in: range, using: &generator)
    }

    mutating func numbers(_ count: Int, _ range: ClosedRange<Double> = 0.1...2) -> [Double] {
        (0..<count).map { _ in number(range) }
    }

    static func labels(_ count: Int) -> ClassLabels { .integers((0..<count).map(Int64.init)) }

    /// A forest of `classCount` classes, or of a regression for 0.
    mutating func forest(
        _ classCount: Int, columns: Int? = nil, accumulator: TreeEnsemble.Number = .float64
    ) -> ModelDefinition {
        let columnCount = columns ?? columnCount
        let width = max(classCount, 1)
        let trees = (0..<3).map { _ in
            let shares = (0..<3).map { _ in numbers(width, 0...1) }
            let leaves = shares.map { leaf in
                classCount == 0 ? leaf.map { 10 * $0 } : leaf.map { $0 / leaf.reduce(0, +) }
            }
            return Tree(
                nodes: [
                    .split(
                        column: Int.random(in: 0..<columnCount, using: &generator), threshold: number(), left: 1,
                        right: 2, missingGoesLeft: false), .leaf(0),
                    .split(
                        column: Int.random(in: 0..<columnCount, using: &generator), threshold: number(), left: 3,
                        right: 4, missingGoesLeft: false), .leaf(1), .leaf(2),
                ], leafValues: leaves.flatMap { $0 }, width: width)
        }
        return ModelDefinition(
            signature: InputSignature(columnCount: columnCount),
            estimator: .treeEnsemble(
                TreeEnsemble(
                    columnCount: columnCount, inputs: .float32, thresholds: .float64, splitRule: .lessOrEqual,
                    missing: .refused, trees: trees, accumulator: accumulator, aggregation: .mean,
                    baseValues: [Double](repeating: 0, count: width), link: .identity,
                    task: classCount == 0 ? .regression : .classification(classes: Self.labels(classCount)))))
    }

    /// A linear classifier with a decision value and probabilities, behind a scaler.
    mutating func linear(_ classCount: Int) -> ModelDefinition {
        let outputs = classCount == 2 ? 1 : classCount
        return ModelDefinition(
            signature: InputSignature(columnCount: columnCount),
            stages: [.scale(Scaler(.subtractThenDivide(offset: numbers(columnCount), scale: numbers(columnCount))))],
            estimator: .linear(
                LinearModel(
                    coefficients: (0..<outputs).map { _ in numbers(columnCount, -1...1) }, intercepts: numbers(outputs),
                    link: outputs == 1 ? .sigmoid : .softmaxPairwise,
                    task: .classification(classes: Self.labels(classCount)))))
    }

    func model(_ members: [Estimates.Member], _ rule: Combination.Rule, _ task: Task) -> ModelDefinition {
        ModelDefinition(
            signature: InputSignature(columnCount: columnCount),
            stages: [.estimates(Estimates(members: members, requiresFinite: true))],
            estimator: .combination(Combination(rule, task: task)))
    }

    /// One of each rule.
    mutating func all(classCount: Int, memberCount: Int) -> [ModelDefinition] {
        let task = Task.classification(classes: Self.labels(classCount))
        let proba = Estimates.Answer(.probabilities, count: classCount)
        let value = Estimates.Answer(.predict)
        let forests = (0..<memberCount).map { _ in Estimates.Member(forest(classCount), answers: [proba]) }
        let voters = (0..<memberCount).map { _ in Estimates.Member(linear(classCount), answers: [value]) }
        let values = (0..<memberCount).map { _ in Estimates.Member(forest(0), answers: [value]) }
        let singles = (0..<memberCount).map { _ in
            Estimates.Member(forest(0, accumulator: .float32), answers: [value])
        }
        let weights = numbers(memberCount)
        let decisionCount = classCount == 2 ? 1 : classCount
        let both = [proba, Estimates.Answer(.decision, count: decisionCount)]
        let bagged = (0..<memberCount).map { _ in Estimates.Member(linear(classCount), answers: both) }
        typealias Mean = Combination.Mean
        typealias Boost = Combination.AdaptiveBoost
        return [
            model(forests, .mean(Mean(memberCount: memberCount, width: classCount, divisor: 3)), task),
            model(
                forests, .mean(Mean(memberCount: memberCount, width: classCount, weights: weights, divisor: 1.7)),
                task),
            model(
                singles, .mean(Mean(memberCount: memberCount, width: 1, divisor: 3, accumulator: .float32)),
                .regression),
            model(
                bagged, .mean(Mean(memberCount: memberCount, width: classCount + decisionCount, divisor: 3, start: 0)),
                task),
            model(voters, .votes(weights: weights), task),
            model(values, .weightedMedian(weights: weights), .regression),
            model(
                voters, .adaptiveBoost(Boost(.discrete(hits: weights, misses: numbers(memberCount)), weightSum: 2)),
                task),
            model(forests, .adaptiveBoost(Boost(.real(memberCount: memberCount), weightSum: 3)), task),
        ] + calibrations(classCount, task) + oneVersusRest(classCount, task) + boosted(classCount, task)
    }

    private mutating func calibrations(_ classCount: Int, _ task: Task) -> [ModelDefinition] {
        typealias Calibration = Combination.Calibration
        let width = classCount == 2 ? 1 : classCount
        let first = classCount == 2 ? 1 : 0
        let proba = Estimates.Answer(.probabilities, first: first, count: width)
        let decision = Estimates.Answer(.decision, count: width)
        let forests = (0..<2).map { _ in Estimates.Member(forest(classCount), answers: [proba]) }
        let linears = (0..<2).map { _ in Estimates.Member(linear(classCount), answers: [decision]) }
        let mixed = (0..<2).map { _ in
            (0..<width).map { index -> Calibration.Calibrator in
                guard index % 2 == 0 else { return .sigmoid(a: number(), b: number()) }
                let count = Int.random(in: 1...9, using: &generator)
                return .isotonic(x: numbers(count, 0...1).sorted(), y: numbers(count, 0...1).sorted())
            }
        }
        let betas = (0..<2).map { _ in [Calibration.Calibrator.temperature(beta: number(0.2...4))] }
        return [
            model(forests, .calibration(Calibration(.perClass, valueCount: width, folds: mixed)), task),
            model(linears, .calibration(Calibration(.temperatureOfDecision, valueCount: width, folds: betas)), task),
            model(
                forests, .calibration(Calibration(.temperatureOfProbabilities, valueCount: width, folds: betas)), task),
        ]
    }

    private mutating func oneVersusRest(_ classCount: Int, _ task: Task) -> [ModelDefinition] {
        let memberCount = classCount == 2 ? 1 : classCount
        let answers = [Estimates.Answer(.decision), Estimates.Answer(.probabilities, first: 1)]
        return [(true, true), (true, false), (false, true)].map { hasDecision, hasProbabilities in
            let asked = (hasDecision ? [answers[0]] : []) + (hasProbabilities ? [answers[1]] : [])
            let members = (0..<memberCount).map { _ in Estimates.Member(linear(2), answers: asked) }
            let rule = Combination.OneVersusRest(
                memberCount: memberCount, hasDecision: hasDecision, hasProbabilities: hasProbabilities,
                threshold: hasDecision ? 0 : 0.5, prefersLast: number() > 0, keepsZeroRows: number() > 0)
            return model(members, .oneVersusRest(rule), task)
        }
    }

    private mutating func boosted(_ classCount: Int, _ task: Task) -> [ModelDefinition] {
        let outputCount = classCount == 2 ? 1 : classCount
        let start = Estimates.Member(
            forest(classCount), roundsToFloat32: true,
            answers: [.init(.probabilities, first: classCount == 2 ? 1 : 0, count: outputCount)])
        let values = Estimates.Member(forest(classCount * 3), answers: [.init(.probabilities, count: 3 * outputCount)])
        let transforms: [Combination.BoostedStart.Transform] =
            classCount == 2 ? [.logOdds, .halfLogOdds, .logit, .halfLogit] : [.log, .logOfGeometricMean]
        return transforms.map { transform in
            let rule = Combination.BoostedStart(
                transform, epsilon: 1e-7, outputCount: outputCount, treeCount: 3 * outputCount)
            var result = model([start, values], .boostedStart(rule), task)
            result.estimator = .combination(
                Combination(
                    .boostedStart(rule), link: classCount == 2 ? .sigmoid : .softmaxPairwise, task: task,
                    classRule: .rawAtLeastZero))
            return result
        }
    }
}
