package import HearthArtifacts
package import HearthCore
import HearthMarket
package import HearthRegistry

/// What a training on bars did: the model, where it is, and what the registry says of it.
package struct BarsTrainingReport: Sendable {
    package var modelID: ModelID
    package var name: ModelName
    package var model: TrainedBarsModel
    /// The version's folder.
    package var path: String
    /// All files of the version.
    package var sizeBytes: Int64
    /// `success` or `candidate`, or `production` after a promotion.
    package var status: VersionStatus
    /// Where the production pointer stands after a promotion; nil without one.
    package var pointer: ProductionPointer?

    /// The report as one JSON object, for programs.
    package var json: [String: JSONValue] {
        [
            "model_id": .string(modelID.text), "name": .string(name.text), "path": .string(path),
            "size_bytes": .integer(sizeBytes), "status": .string(status.rawValue),
            "generation": pointer.map { .integer($0.generation) } ?? .null,
            "previous_model_id": pointer?.previousModelID.map { .string($0.text) } ?? .null,
            "bars": .of(model.bars.count), "lines_refused": .of(model.barReport.problemCount),
            "windows": .object(model.windowParameters),
            "columns": .array(model.card.schema.columnNames.map(JSONValue.string)),
            "facts": .object(model.fitted.facts), "metrics": .object(model.metrics),
        ]
    }
}
