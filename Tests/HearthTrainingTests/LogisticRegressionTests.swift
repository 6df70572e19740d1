import Foundation
import HearthArtifacts
import HearthModel
import HearthTraining
import Testing

@Suite struct LogisticRegressionTests {
    /// The coefficients over standardised columns and the intercept.
    private func coefficients(_ fitted: FittedClassifier) throws -> ([Double], Double) {
        guard case .linear(let model) = fitted.definition.estimator else {
            Issue.record("no linear model")
            return ([], 0)
        }
        return (model.coefficients[0], model.intercepts[0])
    }

    /// The gradient of `C sum v loss + |w|^2 / 2` written down anew, row by row.
    private func gradient(
        _ fitted: FittedClassifier, _ data: LabelledRows, strength: Double, weights: [Double]
    ) throws -> [Double] {
        let (slopes, _) = try coefficients(fitted)
        let probabilities = try LearnerFixture.probabilities(fitted.definition, data.rows)
        var gradient = slopes + [0]
        for column in slopes.indices {
            let values = (0..<data.count).map { data.rows[$0, column] }
            let mean = values.reduce(0, +) / Double(values.count)
            let deviation = (values.map { pow($0 - mean, 2) }.reduce(0, +) / Double(values.count)).squareRoot()
            for row in 0..<data.count {
                let error = probabilities[row] - (data.labels[row] ? 1 : 0)
                gradient[column] +=
                    strength * weights[row] * error * (values[row] - mean) / (deviation > 0 ? deviation : 1)
            }
        }
        for row in 0..<data.count {
            gradient[slopes.count] += strength * weights[row] * (probabilities[row] - (data.labels[row] ? 1 : 0))
        }
        return gradient
    }

    @Test(arguments: [0.01, 1, 100], ClassWeight.allCases)
    func `at the optimum the gradient is 0`(strength: Double, classWeight: ClassWeight) throws {
        let data = LearnerFixture.rows(700, upShare: 0.3)
        let fitted = try LearnerFixture.fit(
            .logisticRegression(LogisticParameters(strength: strength, classWeight: classWeight)), data)
        let positives = Double(data.labels.count { $0 })
        let count = Double(data.count)
        let weights = data.labels.map { label in
            classWeight == .none ? 1 : count / (2 * (label ? positives : count - positives))
        }
        for element in try gradient(fitted, data, strength: strength, weights: weights) {
            #expect(element.magnitude <= 1e-9 * strength * count)
        }
        #expect(fitted.facts["converged"] == .bool(true))
    }

    @Test func `one column and four rows give the optimum that can be worked out by hand`() throws {
        // Standardised the column is -1, -1, 1, 1. By symmetry the intercept is 0, and each row pulls the slope w by
        // 1 - p(w), where p is the sigmoid: with C = 1 the gradient is 0 where w = 4 (1 - p(w)).
        let data = LabelledRows(
            rows: RowMatrix(values: [3, 3, 7, 7], columnCount: 1), labels: [false, false, true, true])
        let fitted = try ClassifierFitter(.logisticRegression(LogisticParameters())).fit(data, columnNames: ["x"])
        let (slopes, intercept) = try coefficients(fitted)
        let probability = 1 / (1 + exp(-slopes[0]))
        #expect((slopes[0] - 4 * (1 - probability)).magnitude < 1e-9)
        #expect(intercept.magnitude < 1e-9)
        #expect(fitted.definition.stages == [.scale(Scaler(.subtractThenDivide(offset: [5], scale: [2])))])
    }

    @Test func `a constant column has no weight, and separable rows have an optimum`() throws {
        let count = 200
        let values = (0..<count).flatMap { [Double($0), 0.1 + 0.2] }
        let data = LabelledRows(
            rows: RowMatrix(values: values, columnCount: 2), labels: (0..<count).map { $0 >= 120 })
        let fitted = try ClassifierFitter(.logisticRegression(LogisticParameters(strength: 1000))).fit(
            data, columnNames: ["x", "constant"])
        let (slopes, _) = try coefficients(fitted)
        #expect(slopes[0] > 1)
        #expect(slopes[1].magnitude < 1e-9)
        #expect(fitted.importances[0] > 0.999_999)
    }

    @Test func `the same rows give the same bits`() throws {
        let models = try (0..<2).map { _ in
            try LearnerFixture.fit(.logisticRegression(LogisticParameters()), LearnerFixture.rows(500)).definition
        }
        #expect(models[0] == models[1])
    }

    @Test func `what has not converged is no model`() throws {
        let error = #expect(throws: TrainingError.self) {
            try LearnerFixture.fit(.logisticRegression(LogisticParameters(maxIterations: 2)), LearnerFixture.rows(500))
        }
        #expect(error?.code == .learnerFailed)
        #expect(error?.message.hasPrefix("the logistic regression has not converged after 2 iterations") == true)
    }

    @Test func `a missing value is refused by its place`() throws {
        let error = #expect(throws: TrainingError.self) {
            try LearnerFixture.fit(
                .logisticRegression(LogisticParameters()), LearnerFixture.rows(300, missingEvery: 41))
        }
        #expect(error?.message == "row 0 has no number in column 'drift'")
    }

    @Test(arguments: [
        (LogisticParameters(strength: 0), "C is 0.0, expected a number above 0"),
        (LogisticParameters(maxIterations: 0), "max_iter is 0, expected 1 to 10000"),
        (LogisticParameters(tolerance: 1), "tol is 1.0, expected 1e-14 to 0.1"),
    ])
    func `a parameter outside its range is refused by name`(parameters: LogisticParameters, message: String) throws {
        let error = #expect(throws: TrainingError.self) { try parameters.check() }
        #expect(error?.message == message)
    }
}
