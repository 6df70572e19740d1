import HearthCore

/// The keys as they stand in the file.
struct ManifestJSON: Codable {
    struct Version: Decodable {
        var formatVersion: Int

        private enum CodingKeys: String, CodingKey {
            case formatVersion = "format_version"
        }
    }

    struct Key: Codable {
        var modelType: String
        var metricType: String?
        var symbol: String?
        var timeframe: String?

        private enum CodingKeys: String, CodingKey {
            case modelType = "model_type"
            case metricType = "metric_type"
            case symbol
            case timeframe
        }
    }

    struct Schema: Codable {
        var columns: [String]
        var columnCount: Int
        var window: Int

        private enum CodingKeys: String, CodingKey {
            case columns
            case columnCount = "column_count"
            case window
        }
    }

    struct File: Codable {
        var name: String
        var size: Int
        var sha256: String
        var contentSHA256: String?
        var contentSize: Int?

        private enum CodingKeys: String, CodingKey {
            case name
            case size
            case sha256
            case contentSHA256 = "content_sha256"
            case contentSize = "content_size"
        }
    }

    var formatVersion: Int
    var modelID: String
    var name: String
    var key: Key
    var createdAt: String
    var trainedWith: Manifest.Library
    var schema: Schema
    var files: [File]

    private enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case modelID = "model_id"
        case name
        case key
        case createdAt = "created_at"
        case trainedWith = "trained_with"
        case schema
        case files
    }

    init(_ manifest: Manifest) {
        formatVersion = Manifest.formatVersion
        modelID = manifest.modelID.text
        name = manifest.name.text
        key = Key(
            modelType: manifest.key.modelType, metricType: manifest.key.metricType, symbol: manifest.key.symbol,
            timeframe: manifest.key.timeframe)
        createdAt = manifest.createdAt.iso8601
        trainedWith = manifest.trainedWith
        schema = Schema(
            columns: manifest.schema.columns, columnCount: manifest.schema.columnCount,
            window: manifest.schema.window)
        files = manifest.files.map { file in
            File(
                name: file.name, size: file.byteCount, sha256: file.digest.description,
                contentSHA256: file.contentDigest?.description, contentSize: file.contentByteCount)
        }
    }
}

/// Reading believes nothing.
extension ManifestJSON {
    /// The manifest that the keys say.
    ///
    /// Throws `.invalidManifest`.
    func checked(_ path: String) throws(ArtifactError) -> Manifest {
        func expect(_ holds: Bool, _ message: @autoclosure () -> String) throws(ArtifactError) {
            guard holds else { throw ArtifactError.manifest(path, message()) }
        }
        let texts = [
            key.modelType, key.metricType ?? "", key.symbol ?? "", key.timeframe ?? "", trainedWith.name,
            trainedWith.version,
        ]
        try expect(!key.modelType.isEmpty, "no model_type found")
        try expect(
            (texts + schema.columns).allSatisfy { $0.utf8.count <= ArtifactLimits.textByteCountMax },
            "a text of more than \(ArtifactLimits.textByteCountMax) bytes found")
        try expect(
            (1...ArtifactLimits.columnCountMax).contains(schema.columnCount),
            "\(schema.columnCount) columns found, 1 to \(ArtifactLimits.columnCountMax) expected")
        try expect(
            schema.columns.isEmpty || schema.columns.count == schema.columnCount,
            "\(schema.columns.count) column names found, \(schema.columnCount) or none expected")
        try expect(
            schema.window >= 1 && schema.columnCount % max(1, schema.window) == 0,
            "window \(schema.window) found, a divisor of the \(schema.columnCount) columns expected")
        try expect(
            files.count <= ArtifactLimits.manifestFileCountMax,
            "\(files.count) files found, at most \(ArtifactLimits.manifestFileCountMax) expected")
        try expect(Set(files.map(\.name)).count == files.count, "a file is listed twice")
        try expect(
            files.count { Manifest.isArtifact($0.name) } <= 1,
            "both \(HearthFile.fileName) and \(HearthFile.compressedFileName) are listed")
        guard let created = TimeText.timestamp(createdAt) else {
            throw ArtifactError.manifest(
                path, "created_at '\(createdAt.prefix(40))' found, e.g. 2025-11-12T12:00:00.000000Z expected")
        }
        var listed: [ListedFile] = []
        for file in files {
            listed.append(try Self.checked(file, path))
        }
        let id: ModelID
        let modelName: ModelName
        do {
            id = try ModelID(modelID)
            modelName = try ModelName(name)
        } catch {
            throw ArtifactError.manifest(path, "\(error)", cause: error)
        }
        let manifest = Manifest(
            modelID: id, name: modelName,
            key: Manifest.Key(
                modelType: key.modelType, metricType: key.metricType, symbol: key.symbol, timeframe: key.timeframe),
            createdAt: created, trainedWith: trainedWith,
            schema: Manifest.Schema(
                columns: schema.columns, columnCount: schema.columnCount, window: schema.window),
            files: listed)
        try expect(
            manifest.artifact?.contentDigest != nil, "no \(HearthFile.fileName) with a content_sha256 is listed")
        return manifest
    }

    private static func checked(_ file: File, _ path: String) throws(ArtifactError) -> ListedFile {
        do { try VersionFile.checkName(file.name) } catch { throw ArtifactError.manifest(path, error.message) }
        guard file.size >= 0 else {
            throw ArtifactError.manifest(path, "\(file.name) has \(file.size) bytes, 0 or more expected")
        }
        guard let digest = SHA256Digest(hex: file.sha256) else {
            throw ArtifactError.manifest(path, "\(file.name) has no SHA-256 of 64 lower-case hexadecimal digits")
        }
        let contentDigest = file.contentSHA256.flatMap(SHA256Digest.init(hex:))
        guard (contentDigest == nil) == (file.contentSHA256 == nil) else {
            throw ArtifactError.manifest(
                path, "\(file.name) has no content_sha256 of 64 lower-case hexadecimal digits")
        }
        guard file.contentSize ?? 0 >= 0,
            (file.contentSize != nil) == (file.name == HearthFile.compressedFileName)
                || !Manifest.isArtifact(file.name)
        else {
            throw ArtifactError.manifest(
                path, "\(file.name) has content_size \(file.contentSize.map { "\($0)" } ?? "none")")
        }
        return ListedFile(
            name: file.name, byteCount: file.size, digest: digest, contentDigest: contentDigest,
            contentByteCount: file.contentSize)
    }
}
