import HearthArtifacts
package import HearthCore
import HearthImport
import HearthLifecycle
import HearthRegistry
import HearthRegistryOpening
import HearthRegistryPostgres

/// What the specification's operations on many models answer (R19-R22).
extension ModelManager {
    /// R19: one entry of the list.
    package struct AvailableModel: Sendable, Hashable {
        package var modelID: ModelID
        package var modelType: String
        package var metricType: String?
        /// Absolute.
        package var path: String
        package var sizeKB: Double
        package var createdAt: Timestamp
        package var accuracy: Double?
    }

    /// R21: what is known of a model.
    package struct ModelInfo: Sendable, Hashable {
        package var modelID: ModelID
        package var path: String
        package var sizeKB: Double
        package var accuracy: Double?
        package var trainingDate: Timestamp
        package var isActive: Bool
    }

    /// R20: what a clean-up did.
    package struct CleanupResult: Sendable, Hashable {
        package var deletedCount: Int
        package var freedSpaceMB: Double
        package var keptModels: [ModelID]
    }

    /// R22: what a migration did, or would do.
    package struct MigrationResult: Sendable, Hashable {
        package var migrated: Int
        package var failed: Int
        package var skipped: Int
        package var errors: [String]
    }

    /// R19: every version that may be loaded and whose files are there, newest first; what is missing is passed over
    /// with a warning (R162).
    package func listAvailableModels() throws -> [AvailableModel] {
        try store.versions(of: nil, limit: .max).compactMap { version in
            guard version.isActive, let path = version.path else { return nil }
            guard let sizeKB = try? getFileSizeKB(path) else {
                warn("\(version.modelID) is passed over: its files are missing")
                return nil
            }
            return AvailableModel(
                modelID: version.modelID, modelType: version.key.modelType, metricType: version.key.metricType,
                path: "\(directory.path)/\(path)", sizeKB: sizeKB, createdAt: version.createdAt,
                accuracy: version.accuracy)
        }
    }

    /// R21: of what is in production, else of the newest version; nil when there is none.
    package func getModelInfo(modelType: String, metricType: String) throws -> ModelInfo? {
        let key = ModelKey(modelType: modelType, metricType: metricType)
        guard let version = try getLatestProductionModel(key) ?? getLatestModel(key), let path = version.path else {
            return nil
        }
        return ModelInfo(
            modelID: version.modelID, path: "\(directory.path)/\(path)", sizeKB: try getFileSizeKB(path),
            accuracy: version.accuracy, trainingDate: version.trainingDate, isActive: version.isActive)
    }

    /// R20, R10: keeps the newest versions of each key and deletes the others; what is in production, the target of a
    /// rollback, pinned or archived is never deleted and does not count (C14, C15).
    ///
    /// Throws when registry or directory cannot be read; a version that cannot be removed is a warning.
    package func cleanupOldModels(keepVersions: Int = 3) throws -> CleanupResult {
        let cleaner = Cleaner(store: store, directory: directory)
        let survey = try cleaner.survey()
        let plan = RetentionPlan(survey.retention, RetentionPolicy(keepVersions: keepVersions))
        let report = cleaner.run(plan, survey, actor: actor)
        for (item, reason) in report.failures { warn("\(item.modelID) was not removed: \(reason)") }
        if !report.done.isEmpty { refreshIndex() }
        return CleanupResult(
            deletedCount: report.done.count, freedSpaceMB: Double(report.freedByteCount) / 1_048_576,
            keptModels: plan.kept)
    }

    /// R22: makes the pickles of `ml_models.model_data` versions (see `hearth migrate blobs`); a dry run only reports.
    ///
    /// What is kept as a file but not computed counts as migrated, with its reason among the errors (C27).
    ///
    /// Throws `RegistryError`: `.refused` for a registry that is no PostgreSQL database.
    package func migrateFromDatabase(dryRun: Bool = false) throws -> MigrationResult {
        guard case .postgres(let text) = location else {
            throw RegistryError(
                .refused, "a SQLite registry has no pickles in its rows",
                hint: "open the manager with postgresql://user@host/database")
        }
        let place = try PostgresLocation(text)
        let report = try BlobMigration(
            PostgresBlobTable(place), PostgresRegistryStore(place), directory,
            options: BlobMigration.Options(
                isDryRun: dryRun, batch: 100,
                limits: ImportLimits(fileByteCountMax: directory.limits.fileByteCountMax), purgesBlobs: false,
                actor: actor)
        ).run()
        if !dryRun, report.migrated > 0 { refreshIndex() }
        var errors = report.problems.map { "row \($0.id): \($0.reason)" }
        if let stopReason = report.stopReason { errors.append(stopReason) }
        return MigrationResult(
            migrated: report.migrated + report.notServable, failed: report.failed,
            skipped: Int(clamping: report.skipped), errors: errors)
    }
}

extension BlobMigrationReport.Row {
    fileprivate var reason: String {
        switch result {
        case .migrated, .purged: ""
        case .notServable(_, let reason), .failed(let reason), .notPurged(let reason): reason
        }
    }
}
