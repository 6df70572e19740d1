import HearthCore
import HearthLifecycle
import HearthRegistry
import Testing

/// What must hold before a version comes into production (R146).
@Suite struct PromotionGatesTests {
    private func subject(
        _ id: String, columns: [String] = ["a", "b"], count: Int = 2, window: Int = 1, outputs: [String] = ["predict"],
        metrics: String = "{}", parameters: String = "{}", accuracy: Double? = nil, problems: [String] = []
    ) throws -> PromotionGates.Subject {
        let now = Timestamp(microseconds: 0)
        let version = ModelVersion(
            modelID: try ModelID(id), name: try ModelName("churn"), key: ModelKey(modelType: "gb"), status: .success,
            path: id, parametersJSON: parameters, metricsJSON: metrics, accuracy: accuracy, trainingDate: now,
            createdAt: now)
        return PromotionGates.Subject(
            version: version, columns: columns, columnCount: count, window: window, outputs: outputs,
            problems: problems)
    }

    private func outcomes(_ verdicts: [GateVerdict]) -> [GateVerdict.Outcome] { verdicts.map(\.outcome) }

    @Test func `a first version needs only a good artifact`() throws {
        let gates = PromotionGates()
        #expect(
            outcomes(gates.verdicts(on: try subject("new"), production: nil))
                == [.passed, .notApplicable, .notApplicable])
        let bad = gates.verdicts(on: try subject("new", problems: ["model.hearth: gone"]), production: nil)
        #expect(outcomes(bad) == [.failed, .notApplicable, .notApplicable])
        #expect(bad[0].detail == "model.hearth: gone")
    }

    @Test func `rows and outputs are those of the production version`() throws {
        let gates = PromotionGates()
        let production = try subject("old")
        func schema(_ candidate: PromotionGates.Subject) -> GateVerdict {
            gates.verdicts(on: candidate, production: production)[1]
        }
        #expect(schema(try subject("new")).outcome == .passed)
        #expect(schema(try subject("new", columns: [])).outcome == .passed)
        #expect(
            schema(try subject("new", columns: ["a", "b", "c"], count: 3)).detail
                == "3 values per row found, 2 in production")
        #expect(schema(try subject("new", window: 2)).detail == "a window of 2 found, 1 in production")
        #expect(schema(try subject("new", columns: ["b", "a"])).detail == "column 0 is 'b', 'a' in production")
        #expect(schema(try subject("new", outputs: ["predict", "predict_proba"])).outcome == .failed)
    }

    @Test func `R146: both were evaluated on the same test window, where both say so`() throws {
        let gates = PromotionGates()
        func window(_ start: String, _ end: String) -> String { #"{"test_start": "\#(start)", "test_end": "\#(end)"}"# }
        let production = try subject("old", parameters: window("2025-01-01", "2025-02-01"))
        func verdict(_ candidate: PromotionGates.Subject) -> GateVerdict {
            gates.verdicts(on: candidate, production: production)[2]
        }
        #expect(verdict(try subject("new", metrics: window("2025-01-01", "2025-02-01"))).outcome == .passed)
        #expect(verdict(try subject("new")).outcome == .notApplicable)
        #expect(
            verdict(try subject("new", parameters: window("2025-01-01", "2025-03-01"))).detail
                == "2025-01-01 to 2025-03-01 found, 2025-01-01 to 2025-02-01 in production")
    }

    @Test(arguments: [
        ("roc_auc>=0.9", GateVerdict.Outcome.passed), ("roc_auc>=0.95", .failed), ("held_out.f1 >= 0.5", .passed),
        ("roc_auc>=production", .passed), ("roc_auc>=production+0.05", .failed), ("roc_auc>=production-0.1", .passed),
        ("log_loss<=0.3", .passed), ("log_loss<=production", .failed), ("unknown>=1", .failed),
        ("only_new>=production", .notApplicable), ("accuracy>=0.7", .passed),
    ])
    func `metric rules hold a figure against a number or against production`(
        rule: String, outcome: GateVerdict.Outcome
    ) throws {
        let gates = PromotionGates(rules: [try MetricRule(rule)])
        let candidate = try subject(
            "new", metrics: #"{"roc_auc": 0.93, "held_out": {"f1": 0.5}, "log_loss": 0.3, "only_new": 2}"#,
            accuracy: 0.8)
        let production = try subject("old", metrics: #"{"roc_auc": 0.9, "log_loss": 0.25}"#)
        #expect(gates.verdicts(on: candidate, production: production).last?.outcome == outcome)
        if outcome != .notApplicable, !rule.contains("production") {
            #expect(gates.verdicts(on: candidate, production: nil).last?.outcome == outcome)
        }
    }

    @Test(arguments: ["roc_auc", "roc_auc=1", ">=1", "roc_auc>=", "a>=b", "a>=nan", "a>=productionx", "a>=1>=2"])
    func `what is no rule is refused with how one is written`(text: String) {
        #expect(throws: CallFailure.self) { try MetricRule(text) }
    }

    @Test func `a rule reads as it was written`() throws {
        for text in ["roc_auc>=0.9", "a<=production", "a.b>=production-0.01", "a>=production+0.5"] {
            #expect("\(try MetricRule(text))" == text)
        }
    }
}
