import HearthKernels
import HearthModel

/// Scores rows with the kernel that will serve the model, so that what is measured is what is served, bit for bit.
struct ModelScorer {
    /// The packed definition.
    let sections: [ModelSection]
    private let model: ServableModel

    struct Scores {
        /// Higher is worse.
        var anomalyScores: [Double]
        /// The model's own decision.
        var flags: [Bool]
    }

    /// Packs `definition`.
    ///
    /// Throws ``TrainingError`` when it is no model that can be served.
    init(_ definition: ModelDefinition) throws(TrainingError) {
        do throws(ModelError) {
            sections = try PackedModel.pack(definition)
            model = try ServableModel(sections)
        } catch {
            throw TrainingError(.verificationFailed, "the trained model cannot be packed: \(error)", cause: error)
        }
    }

    /// Scores with a model that was published before; there are no sections to publish.
    init(serving model: ServableModel) {
        sections = []
        self.model = model
    }

    /// The anomaly scores and decisions of `rows`.
    ///
    /// Throws ``TrainingError`` for a row that the model refuses.
    func scores(of rows: RowMatrix) throws(TrainingError) -> Scores {
        try Self.scores(of: rows, model)
    }

    /// The probability of class 1 for each row, of a classifier of two classes.
    ///
    /// Throws ``TrainingError`` for a row that the model refuses, or a model of another kind.
    func probabilities(of rows: RowMatrix) throws(TrainingError) -> [Double] {
        guard let index = model.outputs.firstIndex(where: { $0.name == "predict_proba" && $0.width == 2 }) else {
            throw TrainingError(.verificationFailed, "the model has no probabilities of two classes")
        }
        let outputs = try Self.outputs(of: rows, model)
        let start = model.outputs[..<index].reduce(0) { $0 + $1.width } * rows.rowCount
        return (0..<rows.rowCount).map { outputs[start + 2 * $0 + 1] }
    }

    static func scores(of rows: RowMatrix, _ model: ServableModel) throws(TrainingError) -> Scores {
        let outputs = try outputs(of: rows, model)
        let count = rows.rowCount
        guard let score = offset(of: "score_samples", model), let predict = offset(of: "predict", model) else {
            throw TrainingError(
                .verificationFailed, "the model has no anomaly scores",
                hint: "a model of bars is measured by 'hearth-trainer backtest'")
        }
        return Scores(
            anomalyScores: outputs[score * count..<(score + 1) * count].map { -$0 },
            flags: outputs[predict * count..<(predict + 1) * count].map { $0 < 0 })
    }

    /// `rows` with the outputs that any copy of the model must give for them.
    func goldenVectors(of rows: RowMatrix) throws(TrainingError) -> GoldenVectors {
        let outputs = try Self.outputs(of: rows, model)
        do throws(ModelError) {
            return try GoldenVectors(
                rowCount: rows.rowCount, columnCount: rows.columnCount, outputWidth: model.outputWidth,
                rows: rows.values, outputs: outputs)
        } catch {
            throw TrainingError(.verificationFailed, "no golden vectors can be made: \(error)", cause: error)
        }
    }

    /// Values per row before the output `name`, whose width is 1; nil when the model has none of that name.
    private static func offset(of name: String, _ model: ServableModel) -> Int? {
        guard let index = model.outputs.firstIndex(where: { $0.name == name && $0.width == 1 }) else { return nil }
        return model.outputs[..<index].reduce(0) { $0 + $1.width }
    }

    /// Output after output, each row after row, as the kernel writes them.
    ///
    /// Throws ``TrainingError`` for a row that is refused.
    static func outputs(of rows: RowMatrix, _ model: ServableModel) throws(TrainingError) -> [Double] {
        do {
            return try model.outputs(of: rows.values)
        } catch {
            throw TrainingError(.badValue, "the model refuses a row of the table: \(error)", cause: error)
        }
    }
}
