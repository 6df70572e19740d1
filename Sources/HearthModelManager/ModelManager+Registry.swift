package import HearthArtifacts
package import HearthCore
import HearthImport
import HearthLifecycle
package import HearthRegistry

/// The registry's operations by the specification's names (R141, R146-R149, R161-R163).
extension ModelManager {
    /// R141: publishes a model file as a version and registers it; returns its model_id.
    ///
    /// - Parameters:
    ///   - status: `success` or `candidate`.
    ///   - metrics: figures of the evaluation, such as `sharpe`.
    ///   - maxModelsPerSymbolTF: keeps at most so many versions of this key; the oldest that nothing protects go with
    ///     their folders (R163).
    /// - Throws: as ``saveModelToFile(file:modelType:metricType:accuracy:precision:recall:)`` does.
    package func registerModel(
        file path: String, key: ModelKey, status: VersionStatus = .success, metrics: [String: JSONValue] = [:],
        maxModelsPerSymbolTF count: Int? = nil
    ) throws -> ModelID {
        let file = try ModelImport.read(
            path: path, limits: ImportLimits(fileByteCountMax: directory.limits.fileByteCountMax))
        let imported = try publish(file, key, status, metrics)
        if let count {
            let report = try Cleaner(store: store, directory: directory).limit(
                imported.name, to: count, newest: imported.modelID, actor: actor)
            for (item, reason) in report.failures { warn("\(item.modelID) was not removed: \(reason)") }
            if !report.done.isEmpty { refreshIndex() }
        }
        return imported.modelID
    }

    /// R147: gives a version another stage, which is its status (C18): `production` promotes it, `archived` sets it
    /// aside.
    ///
    /// Throws `RegistryError`: `.notFound`, and `.refused` for any other stage and for what may not be.
    package func promoteModel(
        _ modelID: ModelID, stage: VersionStatus = .production, reason: String = ""
    ) throws(RegistryError) {
        guard let version = try store.version(modelID) else {
            throw RegistryError(.notFound, "no version '\(modelID)'", hint: "see 'hearth models list'")
        }
        switch stage {
        case .production:
            _ = try store.promote(
                modelID, of: version.name, expectedGeneration: nil, actor: actor, reason: reason)
        case .archived: try store.archive(modelID, actor: actor, reason: reason)
        case .success, .candidate, .failed:
            throw RegistryError(
                .refused, "stage '\(stage.rawValue)' is not one to promote to", hint: "production or archived")
        }
        // A hint for servers, which look for themselves every two seconds.
        try? directory.announceChange()
        refreshIndex()
    }

    /// R148: the newest version of a key that may be served and whose files are there; archived ones do not count.
    ///
    /// A version whose files are gone is passed over with a warning, and stays in the registry (R162, C22).
    package func getLatestModel(_ key: ModelKey) throws -> ModelVersion? {
        for version in try store.versions(of: name(of: key), limit: .max) where version.isActive {
            if isThere(version) { return version }
            warn("\(version.modelID) is passed over: its files are missing")
        }
        return nil
    }

    /// R149: the version in production; exactly one per key (C21). nil when there is none.
    package func getLatestProductionModel(_ key: ModelKey) throws -> ModelVersion? {
        guard let pointer = try store.productionPointer(of: name(of: key)) else { return nil }
        return try store.version(pointer.modelID)
    }

    /// R161: what is wrong with a version's files; empty for a good one.
    ///
    /// Throws `RegistryError`, `.notFound` for a version that the registry does not know.
    package func validateRegistryEntry(_ modelID: ModelID) throws(RegistryError) -> [String] {
        guard let version = try store.version(modelID) else {
            throw RegistryError(.notFound, "no version '\(modelID)'", hint: "see 'hearth models list'")
        }
        guard version.path != nil else { return ["it has no files: its status is \(version.status.rawValue)"] }
        return RegistryValidator(store: store, directory: directory).validate(version).problems
    }

    private func isThere(_ version: ModelVersion) -> Bool {
        guard let path = version.path else { return false }
        return (try? directory.model(named: path)) != nil
    }
}

extension ModelVersion {
    /// `is_active`: it has files and may be loaded (C13).
    var isActive: Bool {
        switch status {
        case .success, .candidate, .production: path != nil
        case .failed, .archived: false
        }
    }
}
