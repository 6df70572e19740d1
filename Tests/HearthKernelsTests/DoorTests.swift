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

    @Test func `a problem says what was found and what is expected`() {
        #expect(
            RowProblem(row: 3, column: 1, kind: .missing).description
                == "row 3, column 1: NaN found, a number expected; the model has no rule for missing values")
    }
}
