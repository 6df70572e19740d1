/// A stage that asks models about the row and gives their answers side by side, one member after the other: the lower
/// half of voting, stacking, calibration, bagging and boosting; a ``Combination`` or any other estimator follows.
package struct Estimates: Sendable, Equatable {
    package var members: [Member]
    /// The row itself follows the answers (scikit-learn's `passthrough`).
    package var passesRow: Bool
    /// A row with a value that is not finite is refused, whatever the members would take.
    package var requiresFinite: Bool

    package init(members: [Member], passesRow: Bool = false, requiresFinite: Bool = false) {
        self.members = members
        self.passesRow = passesRow
        self.requiresFinite = requiresFinite
    }

    /// One model and what it contributes.
    package struct Member: Sendable, Equatable {
        /// The model, with as many columns as it sees.
        package var model: ModelDefinition
        /// The columns of the row that it sees, in its order; nil for all.
        package var columns: [Int]?
        /// It sees the row rounded to float32.
        package var roundsToFloat32: Bool
        package var answers: [Answer]

        package init(
            _ model: ModelDefinition, columns: [Int]? = nil, roundsToFloat32: Bool = false, answers: [Answer]
        ) {
            self.model = model
            self.columns = columns
            self.roundsToFloat32 = roundsToFloat32
            self.answers = answers
        }
    }

    /// Values of one output of a member and where they go.
    package struct Answer: Sendable, Equatable {
        /// An output of regressors and classifiers, by its name in scikit-learn.
        package enum Source: UInt8, Sendable, Equatable, CaseIterable {
            case predict = 0
            case probabilities = 1
            case decision = 2
        }

        package var source: Source
        /// The first value of the output that is taken.
        package var first: Int
        /// Values that are taken.
        package var count: Int
        /// For the `predict` of a classifier: what its classes count as, in order; empty for their indices.
        package var classValues: [Double]
        /// Columns that the answer fills; those without a place are 0.
        package var width: Int
        /// Where each value goes, below `width`; empty for one after the other.
        package var places: [Int]

        /// `count` values of `source` from `first` on, one after the other.
        package init(_ source: Source, first: Int = 0, count: Int = 1, classValues: [Double] = []) {
            self.init(source, first: first, count: count, classValues: classValues, width: count, places: [])
        }

        package init(
            _ source: Source, first: Int, count: Int, classValues: [Double] = [], width: Int, places: [Int]
        ) {
            self.source = source
            self.first = first
            self.count = count
            self.classValues = classValues
            self.width = width
            self.places = places
        }
    }
}

extension Estimates {
    /// Columns that leave the stage.
    func outputCount(inputCount: Int) -> Int {
        members.reduce(passesRow ? inputCount : 0) { $1.answers.reduce($0) { $0 + $1.width } }
    }

    /// The shape, which packed models are checked by, with each member's outputs.
    func validate(inputCount: Int, place: String) throws(ModelError) -> Int {
        let shape = EstimatesShape(self, inputCount: inputCount)
        try shape.validate(place: place)
        for (index, member) in members.enumerated() {
            let place = "\(place), member \(index)"
            do throws(ModelError) {
                try member.model.validate()
            } catch {
                throw ModelError(error.code, at: "\(place), \(error.place)", error.message, hint: error.hint)
            }
            guard let output = member.model.estimator.outputShape else {
                throw .unsupported(place, "a z-score as a member found, a classifier or regressor expected")
            }
            try shape.members[index].validate(
                columnCount: member.model.signature.columnCount, output: output, inputCount: inputCount, place: place)
            guard member.answers.allSatisfy({ $0.classValues.allSatisfy(\.isFinite) }) else {
                throw .invalid(place, "a value of a class that is not finite found")
            }
        }
        return shape.outputCount
    }
}

extension ModelDefinition {
    /// Checks that members do not nest deeper than the limit, before anything else looks into them.
    func checkNesting(depth: Int = 0) throws(ModelError) {
        guard depth <= ModelLimits.nestingDepth else {
            throw .unsupported(
                "members", "more than \(ModelLimits.nestingDepth) levels of models within models found")
        }
        for case .estimates(let estimates) in stages {
            for member in estimates.members { try member.model.checkNesting(depth: depth + 1) }
        }
    }

    /// Trees of the model and of all models within it.
    package var treeCount: Int {
        var count = 0
        if case .treeEnsemble(let ensemble) = estimator { count = ensemble.trees.count }
        for case .estimates(let estimates) in stages {
            for member in estimates.members { count += member.model.treeCount }
        }
        return count
    }
}

extension Estimator {
    /// How the raw values become outputs; nil for a z-score, which has no link.
    package var outputShape: OutputShape? {
        switch self {
        case .treeEnsemble(let ensemble): ensemble.outputShape
        case .linear(let model): model.outputShape
        case .combination(let combination): combination.outputShape
        case .kernelMachine(let model):
            OutputShape(
                family: .linear, outputCount: 1, link: .identity, task: model.task, classRule: .rawAboveZero,
                accumulator: .float64)
        case .localOutlierFactor(let model):
            OutputShape(
                family: .linear, outputCount: 1, link: .identity, task: .anomaly(offset: model.offset),
                classRule: .rawAboveZero, accumulator: .float64)
        case .zScore, .identity: nil
        }
    }
}
