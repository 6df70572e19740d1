import ArgumentParser
import HearthTraining

/// `hearth-trainer train logistic-regression`.
struct TrainLogisticRegression: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logistic-regression",
        abstract: "A logistic regression over bars: the probability that the price goes up.",
        discussion: """
            L2-penalised, over standardised features, solved to the optimum by Newton's method: the plain model that \
            any other has to beat. Example:

              hearth-trainer train logistic-regression --data bars.csv \\
                  --symbol TEST --timeframe 1h --strength 0.1
            """)

    @Option(help: "The inverse of the penalty (C): less makes smaller coefficients.")
    var strength = 1.0

    @Option(help: "Steps of Newton's method, at most (max_iter).")
    var maxIterations = 100

    @Option(help: "Done when the gradient per row is less (tol).")
    var tolerance = 1e-10

    @Option(help: "balanced lets the rarer class count as much as the other; none counts rows.")
    var classWeight = ClassWeight.none

    @OptionGroup var training: BarsTrainingOptions

    func run() throws {
        try training.run(
            .logisticRegression(
                LogisticParameters(
                    strength: strength, maxIterations: maxIterations, tolerance: tolerance, classWeight: classWeight)))
    }
}
