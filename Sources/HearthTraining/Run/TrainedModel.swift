package import HearthArtifacts
package import HearthModel

/// A model that has been learned and measured, not yet published.
package struct TrainedModel: Sendable {
    package var definition: ModelDefinition
    /// The packed definition with its golden vectors: what `model.hearth` holds.
    package var sections: [ModelSection]
    /// Rows of the table, and how they were used.
    package var rows: RowCounts
    /// Of the rows held out; nil when none were.
    package var evaluation: Evaluation?
    package var trainingDuration: Duration

    /// How many rows were used for what.
    package struct RowCounts: Sendable, Equatable {
        /// Rows of the file.
        package var table: Int
        /// Rows that were learned from.
        package var training: Int
        package var heldOut: Int
        /// Labelled anomalies among the rows held out; nil without labels.
        package var heldOutAnomalies: Int?
    }

    /// The measures for `meta.json` and the registry; what is unknown is null (C29).
    package var metrics: [String: JSONValue] {
        var metrics = (evaluation ?? .nothing).metrics
        metrics["rows_trained"] = .integer(Int64(rows.training))
        metrics["rows_held_out"] = .integer(Int64(rows.heldOut))
        metrics["training_seconds"] = .number(trainingDuration.seconds)
        return metrics
    }
}

extension JSONValue {
    /// A number, or null when there is none.
    static func of(_ value: Double?) -> JSONValue { value.map(JSONValue.number) ?? .null }
    /// A number, or null when there is none.
    static func of(_ value: Int?) -> JSONValue { value.map { .integer(Int64($0)) } ?? .null }
}

extension Duration {
    /// The whole duration in seconds.
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
