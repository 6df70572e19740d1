package import HearthArtifacts
package import HearthCore
package import HearthRegistry

/// Takes old and broken versions away: `cleanup_old_models` and `run_clean_registry` (R10, R20, R160, R163).
///
/// Looks first, decides by ``RetentionPlan``, then acts step by step. A process killed at any step leaves no production
/// pointer without its artifact and no version half visible; the next run completes what this one began. Calls block;
/// not for the data plane.
package struct Cleaner: Sendable {
    /// The steps of removing one version, each named by what has just been done: where tests kill the process.
    package enum FaultPoint: String, Sendable, CaseIterable {
        case surveyed
        /// The registry says that the version is removed; its folder is still there.
        case rowRemoved
        case folderRemoved
        /// What dead publishers left is gone.
        case tidied
    }

    /// What was found.
    package struct Survey: Sendable {
        package var retention: RetentionSurvey
        package var leftovers: JanitorSurvey
        package var disk: DiskSpace
    }

    /// What was done.
    package struct Report: Sendable {
        package var done: [RetentionPlan.Item] = []
        /// What could not be done and why; the next run tries again.
        package var failures: [(item: RetentionPlan.Item, reason: String)] = []
        package var leftovers = JanitorReport()

        package var freedByteCount: Int { done.reduce(0) { $0 + $1.byteCount } }
    }

    private let store: any RegistryStore
    private let directory: ModelDirectory

    package init(store: any RegistryStore, directory: ModelDirectory) {
        self.store = store
        self.directory = directory
    }

    /// Looks at the folders first and at the rows afterwards, so that a version which is registered meanwhile is not
    /// taken for one without a row.
    ///
    /// Throws `ArtifactError` or `RegistryError` when one of them cannot be read: nothing is cleaned on half a view.
    package func survey(now: Timestamp = .now()) throws -> Survey {
        let leftovers = try directory.survey()
        let listed = try directory.list()
        let versions = try store.versions(of: nil, limit: .max)
        let pointers = try store.productionSnapshot().pointers
        let leased = try store.leases(at: now)
        let atWork = Set(
            leftovers.folders.filter { Self.isRecent($0, now: now) }.map(\.id))
        let known = Set(versions.map(\.modelID))
        var folders: [ModelID: Int] = [:]
        for folder in listed where known.contains(folder.id) || !atWork.contains(folder.id) {
            folders[folder.id] = folder.byteCount
        }
        var missing: Set<ModelID> = []
        for version in versions where version.status != .failed {
            guard let path = version.path, folders[version.modelID] == nil else { continue }
            if try !isThere(path, of: version.modelID) { missing.insert(version.modelID) }
        }
        return Survey(
            retention: RetentionSurvey(
                versions: versions, pointers: pointers, leased: leased, folders: folders, missing: missing),
            leftovers: leftovers, disk: try directory.diskSpace())
    }

    /// Carries out `plan`; an item that fails does not stop the others.
    ///
    /// - Parameters:
    ///   - actor: who cleans, for the events.
    ///   - faults: called after each step; for tests.
    package func run(
        _ plan: RetentionPlan, _ survey: Survey, actor: String, now: Timestamp = .now(),
        progress: (Int) -> Void = { _ in }, faults: (FaultPoint) -> Void = { _ in }
    ) -> Report {
        faults(.surveyed)
        var report = Report()
        for (index, item) in plan.items.enumerated() {
            do {
                try run(item, actor: actor, faults: faults)
                report.done.append(item)
            } catch {
                report.failures.append((item, "\(error)"))
            }
            progress(index + 1)
        }
        let removed = Set(plan.items.map(\.modelID))
        let known = Set(survey.retention.versions.map(\.modelID)).union(removed)
        let actions = Janitor.plan(survey.leftovers, knownIDs: known, now: now).filter { action in
            switch action {
            case .removeStaging, .removeTrash, .reportDamaged: true
            // The plan has said what becomes of these.
            case .reportOrphan, .reportMissing: false
            }
        }
        report.leftovers = Janitor.run(actions, in: directory)
        faults(.tidied)
        // A hint: servers look for themselves every two seconds.
        if !report.done.isEmpty { try? directory.announceChange() }
        return report
    }

    /// The row before the folder: nobody can promote a version from then on. On a full disk both at once: a registry on
    /// that disk needs the folder's room to write the row.
    private func run(_ item: RetentionPlan.Item, actor: String, faults: (FaultPoint) -> Void) throws {
        let reason = "clean: \(item.cause)"
        if item.action != .removeFolder {
            do throws(RegistryError) {
                try store.remove(item.modelID, dropsRow: item.action == .dropRow, actor: actor, reason: reason)
            } catch {
                guard error.code == .unavailable, item.action == .remove, try isDiskFull() else { throw error }
                try store.remove(
                    item.modelID, dropsRow: false, actor: actor, reason: reason,
                    makingRoom: { try removeFolder(item.modelID) })
                return
            }
            faults(.rowRemoved)
        }
        guard item.action != .dropRow else { return }
        try removeFolder(item.modelID)
        faults(.folderRemoved)
    }

    private func removeFolder(_ modelID: ModelID) throws(ArtifactError) {
        do throws(ArtifactError) {
            try directory.remove(modelID)
        } catch {
            // A file that somebody else laid there is theirs; and what is gone need not be deleted.
            guard error.code == .notFound else { throw error }
        }
    }

    /// Whether a registry on the volume of the models may have no room for its change.
    private func isDiskFull() throws(ArtifactError) -> Bool { try directory.diskSpace().free.bytes < 1 << 20 }

    /// Whether a folder may still be registered by whoever published it.
    private static func isRecent(_ folder: JanitorSurvey.Folder, now: Timestamp) -> Bool {
        let age = Duration.microseconds(now.microseconds - folder.modified.microseconds)
        return switch folder.writer {
        case .atWork: true
        case .gone: age < Janitor.grace
        case .unknown: age < Janitor.graceWithoutLocks
        }
    }

    /// Whether a row's `model_path` names something: a folder of its own, or a file in the directory.
    private func isThere(_ path: String, of modelID: ModelID) throws(ArtifactError) -> Bool {
        do {
            if try directory.original(named: path, of: modelID) != nil { return true }
            _ = try directory.manifest(of: modelID)
            return true
        } catch {
            switch error.code {
            case .notFound, .pathTraversal: return false
            case .incomplete, .invalidManifest, .corrupt, .truncated: return true
            default: throw error
            }
        }
    }
}
