import HearthKernels
import HearthModel

/// Asks models for answers: what they are does not matter, that they come does.
enum Answers {
    /// A definition that was converted must be packed, taken by the server's own check, and answer.
    static func require(of definition: ModelDefinition) {
        do throws(ModelError) {
            let sections = try PackedModel.pack(definition)
            let again = try PackedModel.pack(definition)
            precondition(again == sections, "the same definition gives the same bytes")
            ask(try ServableModel(sections))
        } catch {
            preconditionFailure("what was converted is served: \(error)")
        }
    }

    /// Rows of one value each, and one of them all; a model may refuse any of them.
    static func ask(_ model: ServableModel) {
        let values = [0, -0.0, 0.5, -3, 1e20, 1e300, .infinity, .nan]
        for value in values { ask(model, [Double](repeating: value, count: model.signature.columnCount)) }
        ask(model, (0..<model.signature.columnCount).map { values[$0 % 5] })
    }

    private static func ask(_ model: ServableModel, _ row: [Double]) {
        do throws(RowProblem) {
            let count = try model.outputs(of: row + row).count
            precondition(count == 2 * model.outputWidth, "two rows give two answers")
        } catch {
            precondition(error.column < model.signature.columnCount, "a problem lies within the row")
        }
    }
}
