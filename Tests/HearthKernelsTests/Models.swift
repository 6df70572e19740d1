import HearthModel

/// Small definitions whose answers can be worked out by hand.
enum Models {
    /// Left leaf `low` when column 0 `<= threshold` (or `<`, by the rule), else `high`.
    static func stump(
        _ threshold: Double, low: Double = 1, high: Double = 2, column: Int = 0, missingGoesLeft: Bool = false,
        output: Int = 0
    ) -> Tree {
        Tree(
            nodes: [
                .split(column: column, threshold: threshold, left: 1, right: 2, missingGoesLeft: missingGoesLeft),
                .leaf(0), .leaf(1),
            ], leafValues: [low, high], output: output)
    }

    static func regression(
        _ trees: [Tree], columnCount: Int = 1, inputs: TreeEnsemble.Number = .float32,
        thresholds: TreeEnsemble.Number = .float64, rule: TreeEnsemble.SplitRule = .lessOrEqual,
        missing: TreeEnsemble.MissingRule = .refused, accumulator: TreeEnsemble.Number = .float64
    ) -> ModelDefinition {
        ensemble(
            trees, columnCount: columnCount, inputs: inputs, thresholds: thresholds, rule: rule, missing: missing,
            accumulator: accumulator, link: .identity, task: .regression)
    }

    static func ensemble(
        _ trees: [Tree], columnCount: Int = 1, inputs: TreeEnsemble.Number = .float32,
        thresholds: TreeEnsemble.Number = .float64, rule: TreeEnsemble.SplitRule = .lessOrEqual,
        missing: TreeEnsemble.MissingRule = .refused, accumulator: TreeEnsemble.Number = .float64, base: [Double] = [0],
        link: Link, task: Task, classRule: ClassRule = .largestProbability
    ) -> ModelDefinition {
        ModelDefinition(
            signature: InputSignature(columnCount: columnCount),
            estimator: .treeEnsemble(
                TreeEnsemble(
                    columnCount: columnCount, inputs: inputs, thresholds: thresholds, splitRule: rule, missing: missing,
                    trees: trees, accumulator: accumulator, aggregation: .sum, baseValues: base, link: link, task: task,
                    classRule: classRule)))
    }

    static func linear(_ coefficients: [[Double]], _ intercepts: [Double], _ link: Link, _ task: Task)
        -> ModelDefinition
    {
        ModelDefinition(
            signature: InputSignature(columnCount: coefficients[0].count),
            estimator: .linear(LinearModel(coefficients: coefficients, intercepts: intercepts, link: link, task: task)))
    }

    static func zScore(threshold: Double = 3) -> ModelDefinition {
        ModelDefinition(
            signature: InputSignature(columnCount: 2),
            estimator: .zScore(
                ZScore(method: .standard, centers: [10, 5], scales: [2, 0], threshold: threshold)), threshold: threshold
        )
    }
}
