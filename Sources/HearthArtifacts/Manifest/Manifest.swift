package import HearthCore

/// What a version is and which files it has: `manifest.json`, written last, so that a folder with one is complete.
package struct Manifest: Sendable, Equatable {
    /// Changes when a reader of the old format would misunderstand the new one; keys may be added without.
    package static let formatVersion = 1
    /// The file name in a version's folder.
    package static let fileName = "manifest.json"

    package var modelID: ModelID
    package var name: ModelName
    package var key: Key
    package var createdAt: Timestamp
    package var trainedWith: Library
    package var schema: Schema
    /// Every file of the version but the manifest itself; `model.hearth` is among them.
    package var files: [ListedFile]

    package init(
        modelID: ModelID, name: ModelName, key: Key, createdAt: Timestamp, trainedWith: Library, schema: Schema,
        files: [ListedFile]
    ) {
        self.modelID = modelID
        self.name = name
        self.key = key
        self.createdAt = createdAt
        self.trainedWith = trainedWith
        self.schema = schema
        self.files = files
    }

    /// The columns of the registry that identify the registered model (C11, C12).
    package struct Key: Sendable, Hashable {
        package var modelType: String
        package var metricType: String?
        package var symbol: String?
        package var timeframe: String?

        package init(
            modelType: String, metricType: String? = nil, symbol: String? = nil, timeframe: String? = nil
        ) {
            self.modelType = modelType
            self.metricType = metricType
            self.symbol = symbol
            self.timeframe = timeframe
        }
    }

    /// The library that trained the model, such as scikit-learn 1.5.2.
    package struct Library: Sendable, Hashable, Codable {
        package var name: String
        package var version: String

        package init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    /// What a row looks like to the caller.
    package struct Schema: Sendable, Hashable {
        /// One name per column, or empty.
        package var columns: [String]
        /// Values per row.
        package var columnCount: Int
        /// Points of a series that one row is made of; 1 for models that look at one point at a time.
        package var window: Int

        package init(columns: [String], columnCount: Int, window: Int = 1) {
            self.columns = columns
            self.columnCount = columnCount
            self.window = window
        }
    }

    /// The entry of the artifact that is served, compressed or not.
    package var artifact: ListedFile? {
        files.first { Self.isArtifact($0.name) }
    }

    static func isArtifact(_ name: String) -> Bool {
        name == HearthFile.fileName || name == HearthFile.compressedFileName
    }
}

/// One file of a version.
package struct ListedFile: Sendable, Hashable {
    package var name: String
    package var byteCount: Int
    /// Of the whole file, as `sha256sum` prints it: for people, backups and transfers.
    package var digest: SHA256Digest
    /// Of `model.hearth`, compressed or not: the digest in its header. Of another file that is compressed at rest: of
    /// what was compressed.
    ///
    /// The loader compares this one: the bytes that it does not cover are fixed or the digest itself, so it identifies
    /// the file as well, and the file is hashed once.
    package var contentDigest: SHA256Digest?
    /// The size of what was compressed; nil for a file that is not compressed at rest.
    package var contentByteCount: Int?

    package init(
        name: String, byteCount: Int, digest: SHA256Digest, contentDigest: SHA256Digest? = nil,
        contentByteCount: Int? = nil
    ) {
        self.name = name
        self.byteCount = byteCount
        self.digest = digest
        self.contentDigest = contentDigest
        self.contentByteCount = contentByteCount
    }
}
