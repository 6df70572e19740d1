extension Combination {
    /// What comes out.
    package var outputShape: OutputShape {
        var family = OutputShape.Family.trees
        var outputCount = 1
        var classCount = 0
        if case .classification(let classes) = task { classCount = classes.count }
        switch rule {
        case .mean(let mean):
            if classCount > 0 { family = .finished(hasProbabilities: true) }
            outputCount = (classCount > 0 ? 1 : 0) + mean.width
        case .votes: family = .finished(hasProbabilities: false)
        case .weightedMedian: break
        case .adaptiveBoost:
            family = .finished(hasProbabilities: true)
            outputCount = 1 + classCount + (classCount == 2 ? 1 : classCount)
        case .calibration:
            family = .finished(hasProbabilities: true)
            outputCount = 1 + classCount
        case .oneVersusRest(let rest):
            family = .finished(hasProbabilities: rest.hasProbabilities)
            outputCount = 1 + (rest.hasProbabilities ? classCount : 0) + (rest.hasDecision ? rest.memberCount : 0)
        case .boostedStart(let start): outputCount = start.outputCount
        }
        return OutputShape(
            family: family, outputCount: outputCount, link: link, task: task, classRule: classRule,
            accumulator: .float64)
    }

    func validate(inputCount: Int) throws(ModelError) {
        let shape = shape(columnCount: inputCount)
        try shape.validate()
        guard shape.parameterCount == parameters.count else {
            throw .invalid("combination", "\(parameters.count) parameters found, \(shape.parameterCount) expected")
        }
        if let problem = shape.problem(of: parameters) { throw .invalid("combination", problem) }
    }

    /// The packed form without the doubles.
    func shape(columnCount: Int) -> CombinationShape {
        let kind: CombinationShape.Kind
        let numbers: [Int]
        switch rule {
        case .mean(let mean):
            kind = .mean
            numbers = [
                mean.memberCount, mean.width, mean.accumulator == .float32 ? 1 : 0, mean.weights.isEmpty ? 0 : 1,
            ]
        case .votes(let weights): (kind, numbers) = (.votes, [weights.count])
        case .weightedMedian(let weights): (kind, numbers) = (.weightedMedian, [weights.count])
        case .adaptiveBoost(let boost):
            switch boost.form {
            case .discrete(let hits, _): (kind, numbers) = (.discreteBoost, [hits.count])
            case .real(let memberCount): (kind, numbers) = (.realBoost, [memberCount])
            }
        case .calibration(let calibration): (kind, numbers) = calibration.numbers
        case .oneVersusRest(let rest):
            kind = .oneVersusRest
            let flags = [rest.hasDecision, rest.hasProbabilities, rest.prefersLast, rest.keepsZeroRows]
            numbers = [rest.memberCount] + flags.map { $0 ? 1 : 0 }
        case .boostedStart(let start):
            (kind, numbers) = (.boostedStart, [start.treeCount, Int(start.transform.rawValue)])
        }
        return CombinationShape(columnCount: columnCount, kind: kind, numbers: numbers, output: outputShape)
    }

    /// The doubles of the rule, in the order that ``CombinationShape/Kind`` gives.
    var parameters: [Double] {
        switch rule {
        case .mean(let mean): [mean.start, mean.divisor] + mean.weights
        case .votes(let weights), .weightedMedian(let weights): weights
        case .adaptiveBoost(let boost):
            switch boost.form {
            case .discrete(let hits, let misses): [boost.weightSum] + hits + misses
            case .real: [boost.weightSum]
            }
        case .calibration(let calibration): calibration.folds.joined().flatMap(\.parameters)
        case .oneVersusRest(let rest): [rest.threshold]
        case .boostedStart(let start): [start.epsilon]
        }
    }
}

extension Combination.Calibration {
    fileprivate var numbers: (CombinationShape.Kind, [Int]) {
        switch method {
        case .perClass: (.calibration, [folds.count, valueCount] + folds.joined().map(\.pointCount))
        case .temperatureOfDecision: (.temperatureOfDecision, [folds.count, valueCount])
        case .temperatureOfProbabilities: (.temperatureOfProbabilities, [folds.count, valueCount])
        }
    }
}

extension Combination.Calibration.Calibrator {
    fileprivate var pointCount: Int {
        switch self {
        case .sigmoid, .temperature: 0
        case .isotonic(let x, _): x.count
        }
    }

    fileprivate var parameters: [Double] {
        switch self {
        case .sigmoid(let a, let b): [a, b]
        case .isotonic(let x, let y): x + y
        case .temperature(let beta): [beta]
        }
    }
}

extension CombinationShape {
    /// What is wrong with parameters that are all finite, or nil.
    func problem(of parameters: some RandomAccessCollection<Double>) -> String? {
        guard parameters.allSatisfy(\.isFinite) else { return "a parameter that is not finite found" }
        guard kind == .calibration else { return nil }
        var rest = parameters[...]
        for pointCount in numbers.dropFirst(2) {
            let x = rest.prefix(pointCount)
            guard zip(x, x.dropFirst()).allSatisfy({ $0 < $1 }) else {
                return "points of an isotonic calibrator that do not ascend found"
            }
            rest = rest.dropFirst(pointCount == 0 ? 2 : 2 * pointCount)
        }
        return nil
    }
}
