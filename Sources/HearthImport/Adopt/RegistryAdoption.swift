package import HearthArtifacts
import HearthCore
package import HearthRegistry
import HearthServing

/// Takes over a Python registry as it is: every row of its index becomes a version under the same model_id, with its
/// files, figures, status and time (R128-R135).
///
/// Nothing of the Python registry is changed, and nothing of it is run. A row that is not whole is reported and skipped
/// (R162), the others go on; rows that were taken before are left alone, so that a run may be killed and repeated.
package struct RegistryAdoption {
    /// What to do, and who is told.
    package struct Options {
        /// Read and convert everything, write nothing.
        package var isDryRun: Bool
        package var limits: ImportLimits
        /// Who the registry's events name.
        package var actor: String
        /// Told how many rows are done, of how many.
        package var progress: (Int, Int) -> Void
        /// Whether to end before the next row.
        package var isStopWanted: () -> Bool

        package init(
            isDryRun: Bool, limits: ImportLimits, actor: String, progress: @escaping (Int, Int) -> Void = { _, _ in },
            isStopWanted: @escaping () -> Bool = { false }
        ) {
            self.isDryRun = isDryRun
            self.limits = limits
            self.actor = actor
            self.progress = progress
            self.isStopWanted = isStopWanted
        }
    }

    private let source: PythonRegistry
    /// nil for a dry run without a registry.
    private let store: (any RegistryStore)?
    private let directory: ModelDirectory?
    private let options: Options

    /// - Parameters:
    ///   - store: where the versions go; may be absent for a dry run.
    ///   - directory: the same of the files.
    package init(
        _ source: PythonRegistry, store: (any RegistryStore)?, directory: ModelDirectory?, options: Options
    ) {
        self.source = source
        self.store = store
        self.directory = directory
        self.options = options
    }

    /// A row that says it is in production.
    private struct Candidate {
        var name: ModelName
        var modelID: ModelID
        var createdAt: Timestamp
    }

    /// Takes all rows, then promotes. What goes wrong with a row is in the report.
    package func run() -> RegistryAdoptionReport {
        var report = RegistryAdoptionReport()
        report.isDryRun = options.isDryRun
        var candidates: [Candidate] = []
        // An id that stands twice: the program appended a second row, which counts.
        var lastLines: [String: Int] = [:]
        for row in source.rows { if let entry = row.entry { lastLines[entry.modelID] = row.line } }
        for (index, row) in source.rows.enumerated() {
            guard !options.isStopWanted() else {
                report.stopReason = "interrupted"
                break
            }
            options.progress(index, source.rows.count)
            if let entry = row.entry, let last = lastLines[entry.modelID], last != row.line {
                report.notes.append("line \(row.line): '\(entry.modelID)' stands again in line \(last), which counts")
                continue
            }
            take(row, &report, &candidates)
            guard report.stopReason == nil else { break }
        }
        if report.stopReason == nil { promote(candidates, &report) }
        return report
    }

    private func take(
        _ row: RegistryIndexText.Row, _ report: inout RegistryAdoptionReport, _ candidates: inout [Candidate]
    ) {
        var outcome = RegistryAdoptionReport.Row(
            line: row.line, originalID: row.entry?.modelID ?? row.cells.first ?? "", modelID: nil,
            status: row.entry?.status ?? "", result: .refused(reason: ""))
        defer { report.rows.append(outcome) }
        do {
            guard let entry = row.entry else {
                throw AdoptionError("\(row.cells.count) cells found, as many as in the heading expected")
            }
            let adopted = try AdoptedRow(entry)
            if adopted.modelID.text != entry.modelID {
                report.notes.append("'\(entry.modelID)' is '\(adopted.modelID)' here: no legal model_id")
            }
            outcome.result =
                adopted.status == .failed ? try recordFailure(adopted) : try adopt(adopted, row.line, &report)
            outcome.modelID = adopted.modelID
            guard adopted.isProduction else { return }
            candidates.append(
                Candidate(name: adopted.name, modelID: adopted.modelID, createdAt: adopted.createdAt))
        } catch let error as MissingFile {
            outcome.result = .missing(reason: error.description)
        } catch {
            outcome.result = .refused(reason: "\(error)")
            report.stopReason = Self.stopReason(error)
        }
    }

    /// Converts and publishes one version.
    private func adopt(
        _ row: AdoptedRow, _ line: Int, _ report: inout RegistryAdoptionReport
    ) throws -> RegistryAdoptionReport.Result {
        let files: AdoptedFiles
        do throws(ArtifactError) {
            files = try AdoptedFiles(row.entry, source, options.limits)
        } catch {
            guard error.code == .notFound else { throw error }
            throw MissingFile(description: error.description)
        }
        let details = try files.details(row)
        if let present = try store?.version(row.modelID) {
            let digest = JSONValue(text: present.parametersJSON).flatMap(Self.digest)
            guard digest == "\(files.model.file.digest)", present.name == row.name else {
                throw AdoptionError("version '\(row.modelID)' of \(present.name) is another model; it stays")
            }
            return .present
        }
        guard !options.isDryRun, let directory, let store else {
            // What publishing would do first.
            _ = try HearthFile.encode(files.model.sections())
            return .adopted
        }
        let importer = ModelImporter(directory: directory, registry: store, actor: options.actor)
        if try importer.adoptLeftover(files.model, details) == nil { _ = try importer.publish(files.model, details) }
        return .adopted
    }

    private static func digest(_ parameters: JSONValue) -> String? {
        guard case .object(let members) = parameters, case .string(let text) = members["imported_sha256"] else {
            return nil
        }
        return text
    }

    private func recordFailure(_ row: AdoptedRow) throws -> RegistryAdoptionReport.Result {
        if let present = try store?.version(row.modelID) {
            guard present.status == .failed else {
                throw AdoptionError("version '\(row.modelID)' has status \(present.status.rawValue); it stays")
            }
            return .present
        }
        guard !options.isDryRun, let store else { return .failedTraining }
        try store.register(
            ModelVersion(
                modelID: row.modelID, name: row.name, key: row.key, status: .failed, path: nil,
                trainingDate: row.createdAt, createdAt: row.createdAt,
                error: "failed in the registry that it was taken from, which gives no reason"),
            actor: options.actor)
        return .failedTraining
    }

    /// Of each registered model the newest row that is in production there (C21), unless something is here already.
    private func promote(_ candidates: [Candidate], _ report: inout RegistryAdoptionReport) {
        for (name, rivals) in Dictionary(grouping: candidates, by: \.name).sorted(by: { $0.key.text < $1.key.text }) {
            let newestFirst = rivals.sorted {
                ($0.createdAt, $0.modelID.text) > ($1.createdAt, $1.modelID.text)
            }
            guard let newest = newestFirst.first else { continue }
            for rival in newestFirst.dropFirst() {
                report.notes.append(
                    "\(name): \(rival.modelID) was in production as well; \(newest.modelID) is newer and counts (C21)")
            }
            do throws(RegistryError) {
                if let pointer = try store?.productionPointer(of: name) {
                    if pointer.modelID != newest.modelID {
                        report.notes.append(
                            "\(name): \(pointer.modelID) is in production here and stays; promote \(newest.modelID) "
                                + "with 'hearth models promote'")
                    }
                    continue
                }
                if !options.isDryRun {
                    _ = try store?.promote(
                        newest.modelID, of: name, expectedGeneration: 0, actor: options.actor,
                        reason: "production in \(ModelDirectory.indexFileName)")
                    try? directory?.announceChange()
                }
                report.promotions.append(.init(name: name, modelID: newest.modelID, problem: nil))
            } catch {
                report.promotions.append(.init(name: name, modelID: newest.modelID, problem: error.description))
            }
        }
    }

    /// Why no other row would do better either; nil when it may.
    private static func stopReason(_ error: any Error) -> String? {
        switch error {
        case let error as ArtifactError:
            switch error.code {
            case .diskFull, .permissionDenied, .commitUncertain: error.description
            case .commitFailed: error.cause.flatMap(stopReason)
            default: nil
            }
        case let error as ImportError: error.cause.flatMap(stopReason)
        case let error as RegistryError: error.code == .unavailable ? error.description : nil
        default: nil
        }
    }
}

/// A file of a version that is not there.
struct MissingFile: Error, CustomStringConvertible {
    var description: String
}

/// Why a row cannot be taken.
struct AdoptionError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}
