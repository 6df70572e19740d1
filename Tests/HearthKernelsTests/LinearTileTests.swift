import HearthKernels
import HearthModel
import Testing

/// Rows of a linear model side by side: the tile changes no bit and hides no problem.
struct LinearTileTests {
    private func definition(columnCount: Int, task: Task, stages: [Stage]) -> ModelDefinition {
        let coefficients = (0..<columnCount).map { 1 / Double($0 + 3) - 0.2 }
        let link: Link = task == .regression ? .identity : .sigmoid
        var definition = Models.linear([coefficients], [0.1], link, task)
        definition.stages = stages
        return definition
    }

    private func rows(_ rowCount: Int, _ columnCount: Int) -> [Double] {
        (0..<rowCount * columnCount).map { Double(($0 * 7919) % 1009) / 97 - 5 }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 16, 17])
    func `every count of rows and columns gives the bits of one row after the other`(columnCount: Int) throws {
        let parameters = (0..<columnCount).map { Double($0) / 7 + 0.3 }
        let scaler = Stage.scale(Scaler(.subtractThenDivide(offset: parameters, scale: parameters)))
        let tasks: [Task] = [.regression, .classification(classes: .integers([0, 1]))]
        for (task, stages) in tasks.flatMap({ task in [(task, []), (task, [scaler])] }) {
            let definition = definition(columnCount: columnCount, task: task, stages: stages)
            let model = try ServableModel(definition)
            for rowCount in [1, 3, 4, 7, 8, 9, 15, 257] {
                let rows = rows(rowCount, columnCount)
                let expected = bits(model.expected(Oracle(definition: definition), rows))
                #expect(bits(try model.predict(rows)) == expected)
                #expect(bits(try model.predict(rows, ranges: (0..<rowCount).map { $0..<$0 + 1 })) == expected)
            }
        }
    }

    @Test(arguments: 0..<9)
    func `a value that is refused is named wherever it stands in a tile`(row: Int) throws {
        let scaler = Stage.scale(Scaler(.subtractThenDivide(offset: [1, 1, 1], scale: nil)))
        let clipped = Stage.scale(Scaler(.multiplyThenAdd(scale: [1, 1, 1], offset: [0, 0, 0], clip: 0...1)))
        for stages in [[], [scaler], [scaler, clipped]] {
            let model = try ServableModel(definition(columnCount: 3, task: .regression, stages: stages))
            for (value, kind) in [(Double.infinity, RowProblem.Kind.infinite), (.nan, .missing)] {
                var rows = rows(9, 3)
                rows[3 * row + 2] = value
                #expect(throws: RowProblem(row: row, column: 2, kind: kind)) { try model.predict(rows) }
            }
        }
    }

    @Test func `large values whose sum overflows are finite and taken`() throws {
        let model = try ServableModel(Models.linear([[1e-300, 1e-300, 0]], [0], .identity, .regression))
        #expect(try model.predict([1.5e308, 1.5e308, 0]) == [1.5e308 * 1e-300 + 1.5e308 * 1e-300])
    }
}
