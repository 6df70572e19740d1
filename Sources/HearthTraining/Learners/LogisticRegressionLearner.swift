import Glibc
import HearthArtifacts
import HearthModel

/// Fits an L2-penalised logistic regression by Newton's method (iteratively reweighted least squares).
///
/// The columns are standardised (mean 0, population deviation 1), which the served model does as a stage of its own.
/// With `z` a standardised row, `f = w . z + b`, `y` 1 or 0 and `v` the row's class weight, what is made least is
///
///     C * sum v * (log(1 + exp(f)) - y * f)  +  |w|^2 / 2
///
/// (Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 4.4.1; scikit-learn's `LogisticRegression`.)
/// It is convex, so the one optimum is where the gradient is 0; a step that does not lower it is halved.
struct LogisticRegressionLearner {
    let parameters: LogisticParameters

    /// Wider tables would take too long: a step is cubic in the columns.
    static let columnCountMax = 2000

    init(_ parameters: LogisticParameters) {
        self.parameters = parameters
    }

    /// Throws ``TrainingError`` for missing values, one class only, or no convergence.
    func fit(
        _ training: LabelledRows, columnNames: [String], control: TrainingControl
    ) throws(TrainingError) -> FittedClassifier {
        try training.checkBothClasses("training")
        guard training.rows.columnCount <= Self.columnCountMax else {
            throw TrainingError(
                .unusableData,
                "\(training.rows.columnCount) columns found, at most \(Self.columnCountMax) expected")
        }
        if let index = training.rows.values.firstIndex(where: { !$0.isFinite }) {
            throw TrainingError(
                .badValue,
                "row \(index / training.rows.columnCount) has no number in column "
                    + "'\(columnNames[index % training.rows.columnCount])'",
                hint: "a logistic regression needs every value; boosted trees take rows with missing values")
        }
        let scaling = Standardisation(training.rows)
        var problem = LogisticProblem(
            rows: scaling.applied(to: training.rows), labels: training.labels,
            weights: parameters.classWeight.weights(for: training.labels), strength: parameters.strength)
        let iterations = try descend(&problem, control)
        try control.pass(TrainingProgress(.verifying))
        let coefficients = Array(problem.point.dropLast())
        let definition = ModelDefinition(
            signature: InputSignature(columnCount: columnNames.count, columnNames: columnNames),
            stages: [.scale(Scaler(.subtractThenDivide(offset: scaling.means, scale: scaling.deviations)))],
            estimator: .linear(
                LinearModel(
                    coefficients: [coefficients], intercepts: [problem.point[coefficients.count]], link: .sigmoid,
                    task: .classification(classes: .integers([0, 1])))))
        return FittedClassifier(
            definition: definition, original: nil,
            importances: FittedClassifier.shares(coefficients.map(\.magnitude)),
            facts: [
                "n_iter": .integer(Int64(iterations)), "gradient_norm": .number(problem.gradientNorm),
                "converged": .bool(true),
            ], library: Manifest.Library(name: "hearth", version: TrainingRun.pipelineVersion))
    }

    /// Steps until the gradient is as good as 0; returns how many there were.
    private func descend(
        _ problem: inout LogisticProblem, _ control: TrainingControl
    ) throws(TrainingError) -> Int {
        var iteration = 0
        var isMoving = true
        while problem.gradientNorm > parameters.tolerance, isMoving, iteration < parameters.maxIterations {
            try control.pass(TrainingProgress(.fitting, done: iteration, total: parameters.maxIterations))
            isMoving = problem.step()
            iteration += 1
        }
        // Where no step lowers the sum any more, the point is the best that 64 bits can say.
        let limit = isMoving ? parameters.tolerance : parameters.tolerance * Self.roundingSlack
        guard problem.gradientNorm <= limit else {
            throw TrainingError(
                .learnerFailed,
                "the logistic regression has not converged after \(iteration) iterations: its gradient is "
                    + "\(problem.gradientNorm), expected at most \(parameters.tolerance)",
                hint: "allow more iterations, a greater tolerance, or a stronger penalty (a smaller C)")
        }
        return iteration
    }

    /// How much greater the gradient may be where rounding ends the descent.
    private static let roundingSlack = 100.0
}
