/// Values that one parameter is tried with.
package struct GridAxis: Sendable, Equatable {
    /// The parameter's name in scikit-learn and XGBoost, such as `max_depth`.
    package var parameter: String
    package var values: [Double]

    package init(parameter: String, values: [Double]) {
        self.parameter = parameter
        self.values = values
    }
}

/// Every combination of some parameters' values, over a classifier that has all others.
package struct ParameterGrid: Sendable, Equatable {
    package var base: Classifier
    package var axes: [GridAxis]

    package init(base: Classifier, axes: [GridAxis]) {
        self.base = base
        self.axes = axes
    }

    /// One point of the grid.
    package struct Combination: Sendable, Equatable {
        /// One per axis, in order.
        package var values: [Double]
        package var classifier: Classifier
    }

    /// More combinations than this are a mistake.
    package static let combinationCountMax = 10_000

    /// All combinations, the last parameter changing fastest.
    ///
    /// Throws ``TrainingError`` for a parameter that the learner has not, a value outside its range, or too many.
    package func combinations() throws(TrainingError) -> [Combination] {
        guard !axes.isEmpty else {
            throw TrainingError(
                .badParameter, "a grid needs at least one parameter with values",
                hint: "such as max_depth=4,6,8; there are \(base.gridParameters.joined(separator: ", "))")
        }
        guard Set(axes.map(\.parameter)).count == axes.count else {
            throw TrainingError(.badParameter, "a parameter is given twice", hint: "give all of its values at once")
        }
        var count = 1
        for axis in axes {
            guard !axis.values.isEmpty, Set(axis.values).count == axis.values.count else {
                throw TrainingError(.badParameter, "\(axis.parameter) has no value, or one twice")
            }
            let (product, overflow) = count.multipliedReportingOverflow(by: axis.values.count)
            guard !overflow, product <= Self.combinationCountMax else {
                throw TrainingError(
                    .badParameter, "the grid has more than \(Self.combinationCountMax) combinations",
                    hint: "try fewer values")
            }
            count = product
        }
        var combinations: [Combination] = []
        for number in 0..<count {
            var rest = number
            var values: [Double] = []
            for axis in axes.reversed() {
                values.insert(axis.values[rest % axis.values.count], at: 0)
                rest /= axis.values.count
            }
            var classifier = base
            for (axis, value) in zip(axes, values) { try classifier.set(axis.parameter, to: value) }
            try classifier.check()
            combinations.append(Combination(values: values, classifier: classifier))
        }
        return combinations
    }
}
