import HearthArtifacts
import HearthCore
import HearthRegistry

/// A row of an index that can be taken: everything in it is legal here.
struct AdoptedRow {
    let entry: ModelRegistryEntry
    let modelID: ModelID
    let name: ModelName
    let key: ModelKey
    /// As it is registered; ``isProduction`` comes afterwards.
    let status: VersionStatus
    let isProduction: Bool
    let createdAt: Timestamp

    /// Throws ``AdoptionError`` or `NameError`, saying which column cannot be.
    init(_ entry: ModelRegistryEntry) throws {
        self.entry = entry
        guard !entry.modelID.isEmpty else { throw AdoptionError("the row has no model_id") }
        modelID = try ModelID(Self.slug(entry.modelID))
        guard !entry.modelType.isEmpty else { throw AdoptionError("the row has no model_type") }
        key = ModelKey(
            modelType: entry.modelType, symbol: entry.symbol.isEmpty ? nil : entry.symbol,
            timeframe: entry.timeframe.isEmpty ? nil : entry.timeframe)
        name = try key.defaultName()
        // What the specification's register_model says unless told otherwise.
        let text = entry.status.isEmpty ? VersionStatus.success.rawValue : entry.status.lowercased()
        guard let status = VersionStatus(rawValue: text) else {
            throw AdoptionError(
                "status '\(entry.status.prefix(80))' found, one of "
                    + "\(VersionStatus.allCases.map(\.rawValue).joined(separator: ", ")) expected")
        }
        isProduction = status == .production
        self.status = isProduction ? .success : status
        guard let createdAt = IndexTime.timestamp(entry.createdAt) else {
            throw AdoptionError(
                "created_at '\(entry.createdAt.prefix(80))' found, a time such as "
                    + "2025-11-12T12:00:00 expected")
        }
        self.createdAt = createdAt
    }

    /// The id itself where it is legal, else with `-` for what cannot stand in one.
    private static func slug(_ text: String) -> String {
        let characters = text.unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "0"..."9", "A"..."Z", "a"..."z", ".", "_", "-": Character(scalar)
            default: "-"
            }
        }
        return String(characters.drop { "-._".contains($0) }.prefix(ModelID.byteCountMax))
    }
}

/// The files of a row, read and converted.
struct AdoptedFiles {
    let model: ImportedFile
    let originalName: String
    let metadata: ModelMetadata
    let metricsCSV: [UInt8]?
    let featureImportancesCSV: [UInt8]?

    /// Throws `.notFound` when the model or `meta.json` is not there (R161), and what reading and converting throw.
    init(_ entry: ModelRegistryEntry, _ source: PythonRegistry, _ limits: ImportLimits) throws(ArtifactError) {
        let folder = try source.folder(of: entry)
        originalName = folder.modelName
        func read(_ name: String) throws(ArtifactError) -> ModelFile? {
            try source.file(name, in: folder, byteCountMax: ArtifactLimits.manifestByteCountMax)
        }
        guard let meta = try read(ModelMetadata.fileName) else {
            throw ArtifactError(
                .notFound, path: "\(source.path)/\(folder.path)", "no \(ModelMetadata.fileName) found",
                hint: "put it back; `hearth import` takes a model file alone")
        }
        let file = try source.file(folder.modelName, in: folder, byteCountMax: limits.fileByteCountMax)
        guard let file else {
            throw ArtifactError(.notFound, path: folder.path, "\(folder.modelName) has gone", hint: "put it back")
        }
        do throws(VerifyError) {
            metadata = try PythonMetadata.read(meta.bytes, path: meta.path)
        } catch {
            throw ArtifactError(
                .corrupt, path: meta.path, "meta.json cannot be read: \(error)", hint: "restore it from a backup",
                cause: error)
        }
        model = try ModelImport.convert(file, limits: limits)
        metricsCSV = try read("metrics.csv")?.bytes
        featureImportancesCSV = try read("feature_importances.csv")?.bytes
    }

    /// What the version is and has.
    ///
    /// Throws for a `meta.json` that holds more than a version's may.
    func details(_ row: AdoptedRow) throws -> ModelImporter.Details {
        var metadata = metadata
        let imported = model.metadata
        if metadata.featureColumns.isEmpty { metadata.featureColumns = imported.featureColumns }
        if metadata.pipelineVersion.isEmpty { metadata.pipelineVersion = imported.pipelineVersion }
        if metadata.featureImportance.isEmpty, let featureImportancesCSV {
            metadata.featureImportance = PythonMetadata.importance(csv: featureImportancesCSV)
        }
        if metadata.featureImportance.isEmpty { metadata.featureImportance = imported.featureImportance }
        // What the index says and meta.json does not.
        for (name, text) in [("cum_return", row.entry.cumReturn), ("sharpe", row.entry.sharpe)] {
            guard metadata.metrics[name] == nil, let number = Double(text), number.isFinite else { continue }
            metadata.metrics[name] = .number(number)
        }
        metadata.parameters.merge(imported.parameters) { _, ours in ours }
        if row.modelID.text != row.entry.modelID {
            metadata.parameters["original_model_id"] = .string(row.entry.modelID)
        }
        var details = ModelImporter.Details(
            modelID: row.modelID, name: row.name, key: row.key, status: row.status, createdAt: row.createdAt,
            trainingDate: row.createdAt, metadata: metadata,
            originalName: model.model == nil && originalName == HearthFile.fileName ? nil : originalName)
        details.metricsCSV = metricsCSV
        details.featureImportancesCSV = featureImportancesCSV
        return details
    }
}
