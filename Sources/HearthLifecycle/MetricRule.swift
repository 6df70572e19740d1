import HearthArtifacts
package import HearthCore
import HearthRegistry

/// A condition on a figure of a version's evaluation: `roc_auc>=0.9`, or against the version in production:
/// `roc_auc>=production-0.01`.
package struct MetricRule: Sendable, Hashable, CustomStringConvertible {
    /// Which side of the bound is good.
    package enum Direction: String, Sendable {
        case atLeast = ">="
        case atMost = "<="
    }

    /// What the figure is held against.
    package enum Bound: Sendable, Hashable {
        case number(Double)
        /// The same figure of the production version, and so much more.
        case production(plus: Double)
    }

    /// The key in the metrics; members of members by dots: `held_out.f1`.
    package var metric: String
    package var direction: Direction
    package var bound: Bound

    /// Reads a rule as it is written. Throws INVALID_ARGUMENT with what was expected.
    package init(_ text: String) throws(CallFailure) {
        let failure = CallFailure(
            .invalidArgument,
            "'\(text)' is no rule: write METRIC>=NUMBER, METRIC<=NUMBER, or production with or without a +NUMBER or "
                + "-NUMBER in the place of the number")
        guard
            let direction = [Direction.atLeast, .atMost].first(where: { text.contains($0.rawValue) })
        else { throw failure }
        let parts = text.split(separator: direction.rawValue, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw failure }
        let metric = parts[0].filter { $0 != " " }
        let bound = parts[1].filter { $0 != " " }
        guard !metric.isEmpty else { throw failure }
        self.metric = metric
        self.direction = direction
        if bound.hasPrefix("production") {
            let rest = bound.dropFirst("production".count)
            guard rest.isEmpty || rest.first == "+" || rest.first == "-", let offset = rest.isEmpty ? 0 : Double(rest),
                offset.isFinite
            else { throw failure }
            self.bound = .production(plus: offset)
        } else {
            guard let number = Double(bound), number.isFinite else { throw failure }
            self.bound = .number(number)
        }
    }

    package var description: String {
        switch bound {
        case .number(let number): "\(metric)\(direction.rawValue)\(number)"
        case .production(let offset) where offset == 0: "\(metric)\(direction.rawValue)production"
        case .production(let offset): "\(metric)\(direction.rawValue)production\(offset < 0 ? "" : "+")\(offset)"
        }
    }

    /// Holds a version's figure against the rule.
    func verdict(of candidate: ModelVersion, production: ModelVersion?) -> GateVerdict {
        let gate = "metric \(self)"
        guard let found = Self.figure(metric, of: candidate) else {
            return GateVerdict(gate: gate, outcome: .failed, detail: "the version has no figure '\(metric)'")
        }
        let limit: Double
        switch bound {
        case .number(let number): limit = number
        case .production(let offset):
            guard let production else {
                return GateVerdict(gate: gate, outcome: .notApplicable, detail: "nothing is in production")
            }
            guard let figure = Self.figure(metric, of: production) else {
                return GateVerdict(
                    gate: gate, outcome: .notApplicable, detail: "the production version has no figure '\(metric)'")
            }
            limit = figure + offset
        }
        let isGood = direction == .atLeast ? found >= limit : found <= limit
        return GateVerdict(
            gate: gate, outcome: isGood ? .passed : .failed,
            detail: "\(found) found, \(direction == .atLeast ? "at least" : "at most") \(limit) expected")
    }

    /// A number among the metrics, or one of the columns accuracy, precision and recall.
    private static func figure(_ path: String, of version: ModelVersion) -> Double? {
        switch path {
        case "accuracy" where version.accuracy != nil: return version.accuracy
        case "precision" where version.precision != nil: return version.precision
        case "recall" where version.recall != nil: return version.recall
        default: break
        }
        var value = JSONValue(text: version.metricsJSON)
        for key in path.split(separator: ".") {
            guard case .object(let members) = value else { return nil }
            value = members[String(key)]
        }
        switch value {
        case .integer(let number): return Double(number)
        case .number(let number): return number
        default: return nil
        }
    }
}
