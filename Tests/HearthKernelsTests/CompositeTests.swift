import HearthKernels
import HearthModel
import Testing

/// Models of models: bits, doors and shapes.
struct CompositeTests {
    @Test(arguments: [(2, 1), (2, 3), (3, 4), (9, 2), (12, 20)])
    func `every rule answers with the bits of the oracle`(classCount: Int, memberCount: Int) throws {
        for seed in 0..<6 {
            var models = CompositeModels(seed: UInt64(seed))
            for definition in models.all(classCount: classCount, memberCount: memberCount) {
                let model = try ServableModel(definition)
                let rows = models.numbers(40 * models.columnCount, -3...3)
                let expected = model.expected(Oracle(definition: definition), rows)
                #expect(bits(try model.predict(rows)) == bits(expected), "seed \(seed) \(definition.estimator)")
                let parts = try model.predict(rows, ranges: [0..<1, 1..<7, 7..<40])
                #expect(bits(parts) == bits(expected))
            }
        }
    }

    @Test func `members see their columns, answers go to their places, the row passes on`() throws {
        var models = CompositeModels(seed: 9)
        let task = Task.classification(classes: .strings(["a", "b", "c", "d"]))
        let wide = Estimates.Answer(.probabilities, first: 0, count: 2, width: 4, places: [3, 1])
        let members = [
            Estimates.Member(models.forest(2, columns: 2), columns: [4, 1], answers: [wide]),
            Estimates.Member(
                models.forest(3, columns: 3), columns: [0, 0, 2],
                answers: [
                    .init(.probabilities, first: 0, count: 3, width: 4, places: [0, 1, 2])
                ]),
        ]
        var inner = models.model(
            members, .mean(Combination.Mean(memberCount: 2, width: 4, divisor: 2, start: 0)), task)
        var outer = models.forest(3, columns: 6)
        outer.signature.columnCount = 5
        let values = Estimates.Answer(.predict, classValues: [7, -1, 0.5, 2])
        outer.stages = [.estimates(Estimates(members: [.init(inner, answers: [values])], passesRow: true))]
        for definition in [inner, outer] {
            let model = try ServableModel(definition)
            let rows = models.numbers(30 * 5, -3...3)
            #expect(bits(try model.predict(rows)) == bits(model.expected(Oracle(definition: definition), rows)))
        }
        inner.stages.append(.scale(Scaler(.subtractThenDivide(offset: nil, scale: models.numbers(8)))))
        #expect(try ServableModel(inner).outputs.map(\.width) == [1, 4])
    }

    @Test func `a value that a member refuses is named by row and column of the request`() throws {
        var models = CompositeModels(seed: 3)
        let member = Estimates.Member(models.forest(2, columns: 2), columns: [3, 1], answers: [.init(.predict)])
        let inner = models.model([member], .votes(weights: [1]), .classification(classes: CompositeModels.labels(2)))
        var outer = models.model(
            [.init(inner, columns: [4, 3, 2, 1, 0], answers: [.init(.predict)])], .votes(weights: [1]),
            .classification(classes: CompositeModels.labels(2)))
        outer.stages = outer.stages.map { stage in
            guard case .estimates(var estimates) = stage else { return stage }
            estimates.requiresFinite = false
            return .estimates(estimates)
        }
        let model = try ServableModel(outer)
        // The inner model's columns 3 and 1 are the request's 1 and 3.
        for (column, value, kind) in [(1, Double.nan, RowProblem.Kind.missing), (3, 1e300, .tooLargeForFloat32)] {
            var rows = [Double](repeating: 0.5, count: 15)
            rows[5 + column] = value
            let problem = #expect(throws: RowProblem.self) { try model.predict(rows) }
            #expect(problem == RowProblem(row: 1, column: column, kind: kind))
        }
        var rows = [Double](repeating: 0.5, count: 10)
        rows[5] = .infinity
        let problem = #expect(throws: RowProblem.self) { try model.predict(rows) }
        #expect(problem == RowProblem(row: 1, column: 0, kind: .infinite), "the inner model takes finite rows only")
    }

    @Test func `golden vectors of a model of models hold`() throws {
        var models = CompositeModels(seed: 5)
        let definition = models.all(classCount: 3, memberCount: 2)[3]
        let model = try ServableModel(definition)
        let rows = models.numbers(20 * 5)
        let golden = try GoldenVectors(
            rowCount: 20, columnCount: 5, outputWidth: model.outputWidth, rows: rows, outputs: model.outputs(of: rows))
        #expect(try model.mismatch(with: golden) == nil)
        #expect(model.outputs.map(\.name) == ["predict", "predict_proba", "decision_function"])
        #expect(model.outputs.map(\.width) == [1, 3, 3])
    }
}
