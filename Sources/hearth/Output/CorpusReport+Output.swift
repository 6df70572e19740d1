import HearthArtifacts
import HearthImport

extension CorpusReport {
    var text: String {
        var table = TextTable(
            "ESTIMATOR", "VERSIONS", "FILES", "ARRAYS", "EXACT", "IN BOUND", "MAX DIFFERENCE", "WRONG", "REFUSED")
        for line in lines { table.add(cells: Self.cells(line)) }
        table.add(cells: Self.cells(total))
        var parts = [table.text]
        let exceptions = notes { outcome, file, array in
            array.exception.map { "\(outcome.folder)/\(outcome.name), \(file.file), \(array.output): \($0)" }
        }
        if !exceptions.isEmpty {
            parts.append((["known exceptions (SKLEARN.md 4.2):"] + exceptions).joined(separator: "\n"))
        }
        let wrong =
            problems
            + notes { outcome, file, array in
                guard !array.isAccepted else { return nil }
                let place = "\(outcome.folder)/\(outcome.name), \(file.file), \(array.output)"
                let more = array.mismatchCount - array.mismatches.count
                let first = array.mismatches.map { "\(place), \($0)" }.joined(separator: "\n")
                return more > 0 ? "\(first)\n\(place): and \(more) values more" : first
            }
        if !wrong.isEmpty { parts.append((["wrong:"] + wrong).joined(separator: "\n")) }
        let refused = cases.flatMap(Self.refusals)
        if !refused.isEmpty { parts.append((["refused:"] + refused).joined(separator: "\n")) }
        let total = total
        parts.append(
            "\(total.fileCount) files of \(total.caseCount) cases read, \(total.refusedCount) refused; "
                + "\(total.arrayCount) arrays: \(total.exactCount) exact, \(total.withinBoundCount) within their "
                + "bound, \(total.mismatchCount) wrong")
        return parts.joined(separator: "\n\n")
    }

    private static func cells(_ line: Line) -> [String] {
        [
            line.estimator, line.folder, "\(line.fileCount)", "\(line.arrayCount)", "\(line.exactCount)",
            "\(line.withinBoundCount)",
            line.differenceMax.isInfinite ? "-" : line.differenceMax == 0 ? "0" : "\(line.differenceMax)",
            "\(line.mismatchCount)", "\(line.refusedCount)",
        ]
    }

    private func notes(_ note: (CaseOutcome, FileOutcome, ArrayComparison) -> String?) -> [String] {
        cases.flatMap { outcome in
            outcome.files.flatMap { file in file.arrays.compactMap { note(outcome, file, $0) } }
        }
    }

    private var problems: [String] {
        cases.flatMap { outcome in
            outcome.files.flatMap { file in
                file.problems.map { "\(outcome.folder)/\(outcome.name), \(file.file): \($0)" }
            }
        }
    }

    /// The same reason once for all files of a case.
    private static func refusals(_ outcome: CaseOutcome) -> [String] {
        var byReason: [(reason: String, files: [String])] = []
        for file in outcome.refusals {
            guard let error = file.refusal else { continue }
            let reason = "\(error.message); \(error.hint)"
            if let index = byReason.firstIndex(where: { $0.reason == reason }) {
                byReason[index].files.append(file.file)
            } else {
                byReason.append((reason, [file.file]))
            }
        }
        return byReason.map { entry in
            let files = entry.files.count == 1 ? entry.files[0] : "\(entry.files.count) files"
            return "\(outcome.folder)/\(outcome.name) (\(files)): \(entry.reason)"
        }
    }

    var json: JSON {
        let total = total
        return .object([
            ("accepted", .bool(isAccepted)), ("cases", .integer(total.caseCount)), ("files", .integer(total.fileCount)),
            ("arrays", .integer(total.arrayCount)), ("exact", .integer(total.exactCount)),
            ("within_bound", .integer(total.withinBoundCount)), ("wrong", .integer(total.mismatchCount)),
            ("refused", .integer(total.refusedCount)), ("table", .array(lines.map(Self.json))),
            ("results", .array(cases.map(Self.json))),
        ])
    }

    private static func json(_ line: Line) -> JSON {
        .object([
            ("estimator", .text(line.estimator)), ("versions", .text(line.folder)), ("cases", .integer(line.caseCount)),
            ("files", .integer(line.fileCount)), ("arrays", .integer(line.arrayCount)),
            ("exact", .integer(line.exactCount)), ("within_bound", .integer(line.withinBoundCount)),
            ("max_difference", .number(line.differenceMax)), ("wrong", .integer(line.mismatchCount)),
            ("refused", .integer(line.refusedCount)),
        ])
    }

    private static func json(_ outcome: CaseOutcome) -> JSON {
        .object([
            ("versions", .text(outcome.folder)), ("case", .text(outcome.name)), ("estimator", .text(outcome.estimator)),
            ("accepted", .bool(outcome.isAccepted)),
            (
                "files",
                .array(
                    outcome.files.map { file in
                        .object([
                            ("file", .text(file.file)), ("refusal", file.refusal.map { .text("\($0)") } ?? .null),
                            ("same_as_before", .bool(file.isRepeated)),
                            ("problems", .array(file.problems.map(JSON.text))),
                            ("outputs", .array(file.arrays.map(\.json))),
                        ])
                    })
            ),
        ])
    }
}
