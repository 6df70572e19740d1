package import HearthCore

/// What a clean-up does, and what it leaves and why. Pure: the same survey and policy give the same plan.
package struct RetentionPlan: Sendable, Equatable {
    /// Why something goes.
    package enum Cause: Sendable, Hashable, CustomStringConvertible {
        case beyondKept(Int)
        case beyondMaxModels(Int)
        case quota(Int)
        case diskFull
        case artifactMissing
        /// The row says that it was removed, its folder is still there: an earlier run was cut short.
        case removedBefore
        case unknownToRegistry

        package var description: String {
            switch self {
            case .beyondKept(let count): "older than the newest \(count) that nothing protects"
            case .beyondMaxModels(let count): "more than \(count) versions of this model"
            case .quota(let bytes): "all versions take more than \(ByteCount(bytes))"
            case .diskFull: "the disk is nearly full"
            case .artifactMissing: "its artifact is missing"
            case .removedBefore: "removed before, its folder was left"
            case .unknownToRegistry: "no row in the registry"
            }
        }
    }

    /// Why something stays that a rule would take.
    package enum Protection: String, Sendable, Hashable {
        case production
        case rollbackTarget = "rollback target"
        case pinned
        case leased = "held by a server"
        /// By hand: it stays on disk (R159).
        case archived
    }

    /// What is done, in this order: the row first, so that nobody promotes what has no files.
    package enum Action: String, Sendable, Hashable {
        /// The folder goes, the row stays as history, not active any more (R10).
        case remove
        /// There is no folder; the row goes (R160).
        case dropRow = "drop row"
        /// There is no row, or one that says so: the folder goes.
        case removeFolder = "remove folder"
    }

    /// One version or folder that goes.
    package struct Item: Sendable, Hashable {
        package var modelID: ModelID
        /// nil for a folder that the registry does not know.
        package var name: ModelName?
        package var action: Action
        package var cause: Cause
        package var byteCount: Int
    }

    /// One version that stays whatever the policy says.
    package struct Protected: Sendable, Hashable {
        package var modelID: ModelID
        package var name: ModelName
        package var protection: Protection
        /// The artifact is missing all the same.
        package var isMissing: Bool
    }

    package var items: [Item] = []
    package var protected: [Protected] = []
    /// Versions with artifacts that stay, protected ones included.
    package var kept: [ModelID] = []
    /// Failed trainings, which have no artifact (R137, C17).
    package var failed: [ModelVersion] = []
    /// Folders that the registry does not know and that stay, for the policy does not name them.
    package var orphans: [ModelID] = []

    package var freedByteCount: Int { items.reduce(0) { $0 + $1.byteCount } }

    /// Decides.
    package init(_ survey: RetentionSurvey, _ policy: RetentionPolicy) {
        var takenIDs: Set<ModelID> = []
        let protections = Self.protections(survey)
        let newestFirst = survey.versions.sorted {
            ($0.createdAt.microseconds, $0.modelID.text) > ($1.createdAt.microseconds, $1.modelID.text)
        }
        failed = newestFirst.filter { $0.status == .failed }

        func take(_ version: ModelVersion, _ action: Action, _ cause: Cause) {
            takenIDs.insert(version.modelID)
            items.append(
                Item(
                    modelID: version.modelID, name: version.name, action: action, cause: cause,
                    byteCount: survey.folders[version.modelID] ?? 0))
        }

        // Rows that promise what is not there.
        for version in newestFirst where survey.missing.contains(version.modelID) {
            guard protections[version.modelID] == nil, policy.dropsMissing else { continue }
            take(version, .dropRow, .artifactMissing)
        }

        let present = newestFirst.filter {
            $0.path != nil && $0.status != .failed && !survey.missing.contains($0.modelID)
        }
        for (_, versions) in Dictionary(grouping: present, by: \.name).sorted(by: { $0.key.text < $1.key.text }) {
            let free = versions.filter { protections[$0.modelID] == nil }
            if let count = policy.keepVersions {
                for version in free.dropFirst(max(0, count)) { take(version, .remove, .beyondKept(count)) }
            }
            if let count = policy.maxModels {
                var surplus = versions.count - versions.count { takenIDs.contains($0.modelID) } - count
                for version in free.reversed() where surplus > 0 && !takenIDs.contains(version.modelID) {
                    take(version, .remove, .beyondMaxModels(count))
                    surplus -= 1
                }
            }
        }

        // What is over a size goes oldest first, but the newest of each model stays.
        let newest = Set(Dictionary(grouping: present, by: \.name).values.compactMap { $0.first?.modelID })
        var freed = freedByteCount
        var total = survey.folders.values.reduce(0, +) - freed
        let expendable = present.reversed().filter {
            protections[$0.modelID] == nil && !newest.contains($0.modelID)
        }
        for version in expendable where !takenIDs.contains(version.modelID) {
            let byteCount = survey.folders[version.modelID] ?? 0
            if let quota = policy.quotaBytes, total > quota {
                take(version, .remove, .quota(quota))
            } else if freed < policy.bytesToFree {
                take(version, .remove, .diskFull)
            } else {
                continue
            }
            freed += byteCount
            total -= byteCount
        }

        let rows = Dictionary(survey.versions.map { ($0.modelID, $0) }, uniquingKeysWith: { first, _ in first })
        for (modelID, byteCount) in survey.folders.sorted(by: { $0.key.text < $1.key.text }) {
            if let row = rows[modelID] {
                guard row.path == nil, row.status != .failed else { continue }
                items.append(
                    Item(
                        modelID: modelID, name: row.name, action: .removeFolder, cause: .removedBefore,
                        byteCount: byteCount))
            } else if policy.removesOrphans {
                items.append(
                    Item(
                        modelID: modelID, name: nil, action: .removeFolder, cause: .unknownToRegistry,
                        byteCount: byteCount))
            } else {
                orphans.append(modelID)
            }
        }
        kept = present.filter { !takenIDs.contains($0.modelID) }.map(\.modelID)
        protected = newestFirst.compactMap { version in
            protections[version.modelID].map {
                Protected(
                    modelID: version.modelID, name: version.name, protection: $0,
                    isMissing: survey.missing.contains(version.modelID))
            }
        }
    }

    private static func protections(_ survey: RetentionSurvey) -> [ModelID: Protection] {
        var protections: [ModelID: Protection] = [:]
        for version in survey.versions {
            if version.status == .archived { protections[version.modelID] = .archived }
            if survey.leased.contains(version.modelID) { protections[version.modelID] = .leased }
            if version.pinned { protections[version.modelID] = .pinned }
        }
        for pointer in survey.pointers {
            if let previous = pointer.previousModelID { protections[previous] = .rollbackTarget }
        }
        for pointer in survey.pointers { protections[pointer.modelID] = .production }
        return protections
    }
}
