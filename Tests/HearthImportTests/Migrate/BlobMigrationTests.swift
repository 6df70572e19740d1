import Foundation
import HearthArtifacts
import HearthCore
import HearthImport
import HearthRegistry
import HearthRegistryPostgres
import HearthTestSupport
import Testing

/// `hearth migrate blobs` against a real PostgreSQL.
@Suite struct BlobMigrationTests {
    private let table: OldTable
    private let case172 = "\(ImportSamples.corpus)/sklearn-1.7.2/iforest_auto.json"

    init() throws { table = try OldTable() }

    private func object(_ run: ProgramRun) throws -> [String: Any] { try #require(try run.json() as? [String: Any]) }

    private func bytes(_ name: String, _ ending: String) throws -> [UInt8] {
        try ImportSamples.bytes(try ImportSamples.file("sklearn-1.7.2/\(name)", ending))
    }

    /// 1 good, 2 good and joblib, 3 cut short, 4 NULL, 5 already migrated, 6 of a class of the application's own,
    /// 7 good and inactive.
    private func fill() throws {
        try table.insert(file: ImportSamples.iforest, series: "stok_seviye")
        try table.insert(bytes("iforest_contam", ".joblib"), series: "tuketim_miktar")
        try table.insert(Array(bytes("iforest_contam", ".p4.pkl").prefix(20_000)), series: "kesik")
        for series in ["bos", "tasinmis"] { try table.insert([0x80, 4, 0x4E, 0x2E], series: series) }
        try table.insert(OldTable.foreignPickle, series: "dolum_sure")
        try table.insert(bytes("iforest_feature_names", ".p4.pkl"), series: "dolum_sure", isActive: false)
        try table.upgrade()
        try table.psql(
            """
            UPDATE ml_models SET model_data = NULL WHERE id = 4;
            UPDATE ml_models SET model_data = NULL, model_path = 'tasinmis.pkl' WHERE id = 5;
            UPDATE ml_models SET created_at = NULL WHERE id = 2
            """)
    }

    // R86
    @Test func `R22 R95 R96 R114 C27 C28 rows become versions, and those that cannot are counted and named`() throws {
        try fill()
        let (old, dump) = (try table.content(), try table.dump())
        let dry = try object(table.hearth("migrate", "blobs", "--dry-run", "--json"))
        #expect(try table.dump() == dump && !FileManager.default.fileExists(atPath: table.models))

        let run = try table.hearth("migrate", "blobs", "--batch", "2")
        #expect(run.status == 1, "\(run)")
        for line in [
            "✅ Migrated: 3 models", "⚠️ Migrated, not servable: 1 models", "❌ Failed: 1 models",
            "⏭️ Skipped: 1 models (already migrated)", "➖ Without data: 1 rows", "💾 Total size: 0.1 MB",
            "row 3 (isolation_forest, kesik): failed: ", "row 6 (isolation_forest, dolum_sure): not servable, kept as ",
            "'uygulama.Model' is not among",
        ] {
            #expect(run.output.contains(line), "\(line): \(run)")
        }
        #expect(run.errors.isEmpty, "no progress bar where there is no terminal")
        #expect(
            dry["migrated"] as? Int == 3 && dry["not_servable"] as? Int == 1 && dry["failed"] as? Int == 1
                && dry["skipped"] as? Int == 1 && dry["without_data"] as? Int == 1 && dry["dry_run"] as? Bool == true)
        // C26: who reads the specification's columns sees what was there, but for a created_at that was NULL.
        try table.psql("UPDATE ml_models SET created_at = NULL WHERE id = 2")
        #expect(try table.content() == old)
        try table.psql("UPDATE ml_models SET created_at = training_date WHERE id = 2")
        #expect(
            try table.psql(
                """
                SELECT id, status, name, model_path = model_id, size_bytes > 0, length(manifest_digest)
                FROM ml_models WHERE model_id IS NOT NULL ORDER BY id
                """) == """
                    1|success|isolation_forest.stok_seviye|t|t|64
                    2|success|isolation_forest.tuketim_miktar|t|t|64
                    7|archived|isolation_forest.dolum_sure|t|t|64

                    """)
        #expect(
            try table.psql("SELECT id, model_id IS NULL, error LIKE '%uygulama.Model%' FROM ml_models WHERE id = 6")
                == "6|t|t\n")
        let kept = try table.psql("SELECT model_path FROM ml_models WHERE id = 6").dropLast()
        #expect(kept.hasPrefix("isolation_forest_dolum_sure_20251112_120000_000_") && kept.hasSuffix(".pkl"))
        #expect(try ImportSamples.bytes("\(table.models)/\(kept)") == OldTable.foreignPickle)

        let id = String(try table.psql("SELECT model_id FROM ml_models WHERE id = 1").dropLast())
        #expect(id.hasPrefix("isolation_forest_stok_seviye_20251112_120000_000_"))
        #expect(
            try ImportSamples.bytes("\(table.models)/\(id)/model.pkl") == ImportSamples.bytes(ImportSamples.iforest))
        let metadata = try #require(try ModelDirectory(table.models).metadata(of: ModelID(id)))
        #expect(metadata.metrics == ["accuracy": .number(0.95)])
    }

    @Test func `R97 a second run skips what is done, R115 scores are scikit-learn's, served from PostgreSQL`() throws {
        try table.insert(file: ImportSamples.iforest, series: "stok_seviye")
        try table.upgrade()
        let first = try table.hearth("migrate", "blobs")
        #expect(first.status == 0, "\(first)")
        let dump = try table.dump()
        let second = try object(table.hearth("migrate", "blobs", "--json"))
        #expect(second["migrated"] as? Int == 0 && second["skipped"] as? Int == 1)
        #expect(second["errors"] as? [String] == [])
        #expect(try table.dump() == dump)

        let store = PostgresRegistryStore(table.location)
        let version = try #require(try store.versions(of: nil, limit: 2).first)
        #expect(version.key == ModelKey(modelType: "isolation_forest", metricType: "stok_seviye"))
        #expect(version.accuracy == 0.95 && version.parametersJSON.contains("100"))
        #expect(try store.events(after: 0, limit: 9).map(\.kind) == [.registered])
        _ = try store.promote(version.modelID, of: version.name, expectedGeneration: 0, actor: "test", reason: "")
        let server = try RunningServer(
            modelsDirectory: table.models, socketPath: table.folder.file("hearthd.sock"), registry: table.url)
        let verify = try ProgramRun(
            "hearth",
            ["verify", version.name.text, "--served", "--against", case172, "--socket", server.socketPath])
        #expect(verify.status == 0 && !verify.output.contains("NOT EQUAL"), "\(verify)")
    }

    @Test func `C24 C26 a purge takes only what the files hold, and a downgrade brings it back`() throws {
        try fill()
        let old = try table.psql("SELECT id, md5(model_data) FROM ml_models WHERE id NOT IN (3, 4, 5) ORDER BY id")
        try table.psql("DELETE FROM ml_models WHERE id IN (3, 4, 5)")
        #expect(try table.hearth("migrate", "blobs").status == 0)
        // The Python program trained row 2 anew; somebody changed the file of row 7.
        try table.psql("UPDATE ml_models SET model_data = '\\x00' WHERE id = 2")
        let ids = try table.psql("SELECT model_id FROM ml_models WHERE id IN (1, 2, 7) ORDER BY id").split(
            separator: "\n")
        let file = URL(filePath: "\(table.models)/\(ids[2])/model.pkl")
        let good = try Data(contentsOf: file)
        try (good.dropLast() + [0]).write(to: file)
        let dry = try object(table.hearth("migrate", "blobs", "--purge-blobs", "--dry-run", "--json"))
        #expect(dry["purged"] as? Int == 2 && dry["not_purged"] as? Int == 2)
        let run = try table.hearth("migrate", "blobs", "--purge-blobs")
        #expect(run.status == 1 && run.output.contains("Purged: 2 rows"), "\(run)")
        #expect(run.output.contains("row 2 (\(ids[1])): not purged: model_data is not what is in the file"), "\(run)")
        #expect(run.output.contains("row 7 (\(ids[2])): not purged: ") && run.output.contains("kept: 2 rows"))
        #expect(
            try table.psql("SELECT id FROM ml_models WHERE model_data IS NULL ORDER BY id") == "1\n6\n")

        try good.write(to: file)
        let pickle = try table.server.share(bytes("iforest_contam", ".joblib"))
        try table.psql("UPDATE ml_models SET model_data = pg_read_binary_file('\(pickle)') WHERE id = 2")
        #expect(try table.hearth("migrate", "blobs", "--purge-blobs").status == 0)
        #expect(try table.psql("SELECT count(model_data) FROM ml_models") == "0\n")
        #expect(try table.hearth("db", "downgrade", "--to", "1").status == 0)
        #expect(try table.psql("SELECT id, md5(model_data) FROM ml_models ORDER BY id") == old)

        // Once more there and back: the same ids, the same folders.
        let folders = try FileManager.default.contentsOfDirectory(atPath: table.models).sorted()
        #expect(try table.hearth("db", "upgrade").status == 0)
        #expect(try table.hearth("migrate", "blobs").status == 0)
        #expect(
            try table.psql("SELECT model_id FROM ml_models WHERE id IN (1, 2, 7) ORDER BY id").split(separator: "\n")
                == ids)
        #expect(try FileManager.default.contentsOfDirectory(atPath: table.models).sorted() == folders)
    }

    @Test func `R68 R69 limits are a row's failure that names the option`() throws {
        try table.insert(file: ImportSamples.iforest, series: "stok_seviye")
        try table.upgrade()
        let large = try table.hearth("migrate", "blobs", "--max-file-size", "1000")
        #expect(large.status == 1 && large.output.contains("raise the limit with --max-file-size 1MiB"), "\(large)")
        let full = try table.hearth("migrate", "blobs", "--max-total-size", "1000")
        #expect(full.status == 1 && full.output.contains("raise the quota with --max-total-size"), "\(full)")
        let dry = try table.hearth("migrate", "blobs", "--dry-run", "--max-total-size", "1000")
        #expect(dry.status == 0 && dry.output.contains("raise it with --max-total-size"), "\(dry)")
        #expect(try table.hearth("migrate", "blobs").status == 0)
    }

    @Test func `one run at a time, on an upgraded PostgreSQL`() throws {
        try table.insert(file: ImportSamples.iforest, series: "stok_seviye")
        let early = try table.hearth("migrate", "blobs")
        #expect(early.status == 1 && early.errors.contains("hearth db upgrade"), "\(early)")
        try table.upgrade()
        try withExtendedLifetime(try PostgresBlobTable(table.location)) {
            let second = try table.hearth("migrate", "blobs")
            #expect(second.status == 1 && second.errors.contains("another program is moving models"), "\(second)")
        }
        let sqlite = try ProgramRun("hearth", ["migrate", "blobs", "--models-dir", table.folder.path])
        #expect(sqlite.status == 64 && sqlite.errors.contains("A SQLite registry has no pickles"), "\(sqlite)")
        #expect(try table.hearth("migrate", "blobs", "--batch", "0").status == 64)
    }

    @Test func `two series whose names would be the same are a conflict, and so is a row that changed`() throws {
        try table.insert(file: ImportSamples.iforest, series: "stok seviye")
        try table.insert(file: ImportSamples.iforest, series: "stok-seviye")
        try table.upgrade()
        let run = try table.hearth("migrate", "blobs")
        #expect(run.status == 1 && run.output.contains("✅ Migrated: 1 models"), "\(run)")
        #expect(run.output.contains("row 2 (isolation_forest, stok-seviye): failed: "), "\(run)")
        #expect(try ModelDirectory(table.models).list().count == 1, "nothing of a failed row stays")

        let store = PostgresRegistryStore(table.location)
        let version = ModelVersion(
            modelID: try ModelID("a"), name: try ModelName("a"), key: ModelKey(modelType: "a"), status: .success,
            path: "a", trainingDate: .now(), createdAt: .now())
        let error = #expect(throws: RegistryError.self) {
            try store.adopt(row: 2, as: version, blobDigest: Array(repeating: 0, count: 32), actor: "test")
        }
        #expect(error?.code == .conflict)
        #expect(try store.registeredModels().count == 1)
    }
}
