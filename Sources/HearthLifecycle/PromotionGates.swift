import HearthArtifacts
package import HearthRegistry

/// What one gate says of a version.
package struct GateVerdict: Sendable, Hashable {
    /// Whether the version may pass.
    package enum Outcome: String, Sendable {
        case passed
        case failed
        case notApplicable = "not applicable"
    }

    package var gate: String
    package var outcome: Outcome
    /// What was found and what was expected.
    package var detail: String
}

/// What a version must satisfy before it comes into production: `new_model` against `current_production` (R146).
///
/// | gate | passes when |
/// |---|---|
/// | artifact | every file is the published one and the model gives its golden vectors back |
/// | schema | rows and outputs are those of the production version |
/// | test window | both were evaluated on the same `test_start` and `test_end` (R152), where both say so |
/// | metric ... | each ``MetricRule`` holds |
///
/// Pure. A gate that fails can be overridden by who says why; the events keep it.
package struct PromotionGates: Sendable {
    /// One version as the gates see it.
    package struct Subject: Sendable {
        package var version: ModelVersion
        /// Names of columns, or empty; values per row; points per row; names of outputs.
        package var columns: [String]
        package var columnCount: Int
        package var window: Int
        package var outputs: [String]
        /// What ``RegistryValidator`` found.
        package var problems: [String]

        package init(
            version: ModelVersion, columns: [String], columnCount: Int, window: Int, outputs: [String],
            problems: [String] = []
        ) {
            self.version = version
            self.columns = columns
            self.columnCount = columnCount
            self.window = window
            self.outputs = outputs
            self.problems = problems
        }
    }

    package var rules: [MetricRule]

    package init(rules: [MetricRule] = []) {
        self.rules = rules
    }

    /// All verdicts, in the order of the table.
    ///
    /// - Parameter production: what is in production now; nil for nothing, or nothing that can still be read.
    package func verdicts(on candidate: Subject, production: Subject?) -> [GateVerdict] {
        var verdicts = [
            GateVerdict(
                gate: "artifact", outcome: candidate.problems.isEmpty ? .passed : .failed,
                detail: candidate.problems.isEmpty ? "whole" : candidate.problems.joined(separator: "; ")),
            Self.schema(candidate, production), Self.testWindow(candidate.version, production?.version),
        ]
        verdicts += rules.map { $0.verdict(of: candidate.version, production: production?.version) }
        return verdicts
    }

    private static func schema(_ candidate: Subject, _ production: Subject?) -> GateVerdict {
        func verdict(_ outcome: GateVerdict.Outcome, _ detail: String) -> GateVerdict {
            GateVerdict(gate: "schema", outcome: outcome, detail: detail)
        }
        guard let production else { return verdict(.notApplicable, "nothing is in production") }
        guard candidate.columnCount == production.columnCount else {
            return verdict(
                .failed, "\(candidate.columnCount) values per row found, \(production.columnCount) in production")
        }
        guard candidate.window == production.window else {
            return verdict(.failed, "a window of \(candidate.window) found, \(production.window) in production")
        }
        // A version without names takes rows by position, as it always has.
        if !candidate.columns.isEmpty, !production.columns.isEmpty,
            let index = candidate.columns.indices.first(where: { candidate.columns[$0] != production.columns[$0] })
        {
            return verdict(
                .failed,
                "column \(index) is '\(candidate.columns[index])', '\(production.columns[index])' in production")
        }
        guard candidate.outputs == production.outputs else {
            return verdict(
                .failed,
                "outputs \(candidate.outputs.joined(separator: ", ")) found, "
                    + "\(production.outputs.joined(separator: ", ")) in production")
        }
        return verdict(.passed, "as in production")
    }

    private static func testWindow(_ candidate: ModelVersion, _ production: ModelVersion?) -> GateVerdict {
        func verdict(_ outcome: GateVerdict.Outcome, _ detail: String) -> GateVerdict {
            GateVerdict(gate: "test window", outcome: outcome, detail: detail)
        }
        guard let production else { return verdict(.notApplicable, "nothing is in production") }
        guard let found = window(of: candidate), let expected = window(of: production) else {
            return verdict(.notApplicable, "not both versions say on what they were evaluated")
        }
        return found == expected
            ? verdict(.passed, found) : verdict(.failed, "\(found) found, \(expected) in production")
    }

    private static func window(of version: ModelVersion) -> String? {
        for text in [version.parametersJSON, version.metricsJSON] {
            guard case .object(let members) = JSONValue(text: text), case .string(let start) = members["test_start"],
                case .string(let end) = members["test_end"]
            else { continue }
            return "\(start) to \(end)"
        }
        return nil
    }
}
