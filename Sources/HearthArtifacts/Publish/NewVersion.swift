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
    /// Whether the model and further files lie on the disk compressed by gzip (R116): smaller there and in a bucket,
    /// slower to load, the same in memory.
    package var isCompressed: Bool

    package init(
        model: [ModelSection], metadata: ModelMetadata? = nil, metricsCSV: [UInt8]? = nil,
        featureImportancesCSV: [UInt8]? = nil, others: [VersionFile] = [], isCompressed: Bool = false
    ) {
        self.model = model
        self.metadata = metadata
        self.metricsCSV = metricsCSV
        self.featureImportancesCSV = featureImportancesCSV
        self.others = others
        self.isCompressed = isCompressed
    }

    /// Every file but the manifest, as it is to lie on the disk, the model first.
    ///
    /// Throws `.invalidName` when two have one name.
    func stored() throws(ArtifactError) -> [StoredFile] {
        let artifact = try HearthFile.encode(model)
        let digest = SHA256Digest { artifact[HearthFile.digestOffset + $0] }
        let model = try StoredFile(HearthFile.fileName, artifact, contentDigest: digest)
        var files: [StoredFile] = []
        if let metadata { files.append(try StoredFile(ModelMetadata.fileName, try metadata.json())) }
        if let metricsCSV { files.append(try StoredFile("metrics.csv", metricsCSV)) }
        if let featureImportancesCSV {
            files.append(try StoredFile("feature_importances.csv", featureImportancesCSV))
        }
        for file in others {
            let plain = try StoredFile(file.name, file.bytes)
            files.append(isCompressed ? try plain.compressedIfSmaller() : plain)
        }
        guard Set(files.map(\.listed.name)).count == files.count, files.count < ArtifactLimits.manifestFileCountMax
        else {
            throw ArtifactError(
                .invalidName, path: Manifest.fileName,
                "\(files.count) files beside the model found, with different names and at most "
                    + "\(ArtifactLimits.manifestFileCountMax - 1) expected",
                hint: "give each file its own name, or leave some out")
        }
        return [isCompressed ? try model.compressed() : model] + files
    }
}

/// A file of a version as it lies on the disk, and what the manifest says of it.
struct StoredFile {
    var listed: ListedFile
    var bytes: [UInt8]

    init(_ name: String, _ bytes: [UInt8], contentDigest: SHA256Digest? = nil) throws(ArtifactError) {
        listed = ListedFile(
            name: name, byteCount: bytes.count, digest: try SHA256Hasher.digest(of: bytes, subject: name),
            contentDigest: contentDigest)
        self.bytes = bytes
    }

    /// The same compressed, its name with `.gz` behind.
    func compressed() throws(ArtifactError) -> StoredFile {
        let packed = try GzipEncoder.encode(bytes, path: listed.name)
        var file = try StoredFile(
            "\(listed.name).gz", packed, contentDigest: listed.contentDigest ?? listed.digest)
        file.listed.contentByteCount = bytes.count
        return file
    }

    /// The same, unless it is compressed already or nothing is won.
    func compressedIfSmaller() throws(ArtifactError) -> StoredFile {
        let path = listed.name
        let codec = try unsafe bytes.withUnsafeBufferPointer { buffer throws(ArtifactError) in
            try? unsafe Codec.of(UnsafeRawBufferPointer(buffer), path: path)
        }
        guard codec == nil, path.utf8.count <= VersionFile.nameByteCountMax - 3 else { return self }
        let packed = try compressed()
        return packed.bytes.count < bytes.count ? packed : self
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
