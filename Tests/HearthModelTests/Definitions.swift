import HearthModel

/// Small definitions to start a test from.
enum Definitions {
    /// Three trees of two levels over three columns, two outputs each of width 1.
    static func ensemble(
        inputs: TreeEnsemble.Number = .float32, missing: TreeEnsemble.MissingRule = .refused
    ) -> TreeEnsemble {
        TreeEnsemble(
            columnCount: 3, inputs: inputs, thresholds: .float64, splitRule: .lessOrEqual, missing: missing,
            trees: [tree(0.5, 0), tree(-1.25, 1), tree(7, 2)], aggregation: .sum, baseValues: [0.5],
            link: .isolation(normalizer: 12), task: .anomaly(offset: -0.5))
    }

    static func tree(_ threshold: Double, _ column: Int) -> Tree {
        Tree(
            nodes: [
                .split(column: column, threshold: threshold, left: 1, right: 2, missingGoesLeft: false), .leaf(0),
                .split(column: 2, threshold: threshold + 1, left: 3, right: 4, missingGoesLeft: true), .leaf(1),
                .leaf(2),
            ], leafValues: [1, 2, threshold])
    }

    static func categorical() -> TreeEnsemble {
        var ensemble = ensemble(inputs: .float64, missing: .perNode)
        ensemble.categorySets = [[0b101], [], [1, 2, 3]]
        ensemble.trees[1].nodes[0] = .category(column: 1, set: 2, left: 1, right: 2, missingGoesLeft: true)
        ensemble.trees[2].nodes[2] = .category(column: 0, set: 0, left: 3, right: 4, missingGoesLeft: false)
        return ensemble
    }

    static func model(_ ensemble: TreeEnsemble, stages: [Stage] = []) -> ModelDefinition {
        ModelDefinition(
            signature: InputSignature(columnCount: 3, columnNames: ["a", "b", "ç"]), stages: stages,
            estimator: .treeEnsemble(ensemble), threshold: 0.6)
    }

    static var stages: [Stage] {
        [
            .impute(Imputer(statistics: [1, .nan, 2], indicatorColumns: [1])),
            .scale(Scaler(.subtractThenDivide(offset: [1, 2, 3], scale: nil))),
            .scale(Scaler(.multiplyThenAdd(scale: [1, 2, 3], offset: [0, 0, 1], clip: 0...1))),
        ]
    }

    static var linear: ModelDefinition {
        ModelDefinition(
            signature: InputSignature(columnCount: 2),
            estimator: .linear(
                LinearModel(
                    coefficients: [[1, 2], [3, 4], [5, 6]], intercepts: [0.5, 1, 1.5], link: .softmaxPairwise,
                    task: .classification(classes: .strings(["x", "y", "z"])))))
    }

    /// Zero is missing in copies of two of three columns.
    static var copies: ModelDefinition {
        var ensemble = ensemble(inputs: .float64, missing: .perNode)
        ensemble.columnCount = 5
        ensemble.negativeCategory = .truncated
        return model(ensemble, stages: [.markMissing(.nearZeroCopies(ofColumns: [0, 2]))])
    }

    /// Text and numbers through branches and encoders, and no estimator.
    static var columns: ModelDefinition {
        let oneHot = Encoder(
            form: .oneHot, columns: [Encoder.Column(categories: [1, 0, Vocabulary.none], dropped: 1)], unknown: 0)
        let ordinal = Encoder(form: .ordinal(missing: -5), columns: [Encoder.Column(categories: [2.5, 7, -1])])
        return ModelDefinition(
            signature: InputSignature(
                columnCount: 3, columnNames: ["a", "b", "c"],
                vocabularies: [
                    Vocabulary(column: 0, unsorted: ["\u{E4}", "a\u{308}", "", "z", "a"]),
                    Vocabulary(column: 2, texts: []),
                ]),
            stages: [
                .columns([
                    ColumnBranch(
                        columns: [0],
                        stages: [.impute(Imputer(statistics: [3], missing: [Vocabulary.none])), .encode(oneHot)]),
                    ColumnBranch(
                        columns: [1, 1], stages: [.columns([ColumnBranch(columns: [1], stages: [.encode(ordinal)])])]),
                    ColumnBranch(columns: [1]),
                ])
            ], estimator: .identity)
    }

    static var singleLinear: ModelDefinition {
        ModelDefinition(
            signature: InputSignature(columnCount: 2),
            estimator: .linear(
                LinearModel(
                    coefficients: [[1, 2]], intercepts: [0.5], accumulator: .float32, link: .sigmoid,
                    task: .classification(classes: .booleans([false, true])), classRule: .largestProbability)))
    }

    static var zScore: ModelDefinition {
        ModelDefinition(
            signature: InputSignature(columnCount: 4, window: 2),
            estimator: .zScore(
                ZScore(method: .robust, centers: [0, 1, 2, 3], scales: [1, 0, 2, 3], threshold: 3.5)))
    }

    /// Votes of a forest and of a model of models, the row behind them, into a forest.
    static var nested: ModelDefinition {
        let task = Task.classification(classes: .integers([0, 1]))
        let tree = Tree(
            nodes: [.split(column: 1, threshold: 0.5, left: 1, right: 2, missingGoesLeft: false), .leaf(0), .leaf(1)],
            leafValues: [0.25, 0.75, 1, 0], width: 2)
        let forest = TreeEnsemble(
            columnCount: 2, inputs: .float32, thresholds: .float64, splitRule: .lessOrEqual, missing: .refused,
            trees: [tree], aggregation: .mean, baseValues: [0, 0], link: .identity, task: task)
        let member = ModelDefinition(signature: InputSignature(columnCount: 2), estimator: .treeEnsemble(forest))
        let answer = Estimates.Answer(.probabilities, first: 1, count: 1)
        let calibrators: [[Combination.Calibration.Calibrator]] = [
            [.isotonic(x: [0, 0.5, 1], y: [0, 0.25, 1])], [.sigmoid(a: -1, b: 0.5)],
        ]
        let calibrated = ModelDefinition(
            signature: InputSignature(columnCount: 2),
            stages: [
                .estimates(Estimates(members: [.init(member, answers: [answer]), .init(member, answers: [answer])]))
            ],
            estimator: .combination(
                Combination(
                    .calibration(Combination.Calibration(.perClass, valueCount: 1, folds: calibrators)), task: task)))
        var last = forest
        last.columnCount = 6
        return ModelDefinition(
            signature: InputSignature(columnCount: 3),
            stages: [
                .estimates(
                    Estimates(
                        members: [
                            .init(member, columns: [2, 0], answers: [.init(.predict, classValues: [-1, 1])]),
                            .init(
                                calibrated, columns: [0, 1],
                                answers: [.init(.probabilities, first: 0, count: 1, width: 2, places: [1])]),
                        ], passesRow: true))
            ], estimator: .treeEnsemble(last))
    }

    /// One of each form that packs differently.
    static var all: [ModelDefinition] {
        [
            model(ensemble()), model(ensemble(inputs: .float64)), model(ensemble(missing: .perNode), stages: stages),
            model(categorical()), linear, zScore,
            model(ensemble(missing: .perNode), stages: [.markMissing(.equal(to: 0))]),
            copies, singleLinear, nested, columns,
        ]
    }
}
