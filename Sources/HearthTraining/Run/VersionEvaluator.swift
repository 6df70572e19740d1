package import HearthArtifacts
package import HearthCore
import HearthKernels
package import HearthModel

/// Measures a published version on a file: the same measures as after a training (``Evaluation``), over all of its
/// rows.
package struct VersionEvaluator: Sendable {
    private let directory: ModelDirectory

    package init(directory: ModelDirectory) {
        self.directory = directory
    }

    /// What was measured.
    package struct Outcome: Sendable {
        package var evaluation: Evaluation
        /// The labelled events in the order of the rows; empty without labels.
        package var events: [Event]
        package var signature: InputSignature
    }

    /// One labelled event.
    package struct Event: Sendable, Equatable {
        /// The lines of the file on which it begins and ends.
        package var firstLine: Int
        package var lastLine: Int
        /// Rows of the event, and those of them that were flagged.
        package var rowCount: Int
        package var flaggedCount: Int
    }

    /// Scores every row of `dataPath`.
    ///
    /// - Parameter selection: its columns are those of the model, by name, unless they are given.
    /// - Throws: ``TrainingError``.
    package func evaluate(
        _ modelID: ModelID, dataPath: String, selection: TableSelection, eventTolerance: Int = 0
    ) throws(TrainingError) -> Outcome {
        let model = try load(modelID)
        let signature = model.signature
        var selection = selection
        if selection.columns == nil { selection.columns = Self.pointColumns(of: signature) }
        let table = try Table(csv: dataPath, selection: selection)
        guard table.columns.count * signature.window == signature.columnCount else {
            throw TrainingError(
                .badParameter,
                "\(table.columns.count) columns and a window of \(signature.window) were found, the model takes "
                    + "\(signature.columnCount) values per row",
                hint: "choose the columns that it was trained with")
        }
        let dataset = try Dataset(table, window: signature.window)
        let scores = try ModelScorer.scores(of: dataset.rows, model)
        let evaluation = Evaluation(
            scores: scores.anomalyScores, flags: scores.flags, labels: dataset.labels,
            eventTolerance: EventCounts.Tolerance(
                before: eventTolerance, after: eventTolerance + signature.window - 1))
        let events = EventCounts.runs(of: dataset.labels ?? []).map { run in
            Event(
                firstLine: table.lines[dataset.points[run.lowerBound]],
                lastLine: table.lines[dataset.points[run.upperBound - 1]], rowCount: run.count,
                flaggedCount: scores.flags[run].count { $0 })
        }
        return Outcome(evaluation: evaluation, events: events, signature: signature)
    }

    private func load(_ modelID: ModelID) throws(TrainingError) -> ServableModel {
        do {
            let artifact = try directory.open(modelID).artifact
            return try unsafe ServableModel(section: { unsafe artifact.section($0) }, owner: artifact)
        } catch {
            throw TrainingError(.unreadableFile, "version \(modelID) cannot be loaded: \(error)", cause: error)
        }
    }

    /// The columns of one point: the names of the window's last one without their `@0`; nil when the model knows no
    /// names.
    private static func pointColumns(of signature: InputSignature) -> [String]? {
        guard !signature.columnNames.isEmpty else { return nil }
        let names = signature.columnNames.suffix(signature.columnCount / signature.window)
        return names.map { $0.hasSuffix("@0") && signature.window > 1 ? String($0.dropLast(2)) : $0 }
    }
}
