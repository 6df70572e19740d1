package import HearthCore

/// Tidies up after publishers that died: what they left in staging goes, what they finished but did not register is
/// reported.
///
/// In this order, so that a version registered meanwhile is not taken for an orphan: ``ModelDirectory/survey()``, then
/// the ids from the registry, then ``plan(_:knownIDs:now:grace:)``, then ``run(_:in:)``.
package enum Janitor {
    /// One thing to do about a leftover.
    package enum Action: Sendable, Hashable {
        /// Delete what a dead publisher left in `.staging`.
        case removeStaging(String)
        /// Finish a deletion that was cut short.
        case removeTrash(String)
        /// A complete version that the registry does not know: the caller registers or removes it.
        case reportOrphan(ModelID)
        /// A folder that is no readable version.
        case reportDamaged(ModelID, reason: String)
        /// A version of the registry that has no folder (R160, R162).
        case reportMissing(ModelID)
    }

    /// How long a folder without a writer is left alone: covers the moment between making a folder and locking it.
    package static let grace = Duration.seconds(60)
    /// The same where the file system has no locks: longer than any training takes to write its files.
    package static let graceWithoutLocks = Duration.seconds(24 * 3600)

    /// What is to be done about what `survey` found.
    ///
    /// - Parameter knownIDs: the versions that the registry says have files, read after the survey was made.
    package static func plan(
        _ survey: JanitorSurvey, knownIDs: Set<ModelID>, now: Timestamp, grace: Duration = Janitor.grace
    ) -> [Action] {
        func isLeft(_ writer: JanitorSurvey.Writer, since modified: Timestamp) -> Bool {
            let age = Duration.microseconds(now.microseconds - modified.microseconds)
            return switch writer {
            case .atWork: false
            case .gone: age >= grace
            case .unknown: age >= max(grace, graceWithoutLocks)
            }
        }
        var actions: [Action] = []
        for entry in survey.staging where isLeft(entry.writer, since: entry.modified) {
            actions.append(.removeStaging(entry.name))
        }
        actions += survey.trash.map { .removeTrash($0) }
        for folder in survey.folders {
            if let damage = folder.damage {
                actions.append(.reportDamaged(folder.id, reason: damage))
            } else if !knownIDs.contains(folder.id), isLeft(folder.writer, since: folder.modified) {
                actions.append(.reportOrphan(folder.id))
            }
        }
        let present = Set(survey.folders.map(\.id))
        actions += knownIDs.subtracting(present).sorted { $0.text < $1.text }.map { .reportMissing($0) }
        return actions
    }

    /// Carries out `actions`.
    ///
    /// One that fails does not stop the others.
    package static func run(_ actions: [Action], in directory: ModelDirectory) -> JanitorReport {
        var report = JanitorReport()
        for action in actions {
            do throws(ArtifactError) {
                switch action {
                case .removeStaging(let name):
                    try directory.discard(name, in: .staging)
                    report.removedStaging.append(name)
                case .removeTrash(let name):
                    try directory.discard(name, in: .trash)
                    report.removedTrash.append(name)
                case .reportOrphan(let id):
                    report.orphans.append(try directory.published(id))
                case .reportDamaged(let id, let reason):
                    report.damaged.append((id, reason))
                case .reportMissing(let id):
                    report.missing.append(id)
                }
            } catch {
                report.failures.append(error)
            }
        }
        return report
    }
}

/// What the janitor did and found.
package struct JanitorReport: Sendable {
    package var removedStaging: [String] = []
    package var removedTrash: [String] = []
    /// Complete versions without a row: register them as they are, or remove them.
    package var orphans: [PublishedVersion] = []
    package var damaged: [(id: ModelID, reason: String)] = []
    /// Rows without files.
    package var missing: [ModelID] = []
    /// Actions that could not be carried out; the next run tries again.
    package var failures: [ArtifactError] = []

    /// Nothing done, nothing found.
    package init() {}
}
