package import HearthArtifacts
package import HearthCore
import HearthModel
package import HearthRegistry

/// What a training did: the model, where it is, and what the registry says of it.
package struct TrainingReport: Sendable {
    package var modelID: ModelID
    package var name: ModelName
    package var model: TrainedModel
    /// The version's folder.
    package var path: String
    /// All files of the version.
    package var sizeBytes: Int64
    package var status: VersionStatus
    /// Where the production pointer stands after a promotion; nil without one.
    package var pointer: ProductionPointer?

    /// The report as one JSON object, for programs.
    package var json: [String: JSONValue] {
        [
            "model_id": .string(modelID.text),
            "name": .string(name.text),
            "path": .string(path),
            "size_bytes": .integer(sizeBytes),
            "status": .string(status.rawValue),
            "generation": pointer.map { .integer($0.generation) } ?? .null,
            "previous_model_id": pointer?.previousModelID.map { .string($0.text) } ?? .null,
            "rows": .integer(Int64(model.rows.table)),
            "columns": .array(model.definition.signature.columnNames.map(JSONValue.string)),
            "window": .integer(Int64(model.definition.signature.window)),
            "threshold": .of(model.definition.threshold),
            "metrics": .object(model.metrics),
        ]
    }
}
