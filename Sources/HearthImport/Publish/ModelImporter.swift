package import HearthArtifacts
package import HearthCore
import HearthKernels
import HearthModel
package import HearthRegistry
import HearthServing

/// Makes model files of other libraries versions of registered models, as the trainer does with what it has trained.
///
/// What is not finished is not visible: a version is in the registry only when its files are complete, on the disk, and
/// have been read back and checked bit for bit. Calls block.
package struct ModelImporter: Sendable {
    private let directory: ModelDirectory
    private let registry: any RegistryStore
    /// Where versions are pushed before they are registered; nil for nowhere.
    private let remote: (any ArtifactStore)?
    /// Who the registry's events name.
    private let actor: String
    private let clock: @Sendable () -> Timestamp

    /// - Parameter clock: the wall clock, unless a test holds it still.
    package init(
        directory: ModelDirectory, registry: any RegistryStore, remote: (any ArtifactStore)? = nil, actor: String,
        clock: @escaping @Sendable () -> Timestamp = { .now() }
    ) {
        self.directory = directory
        self.registry = registry
        self.remote = remote
        self.actor = actor
        self.clock = clock
    }

    /// The version of the steps from a file to a model, in `meta.json` (R133).
    package static let pipelineVersion = "1"

    /// A version that was made of a file.
    package struct Imported: Sendable {
        package var modelID: ModelID
        package var name: ModelName
        /// The version's folder, or the file itself where it is served in place.
        package var path: String
        /// Bytes of all files of the version.
        package var sizeBytes: Int
        /// The name of the original in the folder; nil where there is none beside the model.
        package var originalName: String?
    }

    /// What is known of a version beside its file.
    package struct Details: Sendable {
        package var modelID: ModelID
        package var name: ModelName
        package var key: ModelKey
        package var status: VersionStatus
        package var createdAt: Timestamp
        package var trainingDate: Timestamp
        package var metadata: ModelMetadata
        package var metricsCSV: [UInt8]?
        package var featureImportancesCSV: [UInt8]?
        /// The name of the original in the folder; nil for a `model.hearth`.
        package var originalName: String?

        package init(
            modelID: ModelID, name: ModelName, key: ModelKey, status: VersionStatus = .success, createdAt: Timestamp,
            trainingDate: Timestamp, metadata: ModelMetadata, originalName: String?
        ) {
            self.modelID = modelID
            self.name = name
            self.key = key
            self.status = status
            self.createdAt = createdAt
            self.trainingDate = trainingDate
            self.metadata = metadata
            self.originalName = originalName
        }
    }

    /// Converts the file and publishes it: `model.hearth` with golden vectors, the original beside it, and the row.
    ///
    /// - Parameter isCompressed: whether both lie on the disk compressed by gzip.
    /// - Throws: ``ImportError``; nothing is published then.
    package func publish(
        _ file: ImportedFile, as naming: ImportNaming, isCompressed: Bool = false
    ) throws(ImportError) -> Imported {
        let (name, key) = try naming.identity(of: file, in: registry)
        let createdAt = clock()
        // Nobody measured it here, and the file's own time is the nearest to that of its training.
        let details = Details(
            modelID: try makeModelID(key, name, at: createdAt), name: name, key: key, createdAt: createdAt,
            trainingDate: file.file.modified ?? createdAt, metadata: file.metadata,
            originalName: file.model == nil ? nil : file.storedName)
        return try publish(file, details, isCompressed: isCompressed)
    }

    /// The same for a version of which more is known than its file. Importances that the file has and the details
    /// have not are added (R132).
    ///
    /// - Throws: ``ImportError``; nothing is published then.
    package func publish(
        _ file: ImportedFile, _ details: Details, isCompressed: Bool = false
    ) throws(ImportError) -> Imported {
        let (modelID, key) = (details.modelID, details.key)
        let published: PublishedVersion
        do throws(ArtifactError) {
            let version = NewVersion(
                modelID: modelID, name: details.name,
                key: Manifest.Key(
                    modelType: key.modelType, metricType: key.metricType, symbol: key.symbol, timeframe: key.timeframe),
                createdAt: details.createdAt, trainedWith: file.library, schema: try file.schema(),
                files: VersionFiles(
                    model: try file.sections(), metadata: details.metadata, metricsCSV: details.metricsCSV,
                    featureImportancesCSV: details.featureImportancesCSV ?? FeatureImportances(file)?.csv,
                    others: try details.originalName.map { name throws(ArtifactError) in
                        [try VersionFile(name: name, bytes: file.file.bytes)]
                    } ?? [], isCompressed: isCompressed))
            published = try directory.publish(
                version, to: remote,
                // As a server will load it.
                verify: { artifact in _ = try ArtifactLoader.check(artifact, subject: modelID.text) },
                commit: { published in
                    try registry.commit(
                        row(
                            details, path: published.path, sizeBytes: published.byteCount,
                            manifestDigest: "\(published.manifestDigest)"), actor: actor)
                })
        } catch {
            throw ImportError(.publishFailed, "\(file.file.path) was not published: \(error)", cause: error)
        }
        return Imported(
            modelID: modelID, name: details.name, path: "\(directory.path)/\(published.path)",
            sizeBytes: published.byteCount, originalName: details.originalName)
    }

    /// Registers a version whose folder an ended run has left without a row; nil when there is no such folder, or it
    /// was not made of this file.
    package func adoptLeftover(_ file: ImportedFile, _ details: Details) throws(ImportError) -> Imported? {
        let modelID = details.modelID
        guard let opened = try? directory.open(modelID), let metadata = try? directory.metadata(of: modelID),
            metadata.parameters["imported_sha256"] == .string("\(file.file.digest)")
        else { return nil }
        let byteCount = opened.manifest.files.reduce(0) { $0 + $1.byteCount }
        do {
            try registry.commit(
                row(details, path: modelID.text, sizeBytes: byteCount, manifestDigest: "\(opened.manifestDigest)"),
                actor: actor)
        } catch {
            throw ImportError(.registryFailed, "\(modelID) was not registered: \(error)", cause: error)
        }
        return Imported(
            modelID: modelID, name: details.name, path: "\(directory.path)/\(modelID)", sizeBytes: byteCount,
            originalName: details.originalName)
    }

    /// Registers a file that lies in the model directory as it is: a server converts it when it loads it. The file is
    /// not copied, and may be replaced by another.
    ///
    /// - Throws: ``ImportError``; nothing is registered then.
    package func register(inPlace file: ImportedFile, as naming: ImportNaming) throws(ImportError) -> Imported {
        let (name, key) = try naming.identity(of: file, in: registry)
        let createdAt = clock()
        let modelID = try makeModelID(key, name, at: createdAt)
        let original: String?
        do throws(ArtifactError) {
            // What a server will do: refused now rather than then.
            let mapped = try MappedArtifact(copying: try HearthFile.encode(file.sections()), subject: file.file.path)
            do throws(CallFailure) { _ = try ArtifactLoader.check(mapped, subject: file.file.path) } catch {
                throw ArtifactError(
                    .verificationFailed, path: file.file.path, error.description, hint: "report this file")
            }
            original = try directory.original(named: FolderListing.absolute(file.file.path), of: modelID)
        } catch {
            let isOutside = error.code == .pathTraversal
            throw ImportError(
                isOutside ? .outside : .publishFailed,
                isOutside
                    ? "\(file.file.path) does not lie in the model directory \(directory.path)"
                    : "\(file.file.path) was not registered: \(error)",
                hint: isOutside ? "move it there, or import it without --in-place" : "", cause: error)
        }
        guard let original else {
            throw ImportError(.outside, "\(file.file.path) is no file of the model directory \(directory.path)")
        }
        do {
            try registry.commit(
                row(
                    Details(
                        modelID: modelID, name: name, key: key, createdAt: createdAt,
                        trainingDate: file.file.modified ?? createdAt, metadata: file.metadata, originalName: nil),
                    path: original, sizeBytes: file.file.byteCount, manifestDigest: ""), actor: actor)
        } catch {
            throw ImportError(.registryFailed, "\(file.file.path) was not registered: \(error)", cause: error)
        }
        // A hint for servers, which look for themselves every two seconds.
        try? directory.announceChange()
        return Imported(
            modelID: modelID, name: name, path: "\(directory.path)/\(original)", sizeBytes: file.file.byteCount,
            originalName: nil)
    }

    /// Puts a version into production in the registry itself: for when no server is asked.
    ///
    /// Throws ``ImportError``; the version stays registered.
    package func promote(_ imported: Imported) throws(ImportError) -> ProductionPointer {
        do throws(RegistryError) {
            let pointer = try registry.promote(
                imported.modelID, of: imported.name, expectedGeneration: nil, actor: actor,
                reason: "imported with promotion")
            try? directory.announceChange()
            return pointer
        } catch {
            throw ImportError(
                .registryFailed, "\(imported.modelID) is registered but was not promoted: \(error)",
                hint: "promote it with 'hearth models promote'", cause: error)
        }
    }

    private func makeModelID(
        _ key: ModelKey, _ name: ModelName, at time: Timestamp
    ) throws(ImportError) -> ModelID {
        var randomness = SystemRandomNumberGenerator()
        var parts = [key.symbol, key.timeframe, key.modelType, key.metricType].compactMap { $0 }
        if key.metricType == nil, key.symbol == nil { parts = [name.text] }
        do throws(NameError) {
            return try ModelID.make(parts: parts, at: time, randomness: &randomness)
        } catch {
            throw ImportError(.unusableName, error.description, hint: "choose a shorter name", cause: error)
        }
    }

    private func row(
        _ details: Details, path: String, sizeBytes: Int, manifestDigest: String
    ) throws -> ModelVersion {
        let metrics = details.metadata.metrics
        return ModelVersion(
            modelID: details.modelID, name: details.name, key: details.key, status: details.status, path: path,
            sizeBytes: Int64(sizeBytes), manifestDigest: manifestDigest,
            parametersJSON: try CompactJSON.text(details.metadata.parameters),
            metricsJSON: try CompactJSON.text(metrics), accuracy: metrics["accuracy"]?.finite,
            precision: metrics["precision"]?.finite, recall: metrics["recall"]?.finite,
            trainingDate: details.trainingDate, createdAt: details.createdAt)
    }
}

extension JSONValue {
    /// A number that is one; nil for anything else.
    fileprivate var finite: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value) where value.isFinite: value
        case .null, .bool, .number, .string, .array, .object: nil
        }
    }
}
