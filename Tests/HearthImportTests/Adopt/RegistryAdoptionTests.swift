import Foundation
import HearthArtifacts
import HearthCore
import HearthImport
import HearthRegistry
import HearthRegistrySQLite
import HearthTestSupport
import Testing

/// A Python registry becomes this one's.
@Suite struct RegistryAdoptionTests {
    private let shelf: ModelShelf

    init() throws { shelf = try ModelShelf() }

    private static let forest = "sklearn-1.7.2/rf_clf_bin"

    private func adopt(_ folder: PythonFolder, isDryRun: Bool = false) throws -> RegistryAdoptionReport {
        try folder.writeIndex()
        return RegistryAdoption(
            try PythonRegistry(folder.path), store: shelf.store, directory: shelf.directory,
            options: .init(isDryRun: isDryRun, limits: ImportLimits(), actor: "test")
        ).run()
    }

    private func version(_ id: String) throws -> ModelVersion {
        try #require(try shelf.store.version(try ModelID(id)))
    }

    // R128, R129, R130, R131, R132, R133
    @Test func `R128-R133: a version has the files, figures and time of the Python one`() throws {
        var folder = try PythonFolder()
        try folder.add("BTC_15m_rf_1", model: Self.forest, at: "2025-11-12 12:00:00", status: "success", sharpe: "9.5")
        try folder.write("metric,value\nauc,0.7\n", "metrics.csv", of: "BTC_15m_rf_1")
        try folder.write("feature,importance\nret_1,0.75\n", "feature_importances.csv", of: "BTC_15m_rf_1")
        let report = try adopt(folder)
        #expect(report.isComplete && report.adopted == 1, "\(report)")

        let row = try version("BTC_15m_rf_1")
        #expect(row.name.text == "rf.BTC-USDT.15m" && row.status == .success && row.path == "BTC_15m_rf_1")
        #expect(row.key == ModelKey(modelType: "rf", symbol: "BTC/USDT", timeframe: "15m"))
        #expect(row.createdAt.iso8601 == "2025-11-12T12:00:00.000000Z")
        #expect(row.accuracy == 0.6)
        let place = "\(shelf.directory.path)/BTC_15m_rf_1"
        let source = "\(folder.path)/outputs/ml_models/BTC_15m_rf_1"
        for name in ["model.joblib", "metrics.csv", "feature_importances.csv"] {
            #expect(try ImportSamples.bytes("\(place)/\(name)") == ImportSamples.bytes("\(source)/\(name)"))
        }
        let metadata = try #require(try shelf.directory.metadata(of: row.modelID))
        #expect(metadata.featureColumns == ["ret_1", "vol_5"] && metadata.pipelineVersion == "v2")
        #expect(metadata.labelConfig == .object(["horizon": .integer(4), "up": .number(0.01)]))
        #expect(metadata.metrics["sharpe"] == .number(1.25) && metadata.metrics["max_drawdown"] == .null)
        #expect(metadata.featureImportance == ["ret_1": .number(0.75), "vol_5": .number(0.25)])
        #expect(metadata.parameters["feature_preset"] == .string("basic"))
    }

    // R134, R138, R139, R140
    @Test func `C17, C21: statuses come with the rows, and the newest production row counts`() throws {
        var folder = try PythonFolder()
        try folder.add("a1", model: Self.forest, at: "2025-11-10T00:00:00+00:00", status: "production")
        try folder.add("a2", model: Self.forest, at: "2025-11-12T03:00:00+03:00", status: "production")
        try folder.add("a3", model: Self.forest, at: "2025-11-13", status: "candidate")
        try folder.add("a4", model: Self.forest, at: "20251101_120000", status: "archived")
        try folder.add("a5", model: nil, at: "2025-11-14T00:00:00Z", status: "failed", metadata: nil)
        let report = try adopt(folder)
        #expect(report.isComplete, "\(report)")
        #expect(report.adopted == 4 && report.failedTrainings == 1)
        #expect(report.promotions.map(\.modelID.text) == ["a2"])
        #expect(report.notes == ["rf.BTC-USDT.15m: a1 was in production as well; a2 is newer and counts (C21)"])
        let statuses = try ["a1", "a2", "a3", "a4", "a5"].map { try version($0).status }
        #expect(statuses == [.success, .production, .candidate, .archived, .failed])
        #expect(try version("a2").createdAt.iso8601 == "2025-11-12T00:00:00.000000Z")
        #expect(try version("a4").createdAt.iso8601 == "2025-11-01T12:00:00.000000Z")

        // Again, also after somebody has promoted another one.
        _ = try shelf.store.promote(
            try ModelID("a3"), of: try ModelName("rf.BTC-USDT.15m"), expectedGeneration: nil, actor: "test", reason: "")
        let again = try adopt(folder)
        #expect(again.isComplete && again.present == 5 && again.adopted == 0 && again.promotions.isEmpty)
        #expect(try version("a3").status == .production)
    }

    @Test func `R161, R162: rows without files or with broken ones are reported and skipped`() throws {
        var folder = try PythonFolder()
        try folder.add("gone", model: nil, at: "2025-11-10", status: "production")
        try folder.add("bare", model: Self.forest, at: "2025-11-10", status: "success", metadata: nil)
        try folder.add("torn", model: Self.forest, at: "2025-11-10", status: "success")
        try folder.write("\u{80}\u{4}nothing", "model.joblib", of: "torn")
        try folder.add("odd", model: Self.forest, at: "2025-11-10", status: "success", metadata: "{")
        try folder.add("when", model: Self.forest, at: "yesterday", status: "success")
        try folder.add("what", model: Self.forest, at: "2025-11-10", status: "shadow")
        try folder.add("good", model: Self.forest, at: "2025-11-10", status: "success")
        let report = try adopt(folder)
        #expect(!report.isComplete)
        #expect(report.missing == 2 && report.refused == 4 && report.adopted == 1, "\(report)")
        #expect(report.promotions.isEmpty)
        #expect(try shelf.store.versions(of: nil, limit: 10).map(\.modelID.text) == ["good"])
        #expect(
            report.rows[4].result
                == .refused(reason: "created_at 'yesterday' found, a time such as 2025-11-12T12:00:00 expected"))
    }

    @Test func `R28: neither a row's path nor a link leads out of the registry`() throws {
        var folder = try PythonFolder()
        let outside = try TemporaryFolder()
        try FileManager.default.copyItem(
            atPath: try ImportSamples.file(Self.forest, ".joblib"), toPath: outside.file("model.joblib"))
        try folder.add("a", model: nil, at: "2025-11-10", status: "success")
        folder.entries[0].path = "../\(outside.path.split(separator: "/").last ?? "")"
        try folder.add("b", model: nil, at: "2025-11-10", status: "success")
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/outputs/ml_models/b/model.joblib",
            withDestinationPath: outside.file("model.joblib"))
        let report = try adopt(folder)
        #expect(report.refused == 2, "\(report)")
        for row in report.rows {
            guard case .refused(let reason) = row.result else { continue }
            #expect(reason.contains("Path traversal attempt detected"))
        }
    }

    @Test func `C11: an id that cannot be one here gets another, and is told; a taken id stays`() throws {
        var folder = try PythonFolder()
        try folder.add("BTC/USDT_15m_rf_1", model: Self.forest, at: "2025-11-10", status: "success")
        let report = try adopt(folder)
        #expect(report.notes == ["'BTC/USDT_15m_rf_1' is 'BTC-USDT_15m_rf_1' here: no legal model_id"])
        let metadata = try #require(try shelf.directory.metadata(of: try ModelID("BTC-USDT_15m_rf_1")))
        #expect(metadata.parameters["original_model_id"] == .string("BTC/USDT_15m_rf_1"))

        var other = try PythonFolder()
        try other.add("BTC-USDT_15m_rf_1", model: "sklearn-1.7.2/iforest_auto", at: "2025-11-10", status: "success")
        #expect(try adopt(other).refused == 1)
    }

    @Test func `a dry run reads and converts everything and writes nothing`() throws {
        var folder = try PythonFolder()
        try folder.add("a", model: Self.forest, at: "2025-11-10", status: "production")
        let report = try adopt(folder, isDryRun: true)
        #expect(report.isDryRun && report.adopted == 1 && report.promotions.count == 1)
        #expect(try shelf.store.headVersion() == 0)
        #expect(try shelf.directory.list().isEmpty)
    }

    @Test func `a folder that a killed run left without a row is taken by the next`() throws {
        var folder = try PythonFolder()
        try folder.add("a", model: Self.forest, at: "2025-11-10", status: "production")
        #expect(try adopt(folder, isDryRun: false).adopted == 1)
        let other = try SQLiteRegistryStore.open(path: shelf.folder.file("other.sqlite"))
        let report = RegistryAdoption(
            try PythonRegistry(folder.path), store: other, directory: shelf.directory,
            options: .init(isDryRun: false, limits: ImportLimits(), actor: "test")
        ).run()
        #expect(report.isComplete && report.adopted == 1, "\(report)")
        #expect(try other.version(try ModelID("a"))?.status == .production)
    }

    @Test func `a row that stands twice counts once, with its last line`() throws {
        var folder = try PythonFolder()
        try folder.add("a", model: Self.forest, at: "2025-11-10", status: "success")
        folder.entries.append(folder.entries[0])
        folder.entries[1].status = "candidate"
        let report = try adopt(folder)
        #expect(report.adopted == 1 && report.notes == ["line 2: 'a' stands again in line 3, which counts"])
        #expect(try version("a").status == .candidate)
    }

    @Test func `a folder without an index is refused`() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: ArtifactError.self) { try PythonRegistry(folder.path) }
        #expect(error?.code == .notFound)
    }

    @Test func `the command: counts, index of its own, exit status`() throws {
        var folder = try PythonFolder()
        try folder.add("a", model: Self.forest, at: "2025-11-10", status: "production", sharpe: "2.5")
        try folder.add("gone", model: nil, at: "2025-11-11", status: "success")
        try folder.writeIndex()
        func run(_ more: String...) throws -> ProgramRun {
            try ProgramRun(
                "hearth", ["registry", "import", folder.path, "--models-dir", shelf.directory.path] + more)
        }
        let first = try run()
        #expect(first.status == 1)
        #expect(first.output.contains("line 3, gone: missing: "))
        #expect(first.output.contains("rf.BTC-USDT.15m: a is in production\n"))
        let counts = "0 failed trainings taken, 0 were here before, 1 missing, 0 refused"
        #expect(first.output.contains("1 versions taken, \(counts)"), "\(first)")
        let index = try String(contentsOfFile: "\(shelf.directory.path)/registry_index.csv", encoding: .utf8)
        #expect(index.contains("a,BTC/USDT,15m,rf,2025-11-10T00:00:00.000000Z,a,,1.25,production\n"), "\(index)")
        let second = try #require(try run("--json").json() as? [String: Any])
        #expect(second["present"] as? Int == 1 && second["missing"] as? Int == 1)
        let same = try ProgramRun(
            "hearth", ["registry", "import", folder.path, "--models-dir", "\(folder.path)/outputs/ml_models"])
        #expect(same.status == 64, "\(same)")
    }
}
