package import HearthArtifacts
import HearthCore
import HearthKernels
import HearthModel
package import HearthRegistry

/// Two versions side by side: their figures with the differences, and what the gates would say (R146).
package struct VersionComparison: Sendable {
    /// One figure of both.
    package struct Figure: Sendable, Hashable {
        /// Members of members by dots: `held_out.f1`.
        package var name: String
        package var left: Double?
        package var right: Double?
        /// Right minus left; nil unless both have it.
        package var difference: Double? {
            guard let left, let right else { return nil }
            return right - left
        }
    }

    package var left: ModelVersion
    package var right: ModelVersion
    /// By name.
    package var figures: [Figure]
    /// Of the right version, as if the left one were in production.
    package var verdicts: [GateVerdict]

    /// Reads the files of both versions; what is wrong with them is in the verdicts.
    package init(
        _ left: ModelVersion, _ right: ModelVersion, store: any RegistryStore, directory: ModelDirectory,
        rules: [MetricRule]
    ) {
        self.left = left
        self.right = right
        let (leftFigures, rightFigures) = (Self.figures(of: left), Self.figures(of: right))
        figures = Set(leftFigures.keys).union(rightFigures.keys).sorted().map { name in
            Figure(name: name, left: leftFigures[name], right: rightFigures[name])
        }
        verdicts = Self.verdicts(on: right, production: left, store: store, directory: directory, rules: rules)
    }

    /// What the gates say of `candidate` with the given version in production; nil for none.
    ///
    /// Reads the files of both. The figures are those of the values that are given, which a caller may have measured
    /// anew.
    package static func verdicts(
        on candidate: ModelVersion, production: ModelVersion?, store: any RegistryStore, directory: ModelDirectory,
        rules: [MetricRule]
    ) -> [GateVerdict] {
        let validator = RegistryValidator(store: store, directory: directory)
        return PromotionGates(rules: rules).verdicts(
            on: subject(candidate, directory, problems: validator.problems(of: candidate)),
            production: production.map { subject($0, directory, problems: []) })
    }

    /// Every number among the metrics, and the columns accuracy, precision and recall.
    package static func figures(of version: ModelVersion) -> [String: Double] {
        var figures: [String: Double] = [:]
        if let metrics = JSONValue(text: version.metricsJSON) { collect(metrics, "", &figures) }
        for (name, value) in [
            ("accuracy", version.accuracy), ("precision", version.precision), ("recall", version.recall),
        ] {
            if let value { figures[name] = value }
        }
        return figures
    }

    private static func collect(_ value: JSONValue, _ path: String, _ figures: inout [String: Double]) {
        switch value {
        case .integer(let number): figures[path] = Double(number)
        case .number(let number): figures[path] = number
        case .object(let members):
            for (name, member) in members { collect(member, path.isEmpty ? name : "\(path).\(name)", &figures) }
        case .null, .bool, .string, .array: break
        }
    }

    private static func subject(
        _ version: ModelVersion, _ directory: ModelDirectory, problems: [String]
    ) -> PromotionGates.Subject {
        guard let model = try? LoadedVersion(version, in: directory).model else {
            return PromotionGates.Subject(
                version: version, columns: [], columnCount: 0, window: 1, outputs: [],
                problems: problems.isEmpty ? ["its model cannot be read"] : problems)
        }
        return PromotionGates.Subject(
            version: version, columns: model.signature.columnNames, columnCount: model.signature.columnCount,
            window: model.signature.window, outputs: model.outputs.map(\.name), problems: problems)
    }
}

extension RegistryValidator {
    /// What is wrong with a version; a version without files is.
    fileprivate func problems(of version: ModelVersion) -> [String] {
        guard version.path != nil else { return ["it has no files: its status is \(version.status.rawValue)"] }
        return validate(version).problems
    }
}
