import Foundation
import HearthArtifacts
import HearthCore
import HearthImport
import HearthRegistry
import HearthRegistryPostgres
import HearthServing
import HearthTestSupport
import Testing

/// `hearth db` against a real PostgreSQL, and against SQLite.
@Suite struct DbCommandTests {
    private let table: OldTable

    init() throws { table = try OldTable() }

    private func object(_ run: ProgramRun) throws -> [String: Any] { try #require(try run.json() as? [String: Any]) }

    @Test func `R43 R94 status and upgrade of a table that a Python program made`() throws {
        try table.insert(file: ImportSamples.iforest, series: "stok_seviye")
        let before = try table.hearth("db", "status", "--json")
        #expect(before.status == 2, "\(before)")
        let old = try object(before)
        #expect(old["ml_models"] as? String == "old" && old["pending"] as? Int == 4)
        #expect((old["rows"] as? [String: Any])?["blob_only"] as? Int == 1)
        let steps = try #require(old["steps"] as? [[String: Any]])
        #expect(steps.compactMap { $0["name"] as? String } == ["ml_models", "model_path", "registry", "ml_metrics"])
        #expect(steps.allSatisfy { ($0["checksum"] as? String)?.count == 16 && $0["applied_at"] is NSNull })
        #expect(try table.hearth("db", "status").output.contains("as a Python program made it"))

        let upgrade = try table.hearth("db", "upgrade")
        #expect(upgrade.status == 0 && upgrade.output.contains("4 steps applied"), "\(upgrade)")
        #expect(upgrade.output.contains("1 models are in rows only; make them files with: hearth migrate blobs"))
        #expect(try table.hearth("db", "upgrade").output.contains("nothing to do"))
        let after = try table.hearth("db", "status")
        #expect(after.status == 0 && after.output.contains("all steps are applied"), "\(after)")
    }

    @Test func `R44 R100 C23 a downgrade puts files back and restores the old shape and bytes`() throws {
        try table.insert(file: ImportSamples.iforest, series: "stok_seviye")
        try table.insert([1, 2, 3], series: "tuketim_miktar", type: "z_score")
        let (shape, content) = (try table.shape(), try table.content())
        try table.upgrade()
        let directory = try ModelDirectory(table.models, create: true)
        try directory.keep(ModelFile(bytes: [1, 2, 3], path: "x", fileByteCountMax: 10), as: "old.pkl")
        try table.psql("UPDATE ml_models SET model_path = '\(table.models)/old.pkl', model_data = NULL WHERE id = 2")
        // A version that was imported, and a training that failed.
        let store = PostgresRegistryStore(table.location)
        _ = try ModelImporter(directory: directory, registry: store, actor: "test")
            .publish(try ModelImport.read(path: ImportSamples.iforest), as: ImportNaming(series: "dolum_sure"))
        try store.recordFailure(
            of: ModelID("failed_1"), name: ModelName("a"), key: ModelKey(modelType: "a"), error: "no",
            duration: .seconds(1), actor: "test")

        let dry = try table.hearth("db", "downgrade", "--to", "1", "--dry-run")
        #expect(dry.status == 0 && dry.output.contains("2 rows would get their file back"), "\(dry)")
        #expect(dry.output.contains("3 steps would be undone"))
        let run = try table.hearth("db", "downgrade", "--to", "1", "--batch", "1")
        #expect(run.status == 0, "\(run)")
        #expect(run.output.contains("2 rows got their file back") && run.output.contains("1 rows have no artifact"))
        #expect(run.output.contains("3 steps undone"))
        #expect(try table.shape() == shape)
        #expect(try table.content().hasPrefix(content))
        let pickle = try table.server.share(ImportSamples.bytes(ImportSamples.iforest))
        #expect(
            try table.psql(
                """
                SELECT model_data = pg_read_binary_file('\(pickle)'), is_active FROM ml_models WHERE id = 3;
                SELECT length(model_data), is_active FROM ml_models WHERE id = 4
                """) == "t|t\n0|f\n")
        #expect(try table.hearth("db", "downgrade", "--to", "0").output.contains("1 step undone"))
        #expect(try table.psql("SELECT to_regclass('hearth_migrations') IS NULL") == "t\n")
        #expect(try table.hearth("db", "upgrade").output.contains("4 steps applied"))
    }

    @Test func `a version that was trained by Hearth keeps its model and is passed over by Python`() throws {
        try table.upgrade()
        let directory = try ModelDirectory(table.models, create: true)
        let path = table.folder.file("own.hearth")
        try Data(try HearthFile.encode(try ModelImport.read(path: ImportSamples.iforest).sections()))
            .write(to: URL(filePath: path))
        let imported = try ModelImporter(
            directory: directory, registry: PostgresRegistryStore(table.location), actor: "test"
        ).publish(try ModelImport.read(path: path), as: ImportNaming(modelType: "z_score", series: "stok_seviye"))
        #expect(imported.originalName == nil)
        let run = try table.hearth("db", "downgrade", "--to", "1")
        #expect(run.status == 0 && run.output.contains("1 rows have no pickle"), "\(run)")
        let file = try table.server.share(ImportSamples.bytes("\(imported.path)/model.hearth"))
        #expect(
            try table.psql("SELECT model_data = pg_read_binary_file('\(file)'), is_active FROM ml_models") == "t|f\n")
    }

    @Test func `C23 a missing or damaged file refuses the downgrade with a count, and nothing changes`() throws {
        try table.insert([1, 2, 3], series: "a")
        try table.insert([1, 2, 3], series: "b")
        try table.insert([1, 2, 3], series: "c")
        try table.upgrade()
        let directory = try ModelDirectory(table.models, create: true)
        try directory.keep(ModelFile(bytes: [1, 2, 3], path: "x", fileByteCountMax: 10), as: "a.pkl")
        let imported = try ModelImporter(
            directory: directory, registry: PostgresRegistryStore(table.location), actor: "test"
        ).publish(try ModelImport.read(path: ImportSamples.iforest), as: ImportNaming(series: "d"))
        try Data([1]).write(to: URL(filePath: "\(imported.path)/\(try #require(imported.originalName))"))
        try table.psql(
            """
            UPDATE ml_models SET model_path = 'a.pkl', model_data = NULL WHERE id = 1;
            UPDATE ml_models SET model_path = 'gone.pkl', model_data = NULL WHERE id = 2;
            UPDATE ml_models SET model_path = '/etc/passwd', model_data = NULL WHERE id = 3
            """)
        let before = try table.dump()
        for arguments in [["--dry-run"], []] {
            let run = try ProgramRun(
                "hearth",
                ["db", "downgrade", "--to", "1", "--registry", table.url, "--models-dir", table.models] + arguments)
            #expect(run.status == 1, "\(run)")
            let text = run.output + run.errors
            #expect(text.contains("3 rows stand in the way") || text.contains("files of 3 rows without model_data"))
            #expect(text.contains("row 2: ") && text.contains("gone.pkl"), "\(run)")
            #expect(text.contains("row 3: ") && text.contains("Path traversal attempt detected"), "\(run)")
            #expect(text.contains("row 4: "), "\(run)")
            #expect(try table.dump() == before)
        }
        #expect(try PostgresSchema(table.location) { _ in }.steps().allSatisfy { $0.appliedAt != nil })
    }

    @Test func `a SQLite registry shows its steps and has no older schema`() throws {
        let path = table.folder.file("registry.sqlite")
        let missing = try ProgramRun("hearth", ["db", "status", "--registry", path])
        #expect(missing.status == 1 && missing.errors.contains("there is no registry at"), "\(missing)")
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(try ProgramRun("hearth", ["db", "upgrade", "--registry", path]).output.contains("3 steps applied"))
        #expect(try ProgramRun("hearth", ["db", "upgrade", "--registry", path]).output.contains("nothing to do"))
        let status = try object(try ProgramRun("hearth", ["db", "status", "--registry", path, "--json"]))
        #expect(status["pending"] as? Int == 0 && status["ml_models"] as? String == "registry")
        let down = try ProgramRun("hearth", ["db", "downgrade", "--to", "0", "--registry", path])
        #expect(down.status == 1 && down.errors.contains("which no older program reads"), "\(down)")
    }

    @Test func `help and command lines that are wrong`() throws {
        #expect(try ProgramRun("hearth", ["db", "--help"]).output.contains("hearth migrate blobs --purge-blobs"))
        #expect(try ProgramRun("hearth", ["db", "downgrade"]).status == 64)
        #expect(try ProgramRun("hearth", ["db", "downgrade", "--to", "-1"]).status == 64)
        let away = try ProgramRun("hearth", ["db", "status", "--registry", "postgresql://ali:geheim@127.0.0.1:1/m"])
        #expect(away.status == 1 && away.errors.contains("database m on 127.0.0.1:1"), "\(away)")
        #expect(!(away.output + away.errors).contains("geheim"))
    }
}
