package import HearthCore
package import HearthModel

/// A version that is to be published: what the manifest says of it, and its files.
package struct NewVersion: Sendable {
    package var modelID: ModelID
    package var name: ModelName
    package var key: Manifest.Key
    package var createdAt: Timestamp
    package var trainedWith: Manifest.Library
    package var schema: Manifest.Schema
    package var files: VersionFiles

    package init(
        modelID: ModelID, name: ModelName, key: Manifest.Key, createdAt: Timestamp, trainedWith: Manifest.Library,
        schema: Manifest.Schema, files: VersionFiles
    ) {
        self.modelID = modelID
        self.name = name
        self.key = key
        self.createdAt = createdAt
        self.trainedWith = trainedWith
        self.schema = schema
        self.files = files
    }
}

/// The content of a version's files; everything but the model may be absent.
package struct VersionFiles: Sendable {
    /// Becomes `model.hearth`.
    package var model: [ModelSection]
    /// Becomes `meta.json`.
    package var metadata: ModelMetadata?
    /// Becomes `metrics.csv` (R131).
    package var metricsCSV: [UInt8]?
    /// Becomes `feature_importances.csv` (R132).
    package var featureImportancesCSV: [UInt8]?
    /// Further files, such as the original of an import.
    package var others: [VersionFile]

    package init(
        model: [ModelSection], metadata: ModelMetadata? = nil, metricsCSV: [UInt8]? = nil,
        featureImportancesCSV: [UInt8]? = nil, others: [VersionFile] = []
    ) {
        self.model = model
        self.metadata = metadata
        self.metricsCSV = metricsCSV
        self.featureImportancesCSV = featureImportancesCSV
        self.others = others
    }

    /// Name and bytes of every file but `model.hearth` and the manifest.
    ///
    /// Throws `.invalidName` when two have one name.
    func besideModel() throws(ArtifactError) -> [(name: String, bytes: [UInt8])] {
        var files: [(name: String, bytes: [UInt8])] = []
        if let metadata { files.append((ModelMetadata.fileName, try metadata.json())) }
        if let metricsCSV { files.append(("metrics.csv", metricsCSV)) }
        if let featureImportancesCSV { files.append(("feature_importances.csv", featureImportancesCSV)) }
        files += others.map { ($0.name, $0.bytes) }
        guard Set(files.map(\.name)).count == files.count, files.count < ArtifactLimits.manifestFileCountMax else {
            throw ArtifactError(
                .invalidName, path: Manifest.fileName,
                "\(files.count) files beside the model found, with different names and at most "
                    + "\(ArtifactLimits.manifestFileCountMax - 1) expected",
                hint: "give each file its own name, or leave some out")
        }
        return files
    }
}

/// A version in its place, as the registry records it.
package struct PublishedVersion: Sendable {
    package let modelID: ModelID
    /// The folder, relative to the model directory.
    package let path: String
    package let manifest: Manifest
    /// SHA-256 of `manifest.json`.
    package let manifestDigest: SHA256Digest
    /// Of all files, the manifest included.
    package let byteCount: Int
}

/// What `commit` throws when it cannot tell whether the registry took the version: its connection broke during COMMIT.
///
/// The folder then stays where it is, and the janitor reports it if the registry turns out not to know it.
package struct UncertainCommit: Error, Sendable, CustomStringConvertible {
    package var cause: any Error

    package init(cause: any Error) {
        self.cause = cause
    }

    package var description: String { "the outcome of the transaction is unknown: \(cause)" }
}
