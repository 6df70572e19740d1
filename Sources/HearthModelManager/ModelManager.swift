package import HearthArtifacts
import HearthCore
import HearthImport
import HearthKernels
package import HearthLifecycle
package import HearthModel
package import HearthRegistry
package import HearthRegistryOpening
import HearthServing
import Synchronization

/// The specification's `ModelManager` under its own names: saving, loading, listing, cleaning and migrating model files
/// (R11).
///
/// A thin face: publishing, checking, cleaning and migrating are the parts that the programs use as well, so that who
/// knows the specification finds its words, and nothing exists twice. Two differences are Hearth's reading of it: a
/// path names a version's folder, and a model is never unpickled, only converted (C27).
///
/// Safe to use from any thread (R32): the registry and the directory serialise what must be. Calls block.
package final class ModelManager: Sendable {
    /// A model that was loaded, freed with its last reference (R31).
    package typealias LoadedModel = LoadedVersion

    let directory: ModelDirectory
    let store: any RegistryStore
    /// Where the registry is, for what only one kind of database has; nil when a store was handed over.
    let location: RegistryLocation?
    /// Who the registry's events name.
    let actor: String
    /// Told what a person should know although the call succeeded.
    let warn: @Sendable (String) -> Void
    private let isCacheEnabled: Bool
    /// By `{model_type}_{metric_type}` (R29).
    private let cache = Mutex<[String: LoadedModel]>([:])

    /// R12: keeps the registry and the directory, and makes the directory when it is missing (R23).
    ///
    /// - Parameters:
    ///   - cacheEnabled: keeps the last loaded version of each key (R29); off unless asked for.
    ///   - warn: told of what is no failure: a version whose files are gone (R162), an index that was not written.
    /// - Throws: `ArtifactError` for the directory, `RegistryError` for the registry.
    package init(
        registry: RegistryLocation? = nil, modelsDirectory: String = "/app/ml_models",
        limits: ArtifactLimits = ArtifactLimits(), cacheEnabled: Bool = false, actor: String = "model-manager",
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) throws {
        directory = try ModelDirectory(modelsDirectory, create: true, limits: limits)
        let place =
            registry ?? RegistryLocation(option: nil, environment: nil, modelDirectory: directory.path)
        location = place
        store = try place.open()
        isCacheEnabled = cacheEnabled
        self.actor = actor
        self.warn = warn
    }

    /// The same over parts that are open already.
    package init(
        store: any RegistryStore, directory: ModelDirectory, cacheEnabled: Bool = false,
        actor: String = "model-manager", warn: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.store = store
        self.directory = directory
        location = nil
        isCacheEnabled = cacheEnabled
        self.actor = actor
        self.warn = warn
    }

    // MARK: - Saving

    /// R13: publishes a model and registers it; returns the path of the version's folder.
    ///
    /// - Throws: `ImportError`, whose cause is an `ArtifactError` for the files (the specification's `IOError`) or a
    ///   `RegistryError` for the row (`DatabaseError`); nothing is saved then (R14).
    package func saveModelToFile(
        _ model: ModelDefinition, modelType: String, metricType: String, accuracy: Double? = nil,
        precision: Double? = nil, recall: Double? = nil
    ) throws -> String {
        let packed = try HearthFile.encode(PackedModel.exercised(model))
        let file = try ModelImport.read(
            bytes: packed, path: "\(modelType).\(metricType)",
            limits: ImportLimits(fileByteCountMax: directory.limits.fileByteCountMax))
        return try save(file, ModelKey(modelType: modelType, metricType: metricType), accuracy, precision, recall)
    }

    /// R13 for a model file of another library, such as a pickle: it is converted, and kept beside the conversion.
    ///
    /// Throws as the other one does.
    package func saveModelToFile(
        file path: String, modelType: String, metricType: String, accuracy: Double? = nil, precision: Double? = nil,
        recall: Double? = nil
    ) throws -> String {
        let file = try ModelImport.read(
            path: path, limits: ImportLimits(fileByteCountMax: directory.limits.fileByteCountMax))
        return try save(file, ModelKey(modelType: modelType, metricType: metricType), accuracy, precision, recall)
    }

    private func save(
        _ file: ImportedFile, _ key: ModelKey, _ accuracy: Double?, _ precision: Double?, _ recall: Double?
    ) throws -> String {
        var metrics: [String: JSONValue] = [:]
        for (name, value) in [("accuracy", accuracy), ("precision", precision), ("recall", recall)] {
            if let value { metrics[name] = .number(value) }
        }
        return try publish(file, key, .success, metrics).path
    }

    /// Publishes under a new id, and writes the index.
    func publish(
        _ file: ImportedFile, _ key: ModelKey, _ status: VersionStatus, _ metrics: [String: JSONValue]
    ) throws -> ModelImporter.Imported {
        let now = Timestamp.now()
        var metadata = file.metadata
        metadata.metrics.merge(metrics) { _, given in given }
        let details = ModelImporter.Details(
            modelID: try makeModelID(key, at: now), name: try name(of: key), key: key, status: status, createdAt: now,
            trainingDate: file.file.modified ?? now, metadata: metadata,
            originalName: file.model == nil ? nil : file.storedName)
        let imported = try ModelImporter(directory: directory, registry: store, actor: actor).publish(file, details)
        refreshIndex()
        return imported
    }

    /// R24: `{model_type}_{metric_type}_{timestamp}.pkl`, with milliseconds and four characters that keep two saves in
    /// one second apart (R61, C10).
    package func generateFilename(modelType: String, metricType: String) throws -> String {
        "\(try makeModelID(ModelKey(modelType: modelType, metricType: metricType), at: .now())).pkl"
    }

    private func makeModelID(_ key: ModelKey, at time: Timestamp) throws(NameError) -> ModelID {
        var randomness = SystemRandomNumberGenerator()
        let parts = [key.symbol, key.timeframe, key.modelType, key.metricType].compactMap { $0 }
        return try ModelID.make(parts: parts, at: time, randomness: &randomness)
    }

    // MARK: - Loading

    /// R17: loads what is in production, else the newest version that is there; nil when there is none (R79).
    ///
    /// Loaded when it is asked for and not before (R30).
    ///
    /// - Throws: `ArtifactError` for a file that cannot be read, `CallFailure` for one that is damaged (the
    ///   specification's `PickleError`), `RegistryError` (R18).
    package func loadModelFromFile(modelType: String, metricType: String) throws -> LoadedModel? {
        let key = ModelKey(modelType: modelType, metricType: metricType)
        guard let version = try getLatestProductionModel(key) ?? getLatestModel(key) else { return nil }
        let cacheKey = "\(modelType)_\(metricType)"
        if isCacheEnabled, let held = cache.withLock({ $0[cacheKey] }), held.version.modelID == version.modelID {
            return held
        }
        let loaded = try LoadedVersion(version, in: directory)
        if isCacheEnabled { cache.withLock { $0[cacheKey] = loaded } }
        return loaded
    }

    /// The registered model of a key: whatever it is called, else what it would be called.
    func name(of key: ModelKey) throws -> ModelName {
        try store.registeredModels().first { $0.key == key }?.name ?? key.defaultName()
    }

    /// Writes `registry_index.csv` after a change.
    func refreshIndex() {
        if let warning = RegistryIndex.refresh(store: store, directory: directory) { warn(warning) }
    }
}
