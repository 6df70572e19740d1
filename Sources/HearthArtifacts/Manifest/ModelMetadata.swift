/// What the training knew: `meta.json`, the specification's `ModelMetadata` (R130, R133).
///
/// For people and for comparison; serving does not read it.
package struct ModelMetadata: Sendable, Equatable {
    /// The file name in a version's folder.
    package static let fileName = "meta.json"

    package var featureColumns: [String]
    package var labelConfig: JSONValue
    package var pipelineVersion: String
    /// The evaluation, such as `roc_auc`; null where there are no labels (C29).
    package var metrics: [String: JSONValue]
    /// One number per feature column, such as impurity decrease.
    package var featureImportance: [String: JSONValue]
    /// What the training was told, such as `n_estimators` (R59).
    package var parameters: [String: JSONValue]

    package init(
        featureColumns: [String], labelConfig: JSONValue = .null, pipelineVersion: String,
        metrics: [String: JSONValue] = [:], featureImportance: [String: JSONValue] = [:],
        parameters: [String: JSONValue] = [:]
    ) {
        self.featureColumns = featureColumns
        self.labelConfig = labelConfig
        self.pipelineVersion = pipelineVersion
        self.metrics = metrics
        self.featureImportance = featureImportance
        self.parameters = parameters
    }

    /// Indented, keys sorted.
    ///
    /// Throws `.invalidManifest`.
    package func json() throws(ArtifactError) -> [UInt8] {
        try JSONText.encode(self, path: Self.fileName)
    }

    /// Reads what ``json()`` writes, at most ``ArtifactLimits/manifestByteCountMax`` bytes.
    ///
    /// Throws `.invalidManifest`.
    package init(json: [UInt8], path: String) throws(ArtifactError) {
        guard json.count <= ArtifactLimits.manifestByteCountMax else {
            throw ArtifactError.manifest(
                path, "\(json.count) bytes found, at most \(ArtifactLimits.manifestByteCountMax) expected")
        }
        self = try JSONText.decode(ModelMetadata.self, json, path: path)
    }
}

extension ModelMetadata: Codable {
    private enum CodingKeys: String, CodingKey {
        case featureColumns = "feature_columns"
        case labelConfig = "label_config"
        case pipelineVersion = "pipeline_version"
        case metrics
        case featureImportance = "feature_importance"
        case parameters
    }
}
