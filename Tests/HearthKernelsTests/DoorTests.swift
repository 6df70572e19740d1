import HearthKernels
import HearthModel
import Testing

/// What the door refuses, as scikit-learn's input check would, with row and column of the request.
struct DoorTests {
    private func problem(_ rows: [Double], _ definition: ModelDefinition) throws -> RowProblem? {
        do {
            _ = try ServableModel(definition).predict(rows)
            return nil
        } catch let problem as RowProblem {
            return problem
        }
    }

    private let plain = Models.regression([Models.stump(0)], columnCount: 2)

    @Test(arguments: [1, 5, 8, 20])
    func `NaN, infinite and too large values are refused wherever they stand`(rowCount: Int) throws {
        for (value, kind) in [
            (Double.nan, RowProblem.Kind.missing), (.infinity, .infinite), (-.infinity, .infinite),
            (1e39, .tooLargeForFloat32), (3.4028235677973366e38, .tooLargeForFloat32),
        ] {
            for row in 0..<rowCount {
                var rows = [Double](repeating: 1, count: 2 * rowCount)
                rows[2 * row + 1] = value
                #expect(try problem(rows, plain) == RowProblem(row: row, column: 1, kind: kind))
            }
        }
        #expect(try problem([Double(Float.greatestFiniteMagnitude), 0], plain) == nil)
    }

    @Test func `float64 trees refuse infinite values unless they know missing ones`() throws {
        let refused = Models.regression([Models.stump(0)], inputs: .float64)
        #expect(try problem([1e300], refused) == nil)
        #expect(try problem([.infinity], refused)?.kind == .infinite)
        #expect(try problem([.nan], refused)?.kind == .missing)
        let accepted = Models.regression([Models.stump(0)], inputs: .float64, missing: .perNode)
        #expect(try ServableModel(accepted).predict([.infinity, -.infinity, .nan]) == [2, 1, 2])
    }

    @Test func `linear models and z-scores take finite values only`() throws {
        for definition in [Models.linear([[1, 1]], [0], .identity, .regression), Models.zScore()] {
            #expect(try problem([1, 1, 1, .nan], definition) == RowProblem(row: 1, column: 1, kind: .missing))
            #expect(try problem([-.infinity, 1], definition) == RowProblem(row: 0, column: 0, kind: .infinite))
            #expect(try problem([1e300, 1], definition) == nil)
        }
    }

    @Test func `an imputer takes NaN, but no infinite value`() throws {
        var definition = Models.regression([Models.stump(0, column: 1)], columnCount: 2)
        definition.signature.columnCount = 3
        definition.stages = [.impute(Imputer(statistics: [1, .nan, -1]))]
        #expect(try ServableModel(definition).predict([.nan, .nan, .nan]) == [1])
        #expect(try problem([0, .infinity, 0], definition) == RowProblem(row: 0, column: 1, kind: .infinite))
        #expect(try problem([0, 0, 1e39], definition) == RowProblem(row: 0, column: 2, kind: .tooLargeForFloat32))
    }

    @Test func `a scaler lets NaN pass, the model behind it refuses, naming the column of the request`() throws {
        var definition = plain
        definition.stages = [.scale(Scaler(.subtractThenDivide(offset: [0, 0], scale: [1, 1e-300])))]
        #expect(try problem([0, .nan], definition) == RowProblem(row: 0, column: 1, kind: .missing))
        #expect(try problem([0, 1e30], definition) == RowProblem(row: 0, column: 1, kind: .infinite))
    }

    @Test func `each branch of columns refuses what its stages refuse, and no more`() throws {
        let scaler = Stage.scale(Scaler(.subtractThenDivide(offset: [1], scale: nil)))
        let encoder = Encoder(form: .oneHot, columns: [Encoder.Column(categories: [0, 1, .nan])])
        let definition = ModelDefinition(
            signature: InputSignature(columnCount: 4),
            stages: [
                .columns([
                    ColumnBranch(columns: [2], stages: [scaler]),
                    ColumnBranch(columns: [0], stages: [.encode(encoder)]),
                    ColumnBranch(columns: [3]),
                ])
            ], estimator: .identity)
        // Column 1 is not read, column 3 passes as it is.
        let row: [Double] = [1, Double.infinity, 3, -Double.infinity]
        #expect(try ServableModel(definition).predict(row) == [2, 0, 1, 0, -Double.infinity])
        #expect(try ServableModel(definition).outputs.map(\.name) == ["transform"])
        #expect(
            try problem(row + [1, 0, .infinity, 0], definition) == RowProblem(row: 1, column: 2, kind: .infinite))
        #expect(
            try problem([-1, 0, 0, 0], definition)
                == RowProblem(row: 0, column: 0, kind: .unknownCategory(Vocabulary.unknown)))
        #expect(try ServableModel(definition).predict([.nan, 0, 1, 0]) == [0, 0, 0, 1, 0])
    }

    @Test func `stages check what stages before them may have made infinite`() throws {
        let scaler = Stage.scale(Scaler(.subtractThenDivide(offset: nil, scale: [1e-300])))
        var definition = ModelDefinition(
            signature: InputSignature(columnCount: 1), stages: [scaler, scaler], estimator: .identity)
        #expect(try problem([1e300], definition) == RowProblem(row: 0, column: 0, kind: .infinite))
        // What leaves the last stage is the answer.
        definition.stages.removeLast()
        #expect(try ServableModel(definition).predict([1e300]) == [.infinity])
    }

    @Test func `an imputer of other values than NaN refuses NaN`() throws {
        let imputer = Imputer(statistics: [5, 6], indicatorColumns: [1], missing: [0, -1])
        let definition = ModelDefinition(
            signature: InputSignature(columnCount: 2), stages: [.impute(imputer)], estimator: .identity)
        #expect(try ServableModel(definition).predict([0, 0, -1, -1]) == [5, 0, 0, -1, 6, 1])
        #expect(try problem([0, .nan], definition) == RowProblem(row: 0, column: 1, kind: .missing))
    }

    @Test func `a problem says what was found and what is expected`() {
        #expect(
            RowProblem(row: 3, column: 1, kind: .missing).description
                == "row 3, column 1: NaN found, a number expected; the model has no rule for missing values")
        #expect(
            RowProblem(row: 0, column: 2, kind: .unknownCategory(Vocabulary.unknown)).description
                == "row 0, column 2: a text that was not seen (or -1) found, a category that was seen in training "
                + "expected; the model was trained with handle_unknown='error'")
    }
}
