import ArgumentParser
import HearthArtifacts
import HearthCore
import HearthTraining

/// `hearth-trainer evaluate`: a published version against a file.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures a published version on all rows of a CSV file.",
        discussion: """
            Unlike the measures of a training, these count every row of the file; rows that the model has learned from \
            flatter it.

            Example:

              hearth-trainer evaluate z_score_flow_20251112_120000_123_k7qd \\
                  --data flow.csv --time Time --label anomaly
            """)

    @Argument(help: "The version, as train printed it (model_id).")
    var modelID: String

    @Option(help: "The CSV file.")
    var data: String

    @Option(
        help: "The columns, separated by commas; those that the model was trained with unless given.",
        transform: { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) })
    var columns: [String]?

    @Option(help: "The column that marks anomalies with 1, other rows with 0.")
    var label: String?

    @Option(help: "The column with the time; rows are put in its order.")
    var time: String?

    @Option(help: "Points before and after a labelled event in which a flag still counts as found.")
    var eventTolerance = 0

    @OptionGroup var location: LocationOptions

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func validate() throws {
        guard (0...1_000_000).contains(eventTolerance) else {
            throw ValidationError("the event tolerance is \(eventTolerance), expected 0 or a few points")
        }
    }

    func run() throws {
        try reportingUsage {
            let id = try checkedID()
            let directory = try ModelDirectory(location.path, access: .readOnly)
            let outcome = try VersionEvaluator(directory: directory).evaluate(
                id, dataPath: data, selection: TableSelection(columns: columns, label: label, time: time),
                eventTolerance: eventTolerance)
            print(json ? try CompactJSON.text(outcome.json(id)) : text(outcome))
        }
    }

    private func checkedID() throws -> ModelID {
        do throws(NameError) {
            return try ModelID(modelID)
        } catch {
            throw ValidationError(error.description)
        }
    }

    private func text(_ outcome: VersionEvaluator.Outcome) -> String {
        let evaluation = outcome.evaluation
        var lines = [("model_id", modelID), ("flagged", "\(evaluation.flaggedCount) of \(evaluation.rowCount) rows")]
        lines += MeasureLines.lines(of: evaluation)
        lines += outcome.events.prefix(50).map { event in
            (
                "event",
                "lines \(event.firstLine) to \(event.lastLine): \(event.flaggedCount) of \(event.rowCount) rows flagged"
            )
        }
        if outcome.events.count > 50 {
            lines.append(("event", "… and \(outcome.events.count - 50) more (--json lists all)"))
        }
        return MeasureLines.aligned(lines)
    }
}

extension VersionEvaluator.Outcome {
    fileprivate func json(_ id: ModelID) -> [String: JSONValue] {
        var members = evaluation.metrics
        members["model_id"] = .string(id.text)
        members["rows"] = .integer(Int64(evaluation.rowCount))
        members["events_list"] = .array(
            events.map { event in
                .object([
                    "first_line": .integer(Int64(event.firstLine)), "last_line": .integer(Int64(event.lastLine)),
                    "rows": .integer(Int64(event.rowCount)), "flagged": .integer(Int64(event.flaggedCount)),
                ])
            })
        return members
    }
}
