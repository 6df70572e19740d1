import HearthArtifacts
import HearthCore
import HearthLifecycle
import HearthRegistry
import HearthTestSupport
import Testing

/// What happened to a model, how two versions differ, and how many there may be.
@Suite struct ModelHistoryTests {
    private let shelf: ModelShelf
    private let name: ModelName

    init() throws {
        shelf = try ModelShelf()
        name = try ModelKey(modelType: "isolation_forest", metricType: "s").defaultName()
    }

    private func publish(_ count: Int, columns: Int = 4) throws -> [ModelID] {
        try (0..<count).map {
            try shelf.publish(SampleModels.isolationForest(seed: UInt64($0), columns: columns), series: "s")
        }
    }

    @Test func `R154, C20: which retrain is in production since when, who decided it and why`() throws {
        let ids = try publish(2)
        _ = try shelf.store.promote(ids[0], of: name, expectedGeneration: nil, actor: "ann", reason: "first")
        _ = try shelf.store.promote(ids[1], of: name, expectedGeneration: nil, actor: "bob", reason: "better")
        _ = try shelf.store.rollback(name, expectedGeneration: nil, actor: "eve", reason: "alarms")
        try shelf.publish(SampleModels.isolationForest(seed: 9), series: "other", promotes: true)
        let history = try ModelHistory(of: name, in: shelf.store)
        #expect(history.production?.modelID == ids[0])
        #expect(history.terms.map(\.modelID) == [ids[0], ids[1], ids[0]])
        #expect(history.terms.map(\.actor) == ["ann", "bob", "eve"])
        #expect(history.terms.map(\.isRollback) == [false, false, true])
        #expect(history.terms.map(\.generation) == [1, 2, 3])
        #expect(history.terms[0].until == history.terms[1].since && history.terms[2].until == nil)
        #expect(history.events.map(\.kind) == [.registered, .registered, .promoted, .promoted, .rolledBack])
        let error = #expect(throws: RegistryError.self) {
            try ModelHistory(of: try ModelName("none"), in: shelf.store)
        }
        #expect(error?.code == .notFound)
    }

    @Test func `R146: figures side by side, with differences, and the verdicts of the gates`() throws {
        let old = try publish(1)[0]
        let new = try shelf.publish(SampleModels.isolationForest(seed: 5, columns: 3), series: "s")
        var left = try #require(try shelf.store.version(old))
        var right = try #require(try shelf.store.version(new))
        left.metricsJSON = #"{"sharpe": 1.5, "held_out": {"f1": 0.5}, "note": "x"}"#
        right.metricsJSON = #"{"sharpe": 2, "max_drawdown": 0.1}"#
        let comparison = VersionComparison(
            left, right, store: shelf.store, directory: shelf.directory, rules: [try MetricRule("sharpe>=production")])
        #expect(comparison.figures.map(\.name) == ["held_out.f1", "max_drawdown", "sharpe"])
        #expect(comparison.figures.map(\.difference) == [nil, nil, 0.5])
        #expect(comparison.verdicts.map(\.outcome) == [.passed, .failed, .notApplicable, .passed])
        #expect(comparison.verdicts[1].detail == "3 values per row found, 4 in production")
        try shelf.damage(new)
        let damaged = VersionComparison(left, right, store: shelf.store, directory: shelf.directory, rules: [])
        #expect(damaged.verdicts[0].outcome == .failed)
    }

    @Test func `R163, C15: the oldest go, what is protected and the newest stay`() throws {
        let ids = try publish(4)
        try shelf.promote(ids[0], series: "s")
        let other = try shelf.publish(SampleModels.isolationForest(seed: 9), series: "other")
        let cleaner = Cleaner(store: shelf.store, directory: shelf.directory)
        let report = try cleaner.limit(name, to: 2, newest: ids[3], actor: "test")
        #expect(report.done.map(\.modelID) == [ids[1], ids[2]])
        #expect(Set(try shelf.directory.list().map(\.id)) == [ids[0], ids[3], other])
        // Production and the newest are two; one is asked for: both stay.
        #expect(try cleaner.limit(name, to: 1, newest: ids[3], actor: "test").done.isEmpty)
    }
}
