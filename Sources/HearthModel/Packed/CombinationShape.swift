/// A ``Combination`` without its doubles: which rule, its whole numbers, and what comes out.
package struct CombinationShape: Sendable, Equatable {
    /// A rule, what its numbers are, and its parameters in order.
    package enum Kind: UInt8, Sendable, Equatable {
        /// Numbers: members, values of a member, 1 for float32 sums, 1 with weights.
        /// Parameters: start, divisor, weights.
        case mean = 0
        /// Numbers: members. Parameters: weights.
        case votes = 1
        /// Numbers: members. Parameters: weights.
        case weightedMedian = 2
        /// Numbers: members. Parameters: sum of weights, hits, misses.
        case discreteBoost = 3
        /// Numbers: members. Parameters: sum of weights.
        case realBoost = 4
        /// Numbers: folds, values of a member, then the points of each calibrator, 0 for a sigmoid. Parameters: of each
        /// calibrator `a` and `b`, or all `x` and all `y`.
        case calibration = 5
        /// Numbers: folds, values of a member. Parameters: beta of each fold.
        case temperatureOfDecision = 6
        /// The same.
        case temperatureOfProbabilities = 7
        /// Numbers: members, 1 with decision values, 1 with probabilities, 1 to prefer the last class, 1 to keep rows
        /// of zeros. Parameters: threshold.
        case oneVersusRest = 8
        /// Numbers: trees, transform. Parameters: epsilon.
        case boostedStart = 9

        /// Numbers that are 0 or 1.
        fileprivate var flags: ClosedRange<Int>? {
            switch self {
            case .mean: 2...3
            case .oneVersusRest: 1...4
            case .votes, .weightedMedian, .discreteBoost, .realBoost, .calibration, .temperatureOfDecision,
                .temperatureOfProbabilities, .boostedStart:
                nil
            }
        }

        fileprivate var numberCount: Int {
            switch self {
            case .mean: 4
            case .oneVersusRest: 5
            case .votes, .weightedMedian, .discreteBoost, .realBoost: 1
            case .calibration, .temperatureOfDecision, .temperatureOfProbabilities, .boostedStart: 2
            }
        }
    }

    package var columnCount: Int
    package var kind: Kind
    package var numbers: [Int]
    package var output: OutputShape

    /// The parameters that the numbers ask for.
    package var parameterCount: Int {
        let first = numbers.first ?? 0
        switch kind {
        case .mean: return 2 + (numbers[3] == 1 ? first : 0)
        case .votes, .weightedMedian, .temperatureOfDecision, .temperatureOfProbabilities: return first
        case .discreteBoost: return 1 + 2 * first
        case .realBoost, .oneVersusRest, .boostedStart: return 1
        case .calibration: return numbers.dropFirst(2).reduce(0) { $0 + ($1 == 0 ? 2 : 2 * $1) }
        }
    }

    /// Doubles that a kernel works with per row, beside the raw values.
    package var workCount: Int {
        switch kind {
        case .mean, .boostedStart, .oneVersusRest: 0
        case .votes, .discreteBoost, .realBoost: output.classCount
        case .weightedMedian: 2 * numbers[0]
        case .calibration, .temperatureOfDecision, .temperatureOfProbabilities: 2 * output.classCount
        }
    }

    /// Checks everything that the kernel relies on: numbers that fit each other, the columns and the outputs.
    func validate() throws(ModelError) {
        let place = "combination"
        try output.validate(place: place)
        let limit = ModelLimits.columnCount
        guard numbers.count >= kind.numberCount, kind == .calibration || numbers.count == kind.numberCount,
            numbers.allSatisfy({ (0...limit).contains($0) }), numbers[0] >= 1 || kind == .boostedStart
        else {
            throw .invalid(place, "numbers of rule \(kind) out of their bounds found")
        }
        if let flags = kind.flags {
            guard numbers[flags].allSatisfy({ $0 <= 1 }) else {
                throw .invalid(place, "a flag other than 0 or 1 found")
            }
        }
        guard columnCount == (try inputCount(place: place)) else {
            throw .invalid(place, "\(columnCount) columns before rule \(kind) of numbers \(numbers.prefix(5)) found")
        }
        guard kind == .boostedStart || output.link == .identity, output.accumulator == .float64 else {
            throw .invalid(place, "a link after rule \(kind) found, none expected")
        }
    }

    /// Values that the rule takes; throws when the outputs are not those of the rule.
    private func inputCount(place: String) throws(ModelError) -> Int {
        let classCount = output.classCount
        let expected: OutputShape.Family
        let count: Int
        var outputCount = output.outputCount
        let members = numbers[0]
        switch kind {
        case .mean:
            let width = numbers[1]
            expected = classCount > 0 ? .finished(hasProbabilities: true) : .trees
            outputCount = classCount > 0 ? 1 + width : width
            guard numbers[2] == 0 || numbers[3] == 0, width >= max(classCount, 1) else {
                throw .invalid(place, "a mean of \(width) values for \(classCount) classes found")
            }
            count = members * width
        case .votes: (expected, outputCount, count) = (.finished(hasProbabilities: false), 1, members)
        case .weightedMedian: (expected, outputCount, count) = (.trees, 1, members)
        case .discreteBoost, .realBoost:
            expected = .finished(hasProbabilities: true)
            outputCount = 1 + classCount + (classCount == 2 ? 1 : classCount)
            count = kind == .realBoost ? members * classCount : members
        case .calibration, .temperatureOfDecision, .temperatureOfProbabilities:
            let width = numbers[1]
            expected = .finished(hasProbabilities: true)
            outputCount = 1 + classCount
            guard width == (classCount == 2 ? 1 : classCount) else {
                throw .invalid(place, "\(width) values to calibrate for \(classCount) classes found")
            }
            guard kind != .calibration || numbers.count - 2 == members * width else {
                throw .invalid(place, "\(numbers.count - 2) calibrators for \(members) x \(width) values found")
            }
            count = members * width
        case .oneVersusRest:
            expected = .finished(hasProbabilities: numbers[2] == 1)
            outputCount = 1 + (numbers[2] == 1 ? classCount : 0) + (numbers[1] == 1 ? members : 0)
            guard members == (classCount == 2 ? 1 : classCount), numbers[1] + numbers[2] > 0 else {
                throw .invalid(place, "\(members) members for \(classCount) classes found")
            }
            count = members * (numbers[1] + numbers[2])
        case .boostedStart:
            guard let transform = Combination.BoostedStart.Transform(rawValue: UInt8(clamping: numbers[1])) else {
                throw .invalid(place, "transform \(numbers[1]) found")
            }
            expected = .trees
            let startCount = output.outputCount
            guard transform == .identity || classCount > 0, numbers[0] % startCount == 0 else {
                throw .invalid(place, "a start \(transform) of \(startCount) outputs and \(classCount) classes found")
            }
            count = startCount + numbers[0]
        }
        guard output.family == expected, output.outputCount == outputCount, (classCount > 0) == Self.chooses(output)
        else {
            throw .invalid(place, "\(output.outputCount) values of the wrong kind for rule \(kind) found")
        }
        switch kind {
        case .mean, .boostedStart: break
        case .weightedMedian:
            guard classCount == 0 else { throw .invalid(place, "a median of classes found") }
        case .votes, .discreteBoost, .realBoost, .calibration, .temperatureOfDecision, .temperatureOfProbabilities,
            .oneVersusRest:
            guard classCount > 1 else { throw .invalid(place, "rule \(kind) without classes found") }
        }
        return count
    }

    private static func chooses(_ output: OutputShape) -> Bool {
        if case .classification = output.task { return true }
        return false
    }
}

extension CombinationShape {
    func encode(to writer: inout ByteWriter) {
        writer.write(count: columnCount)
        writer.write(kind.rawValue)
        writer.write(counts: numbers)
        switch output.family {
        case .trees: writer.write(UInt8(0))
        case .linear: writer.write(UInt8(1))
        case .finished(let hasProbabilities): writer.write(UInt8(hasProbabilities ? 3 : 2))
        }
        output.encode(to: &writer)
    }

    /// Reads what ``encode(to:)`` has written, without checking what the numbers mean.
    init(from reader: inout ByteReader) throws(ModelError) {
        columnCount = try reader.readCount("columns", atMost: ModelLimits.columnCount)
        let code = try reader.read(UInt8.self)
        guard let kind = Kind(rawValue: code) else { throw reader.malformed("rule \(code) found, 0 to 9 expected") }
        self.kind = kind
        numbers = try reader.readCounts("numbers of a rule", atMost: ModelLimits.columnCount + 2)
        guard numbers.count >= kind.numberCount else {
            throw reader.malformed("\(numbers.count) numbers of rule \(kind) found, \(kind.numberCount) expected")
        }
        let family: OutputShape.Family
        switch try reader.read(UInt8.self) {
        case 0: family = .trees
        case 2: family = .finished(hasProbabilities: false)
        case 3: family = .finished(hasProbabilities: true)
        case let other: throw reader.malformed("family \(other) of outputs found, 0, 2 or 3 expected")
        }
        output = try OutputShape(from: &reader, family: family)
    }
}
