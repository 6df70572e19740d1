package import HearthCore

/// A row of `ml_models` as a Python program wrote it: what the specification's columns say.
package struct BlobRow: Sendable {
    package var id: Int64
    package var modelType: String
    /// nil where the column is empty.
    package var metricType: String?
    package var trainingDate: Timestamp
    package var createdAt: Timestamp?
    package var isActive: Bool
    package var accuracy: Double?
    package var precision: Double?
    package var recall: Double?
    /// Bytes of `model_data` in the table.
    package var byteCount: Int64
    /// `model_data`; nil when it is larger than was asked for.
    package var data: [UInt8]?
}

/// A row of `ml_models` whose model is in `model_data` and in a file.
package struct CopiedBlobRow: Sendable {
    package var id: Int64
    package var path: String
    /// nil for a row that is no version of the registry.
    package var modelID: ModelID?
    package var byteCount: Int64
    /// SHA-256 of `model_data`, as the server computes it.
    package var digest: [UInt8]
}

/// How many rows of `ml_models` there are to move into files, and how many not.
package struct BlobRowCounts: Sendable, Equatable {
    /// With `model_data`, and neither `model_path` nor a `model_id`.
    package var waiting: Int64
    /// With `model_path`.
    package var moved: Int64
    /// With neither `model_data` nor `model_path`, nor a `model_id`.
    package var withoutData: Int64
}

/// A row of `ml_models` without `model_data`.
package struct FileRow: Sendable, Equatable {
    package var id: Int64
    /// nil for a row that never had an artifact, or has none any more.
    package var path: String?
}
