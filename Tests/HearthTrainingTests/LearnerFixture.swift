import HearthKernels
import HearthModel
import HearthTraining

/// Rows whose class follows from their first two columns, with noise: made from a seed alone.
enum LearnerFixture {
    static let columnNames = ["drift", "swing", "noise_a", "noise_b"]

    /// - Parameters:
    ///   - missingEvery: every so many values are missing; nil for none.
    ///   - upShare: how often class 1 is the truth where the columns say nothing.
    static func rows(
        _ count: Int, seed: UInt64 = 7, missingEvery: Int? = nil, upShare: Double = 0.5
    ) -> LabelledRows {
        var random = Xoshiro256(seed: seed)
        var values: [Double] = []
        var labels: [Bool] = []
        for row in 0..<count {
            let columns = (0..<4).map { _ in 2 * random.unit() - 1 }
            let signal = columns[0] - 2 * columns[1] * columns[1] + 0.6
            labels.append(signal + 1.5 * (random.unit() - 0.5) + (upShare - 0.5) * 3 > 0)
            for (column, value) in columns.enumerated() {
                let isMissing = missingEvery.map { (row * 4 + column).isMultiple(of: $0) } ?? false
                values.append(isMissing ? .nan : value)
            }
        }
        return LabelledRows(rows: RowMatrix(values: values, columnCount: 4), labels: labels)
    }

    static func fit(
        _ classifier: Classifier, _ training: LabelledRows, validation: LabelledRows? = nil,
        control: TrainingControl = TrainingControl()
    ) throws -> FittedClassifier {
        try ClassifierFitter(classifier).fit(
            training, validation: validation, columnNames: columnNames, control: control)
    }

    /// The probabilities of class 1, by the kernel that serves.
    static func probabilities(_ definition: ModelDefinition, _ rows: RowMatrix) throws -> [Double] {
        let model = try ServableModel(PackedModel.pack(definition))
        let outputs = try model.outputs(of: rows.values)
        var start = 0
        for output in model.outputs {
            if output.name == "predict_proba" { return (0..<rows.rowCount).map { outputs[start + 2 * $0 + 1] } }
            start += output.width * rows.rowCount
        }
        return []
    }
}
