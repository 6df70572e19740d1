import ArgumentParser
import HearthClient

struct DetectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect",
        abstract: "Looks for anomalies in the values of a series.",
        discussion: """
            EXAMPLES
              hearth detect --series stok_seviye --data minibar.csv --column stok_seviye
              hearth detect --series water_flow --model-type z_score --data water-flow.csv --column flow --label label
              hearth detect --series stok_seviye --values 12,12,11,11,3,11

            Neighbouring anomalies are printed as one run. With --label (a column that is 1 where an anomaly is known) \
            the runs are held against the known ones: found, missed, false.
            """)

    @OptionGroup var options: ClientOptions

    @Option(help: "The series (metric_type), e.g. stok_seviye.")
    var series: String

    @Option(help: "The model_type; the model is {model_type}.{series}.")
    var modelType = "isolation_forest"

    @Option(help: "A model_id instead of the production version.")
    var version = ""

    @Option(help: "A CSV file with a header line, oldest row first.")
    var data: String?

    @Option(help: "The file's column with the values; give it again for points of several values.")
    var column: [String] = []

    @Option(help: "The file's column that is not 0 where an anomaly is known.")
    var label: String?

    @Option(help: "Points before and after a known anomaly that still count as found.")
    var slack = 0

    @Option(help: "The values instead of a file, with commas between them.")
    var values: String?

    func validate() throws {
        guard (values == nil) != (data == nil) else { throw ValidationError("Give either --values or --data.") }
        guard data == nil || !column.isEmpty else { throw ValidationError("Give the file's --column.") }
        guard label == nil || data != nil else { throw ValidationError("--label needs --data.") }
        guard slack >= 0 else { throw ValidationError("--slack must not be below 0.") }
    }

    func run() throws {
        let client = options.client()
        let table = try data.map { try CSVTable(path: $0) }
        let points = try table?.values(of: column) ?? Values.parse(values ?? "")
        let columnCount = max(1, column.count)
        let detection = try client.detect(
            series: series, values: points, columns: columnCount, modelType: modelType, version: version)
        let runs = AnomalyRun.runs(
            detection.anomalies, scores: detection.scores, firstPoint: detection.firstPoint)
        var comparison: RunComparison?
        if let label, let table {
            let known = try table.values(of: [label]).map { $0 != 0 && !$0.isNaN }
            comparison = RunComparison(
                known: AnomalyRun.runs(known, scores: [], firstPoint: 0).map(\.range), found: runs, slack: slack)
        }
        let pointCount = points.count / columnCount
        if options.json {
            print(json(detection, pointCount, runs, comparison).text)
        } else {
            print(text(detection, pointCount, runs, comparison))
        }
    }

    private func text(
        _ detection: Detection, _ pointCount: Int, _ runs: [AnomalyRun], _ comparison: RunComparison?
    ) -> String {
        let count = detection.anomalies.count { $0 }
        var lines = [
            "\(detection.modelName)  version \(detection.modelVersion.isEmpty ? "-" : detection.modelVersion)  "
                + "generation \(detection.generation)  source \(detection.source.rawValue)",
            "\(pointCount) points, \(count) anomalies in \(runs.count) runs "
                + "(score at or above \(Figure.short(detection.threshold)))",
        ]
        if let comparison {
            lines.append(
                "known runs: \(comparison.found.count + comparison.missed.count), found \(comparison.found.count), "
                    + "missed \(comparison.missed.count); false runs: \(comparison.falseRuns.count)")
        }
        guard !runs.isEmpty || comparison?.missed.isEmpty == false else { return lines.joined(separator: "\n") }
        var table = TextTable(headings: ["first", "last", "points", "peak"] + (comparison == nil ? [] : ["known"]))
        // The worst first; a long list says little.
        for run in runs.sorted(by: { $0.peak > $1.peak }).prefix(20) {
            let isFalse = comparison?.falseRuns.contains(run) == true
            table.add(
                cells: [
                    "\(run.range.lowerBound)", "\(run.range.upperBound - 1)", "\(run.range.count)",
                    Figure.short(run.peak),
                ] + (comparison == nil ? [] : [isFalse ? "no" : "yes"]))
        }
        lines += ["", table.text]
        if runs.count > 20 { lines.append("... and \(runs.count - 20) runs with lower peaks (all with --json)") }
        for range in comparison?.missed ?? [] {
            lines.append("missed: \(range.lowerBound) to \(range.upperBound - 1)")
        }
        return lines.joined(separator: "\n")
    }

    private func json(
        _ detection: Detection, _ pointCount: Int, _ runs: [AnomalyRun], _ comparison: RunComparison?
    ) -> JSON {
        func span(_ range: Range<Int>) -> [(String, JSON)] {
            [("first", .integer(range.lowerBound)), ("last", .integer(range.upperBound - 1))]
        }
        var members: [(String, JSON)] = [
            ("model_name", .text(detection.modelName)), ("model_version", .text(detection.modelVersion)),
            ("generation", .integer(detection.generation)), ("source", .text(detection.source.rawValue)),
            ("threshold", .number(detection.threshold)), ("points", .integer(pointCount)),
            ("first_point", .integer(detection.firstPoint)),
            ("anomalies", .integer(detection.anomalies.count { $0 })),
            ("runs", .array(runs.map { .object(span($0.range) + [("peak", .number($0.peak))]) })),
        ]
        if let comparison {
            members += [
                ("found", .array(comparison.found.map { .object(span($0)) })),
                ("missed", .array(comparison.missed.map { .object(span($0)) })),
                ("false_runs", .array(comparison.falseRuns.map { .object(span($0.range)) })),
            ]
        }
        return .object(members)
    }
}
