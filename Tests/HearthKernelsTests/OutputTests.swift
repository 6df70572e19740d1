import Glibc
import HearthKernels
import HearthModel
import Testing

/// Named outputs, links and choices, worked out by hand.
struct OutputTests {
    @Test func `an isolation forest answers score_samples, decision_function and predict`() throws {
        let definition = Models.ensemble(
            [Models.stump(0, low: 3, high: 9), Models.stump(0, low: 4, high: 9)], link: .isolation(normalizer: 14),
            task: .anomaly(offset: -0.55))
        let model = try ServableModel(definition)
        #expect(model.outputs.map(\.name) == ["score_samples", "decision_function", "predict"])
        #expect(model.outputWidth == 3)
        let base = Double(definition.signature.columnCount + 1)
        let (short, long) = (-pow(base, -0.5), -pow(base, -(18.0 / 14)))
        #expect(try model.predict([-1, 1]) == [short, long, short + 0.55, long + 0.55, -1, 1])
    }

    @Test func `a normalizer of 0 gives the score of a single point`() throws {
        let definition = Models.ensemble(
            [Models.stump(0)], link: .isolation(normalizer: 0), task: .anomaly(offset: -0.5))
        #expect(try ServableModel(definition).predict([1]) == [-0.5, 0, 1])
    }

    @Test func `C7 a z-score answers in the same form, higher scores being worse`() throws {
        let model = try ServableModel(Models.zScore())
        #expect(model.outputs.map(\.name) == ["score_samples", "decision_function", "predict"])
        #expect(model.threshold == 3)
        // Column 1 has never varied: a different value scores 1e6. A score on the threshold is no anomaly.
        #expect(
            try model.predict([11, 5, 16, 5, 17, 5, 10, 5.5])
                == [-0.5, -3, -3.5, -1e6, 2.5, 0, -0.5, 3 - 1e6, 1, 1, -1, -1])
        #expect(try model.predict([10, 5]).map(\.sign) == [.minus, .plus, .plus])
    }

    @Test func `the largest finite distance has a finite score`() throws {
        let outputs = try ServableModel(Models.zScore()).predict([-Double.greatestFiniteMagnitude, 5])
        #expect(outputs.allSatisfy { $0.isFinite })
    }

    @Test func `a binary classifier answers class, both probabilities and the decision`() throws {
        let definition = Models.ensemble(
            [Models.stump(0, low: -1, high: 2)], link: .sigmoid,
            task: .classification(classes: .strings(["ok", "theft"])),
            classRule: .rawAtLeastZero)
        let model = try ServableModel(definition)
        #expect(model.outputs.map(\.name) == ["predict", "predict_proba", "decision_function"])
        #expect(model.outputs[0].labels == .strings(["ok", "theft"]))
        let (low, high) = (1 / (1 + exp(1.0)), 1 / (1 + exp(-2.0)))
        #expect(try model.predict([-1, 1]) == [0, 1, 1 - low, low, 1 - high, high, -1, 2])
    }

    @Test(arguments: [(ClassRule.largestProbability, 0.0), (.rawAboveZero, 0), (.rawAtLeastZero, 1)])
    func `a tie goes to the class that the library gives it`(rule: ClassRule, expected: Double) throws {
        let definition = Models.ensemble(
            [Models.stump(0, low: 0, high: 0)], link: .sigmoid,
            task: .classification(classes: .booleans([false, true])),
            classRule: rule)
        #expect(try ServableModel(definition).predict([1])[0] == expected)
    }

    @Test func `a forest's sums are its probabilities and it has no decision function`() throws {
        let tree = Tree(
            nodes: [.split(column: 0, threshold: 0, left: 1, right: 2, missingGoesLeft: true), .leaf(0), .leaf(1)],
            leafValues: [0.25, 0.25, 0.5, 0, 1, 0], width: 3)
        let model = try ServableModel(
            Models.ensemble(
                [tree], base: [0, 0, 0], link: .identity, task: .classification(classes: .integers([7, 8, 9]))))
        #expect(model.outputs.map(\.name) == ["predict", "predict_proba"])
        #expect(try model.predict([-1, 1]) == [2, 1, 0.25, 0.25, 0.5, 0, 1, 0])
    }

    @Test func `trees of one value add to their own output`() throws {
        let trees = (0..<3).map { Models.stump(0, low: 0, high: Double($0), output: $0) }
        let definition = Models.ensemble(
            trees, base: [1, 0.5, 0.25], link: .softmaxSequential, task: .classification(classes: .integers([0, 1, 2])))
        let outputs = try ServableModel(definition).predict([1])
        let raw = [1, 1.5, 2.25]
        let sum = raw.reduce(0) { $0 + exp($1 - 2.25) }
        #expect(outputs == [2] + raw.map { exp($0 - 2.25) / sum } + raw)
    }

    @Test func `XGBoost's sums, sigmoid and softmax are in single precision`() throws {
        let task = Task.classification(classes: .integers([0, 1]))
        let binary = Models.ensemble(
            [Models.stump(0, low: 0.1, high: 0.2), Models.stump(0, low: 0.7, high: 0.3)], rule: .less,
            accumulator: .float32,
            base: [0.4], link: .sigmoid, task: task)
        let sum = (Float(0.4) + Float(0.1)) + Float(0.7)
        let positive = 1 / (expf(-sum) + 1)
        #expect(
            try ServableModel(binary).predict([-1]) == [1, Double(1 - positive), Double(positive), Double(sum)])
        let poisson = Models.ensemble(
            [Models.stump(0, low: 0.1, high: 0.2)], accumulator: .float32, link: .exponential, task: .regression)
        #expect(try ServableModel(poisson).predict([-1]) == [Double(expf(0.1))])
    }

    @Test func `a linear model sums from left to right, then adds the intercept`() throws {
        let model = try ServableModel(Models.linear([[1e16, 1, -1e16]], [0.5], .identity, .regression))
        #expect(try model.predict([1, 1, 1]) == [0.5], "1e16 + 1 is 1e16")
    }

    @Test func `a linear classifier without a link has only a decision function`() throws {
        let model = try ServableModel(
            Models.linear([[1], [2], [-1]], [0, 0, 0], .identity, .classification(classes: .integers([3, 4, 5]))))
        #expect(model.outputs.map(\.name) == ["predict", "decision_function"])
        #expect(try model.predict([1, -1]) == [1, 2, 1, 2, -1, -1, -2, 1])
    }

    @Test func `one against the rest divides each sigmoid by their sum`() throws {
        let model = try ServableModel(
            Models.linear([[1], [2], [-1]], [0, 0, 0], .sigmoid, .classification(classes: .integers([3, 4, 5]))))
        let values = [1.0, 2, -1].map { 1 / (1 + exp(-$0)) }
        let sum = values.reduce(0, +)
        #expect(try model.predict([1]) == [1] + values.map { $0 / sum } + [1, 2, -1])
    }

    @Test func `golden vectors are the outputs as they lie`() throws {
        let model = try ServableModel(Models.zScore())
        let rows = [11.0, 5, 16, 5]
        let golden = try GoldenVectors(
            rowCount: 2, columnCount: 2, outputWidth: model.outputWidth, rows: rows, outputs: try model.predict(rows))
        let none = try model.mismatch(with: golden)
        #expect(none == nil)
        var wrong = golden.outputs
        wrong[3] = wrong[3].nextUp
        let other = try GoldenVectors(rowCount: 2, columnCount: 2, outputWidth: 3, rows: rows, outputs: wrong)
        let mismatch = try model.mismatch(with: other)
        #expect(mismatch?.description == "golden row 1, output decision_function: 0.0 found, 5e-324 expected")
    }
}
