package import HearthModel

extension ServableModel {
    /// Golden vectors for a model that brought no data: of the rows that ``ExercisingRows`` makes, those that the model
    /// accepts, with what it answers.
    ///
    /// - Parameter definition: what the model was packed from; nil when that is not known.
    /// - Throws: ``ModelError`` when the model accepts none of them.
    package func exercised(by definition: ModelDefinition?) throws(ModelError) -> GoldenVectors {
        let columnCount = signature.columnCount
        var accepted: [Double] = []
        var refusal: RowProblem?
        for row in ExercisingRows(columnCount: columnCount, definition: definition).rows {
            do throws(RowProblem) {
                _ = try outputs(of: row)
                accepted += row
            } catch {
                refusal = error
            }
        }
        let answers: [Double]
        do throws(RowProblem) { answers = try outputs(of: accepted) } catch { throw Self.unexercised(error) }
        guard !accepted.isEmpty else { throw Self.unexercised(refusal) }
        return try GoldenVectors(
            rowCount: accepted.count / columnCount, columnCount: columnCount, outputWidth: outputWidth, rows: accepted,
            outputs: answers)
    }

    private static func unexercised(_ refusal: RowProblem?) -> ModelError {
        ModelError(
            .unsupported, at: "golden vectors",
            "no row found that the model accepts\(refusal.map { ": \($0)" } ?? "")",
            hint: "report the model's class and version")
    }
}

extension PackedModel {
    /// The sections of a `model.hearth`: the packed definition and golden vectors that exercise it.
    ///
    /// Throws ``ModelError`` for a definition that is no model.
    package static func exercised(_ definition: ModelDefinition) throws(ModelError) -> [ModelSection] {
        let sections = try pack(definition)
        return [ModelSection](sections) + [try ServableModel(sections).exercised(by: definition).encoded()]
    }
}
