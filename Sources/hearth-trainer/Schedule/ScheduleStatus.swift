import ArgumentParser
import HearthArtifacts
import HearthConfiguration
import HearthCore
import HearthRegistry
import HearthTraining

/// `hearth-trainer schedule status`: which training is in production (R154).
struct ScheduleStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows each job: last run, its result and verdict, what is in production since when, the next run.",
        discussion: """
            IN PRODUCTION is what answers now, whoever promoted it; it is marked with * when it is the result of the \
            job's last run. 'hearth models history MODEL' has everything that was before.
            """)

    @OptionGroup var options: ScheduleOptions

    @Flag(help: "Print JSON instead of text.")
    var json = false

    /// One job as it is shown.
    private struct Row {
        var name: String
        var model: ModelName
        var known: ScheduleState.Job?
        var production: ModelVersion?
        var next: Timestamp?
    }

    func run() throws {
        let configuration = try options.load()
        let publication = try options.open(configuration)
        let state = try ScheduleState(of: configuration)
        let now = Timestamp.now()
        var rows: [Row] = []
        for job in configuration.schedule {
            guard let name = job.name else { continue }
            let model = try job.modelName()
            let pointer = try publication.store.productionPointer(of: model)
            let production = try pointer.flatMap { pointer in try publication.store.version(pointer.modelID) }
            rows.append(
                Row(
                    name: name, model: model, known: state.jobs[name], production: production,
                    next: job.next(after: now)))
        }
        print(json ? try Self.json(rows) : Self.text(rows))
        if !json { print(Self.notes(rows), terminator: "") }
    }

    private static func text(_ rows: [Row]) -> String {
        let head = [
            "JOB", "LAST RUN", "OUTCOME", "RESULT", "GATES", "IN PRODUCTION", "PROMOTED AT", "NEXT RUN",
        ]
        return ScheduleTable.text(
            [head]
                + rows.map { row in
                    let isResult = row.production != nil && row.production?.modelID.text == row.known?.modelID
                    return [
                        row.name, row.known?.started.map(ScheduleLine.minute) ?? "-",
                        row.known?.outcome?.rawValue ?? "-", row.known?.modelID ?? "-",
                        (row.known?.verdicts).map { $0.isEmpty ? "-" : ScheduleLine.gates($0) } ?? "-",
                        (row.production?.modelID.text ?? "-") + (isResult ? "*" : ""),
                        row.production?.promotedAt.map(ScheduleLine.minute) ?? "-",
                        row.next.map(ScheduleLine.minute) ?? "never",
                    ]
                })
    }

    /// Why something failed, or was not promoted.
    private static func notes(_ rows: [Row]) -> String {
        let notes = rows.compactMap { row in row.known?.message.map { "\(row.name): \($0)\n" } }
        return notes.isEmpty ? "" : "\n" + notes.joined()
    }

    private static func json(_ rows: [Row]) throws -> String {
        func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
        let jobs = rows.map { row -> JSONValue in
            .object([
                "job": .string(row.name), "model": .string(row.model.text),
                "last_due": text(row.known?.lastDue?.iso8601), "last_run": text(row.known?.started?.iso8601),
                "finished": text(row.known?.finished?.iso8601), "outcome": text(row.known?.outcome?.rawValue),
                "model_id": text(row.known?.modelID), "promoted": .bool(row.known?.isPromoted ?? false),
                "message": text(row.known?.message),
                "gates": .array(
                    (row.known?.verdicts ?? []).map { verdict in
                        .object([
                            "gate": .string(verdict.gate), "outcome": .string(verdict.outcome),
                            "detail": .string(verdict.detail),
                        ])
                    }),
                "production_model_id": text(row.production?.modelID.text),
                "promoted_at": text(row.production?.promotedAt?.iso8601),
                "promoted_by": text(row.production?.promotedBy), "next": text(row.next?.iso8601),
            ])
        }
        return try CompactJSON.text(["jobs": .array(jobs)])
    }
}
