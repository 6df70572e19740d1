import Foundation
import HearthArtifacts
import HearthCore
import HearthImport
import HearthRegistry
import HearthRegistryPostgres
import HearthTestSupport
import Testing

/// Migrations that are killed, and what the next run makes of what they leave.
@Suite struct BlobCrashTests {
    private let table: OldTable

    init() throws {
        table = try OldTable()
        try table.insert(file: ImportSamples.iforest, series: "stok_seviye")
        try table.insert(OldTable.foreignPickle, series: "dolum_sure")
        try table.insert(file: ImportSamples.iforest, series: "stok_seviye")
        try table.upgrade()
    }

    /// Every version of the registry has its files, every folder its version, every row its bytes somewhere.
    private func check(_ original: [Int64: String]) throws {
        let directory = try ModelDirectory(table.models, create: true)
        let versions = try PostgresRegistryStore(table.location).versions(of: nil, limit: 10)
        for version in versions { #expect(try directory.open(version.modelID).manifest.name == version.name) }
        for row in try PostgresBlobTable(table.location).rowsWithoutBlob(after: 0, limit: 10) {
            let path = try #require(row.path)
            let file: ModelFile
            switch try directory.model(named: path) {
            case .file(let name): file = try directory.readOriginal(name)
            case .version(let id):
                file = try directory.read(try #require(try directory.importedFile(of: id)), of: id)
            }
            #expect("\(file.digest)" == original[row.id])
        }
    }

    @Test(arguments: MigrationFaultPoint.all.map(\.name))
    func `R97 a run that is killed at any step leaves nothing half done, and the next one ends it`(
        point: String
    ) throws {
        let digests = try table.psql("SELECT id, encode(sha256(model_data), 'hex') FROM ml_models ORDER BY id")
        let original = Dictionary(
            uniqueKeysWithValues: digests.split(separator: "\n").map { line in
                let parts = line.split(separator: "|")
                return (Int64(parts[0]) ?? 0, String(parts[1]))
            })
        let killed = try table.hearth(
            "migrate", "blobs", "--purge-blobs", environment: ["HEARTH_FAULT_POINT": point])
        #expect(killed.status == -SIGKILL, "\(killed)")
        try check(original)
        let again = try table.hearth("migrate", "blobs", "--purge-blobs", "--json")
        #expect(again.status == 0, "\(again)")
        try check(original)
        #expect(
            try table.psql(
                "SELECT count(*), count(model_data), count(model_path), count(model_id) FROM ml_models") == "3|0|3|2\n")
        let directory = try ModelDirectory(table.models)
        let known = try PostgresRegistryStore(table.location).versions(of: nil, limit: 10).map(\.modelID)
        #expect(try directory.list().map(\.id.text).sorted() == known.map(\.text).sorted(), "no orphan")
        let files = try FileManager.default.contentsOfDirectory(atPath: table.models).filter { $0.hasSuffix(".pkl") }
        #expect(files.count == 1)
    }

    @Test func `R97 a database that goes away ends the run with a report, and the next one ends the work`() throws {
        let server = try PostgresServer()
        defer { server.end() }
        let table = try OldTable(server)
        for series in ["a", "b", "c"] { try table.insert(file: ImportSamples.iforest, series: series) }
        try table.upgrade()
        let directory = try ModelDirectory(table.models, create: true)
        let options = BlobMigration.Options(
            isDryRun: false, batch: 10, limits: ImportLimits(), purgesBlobs: false, actor: "test")
        var convertedCount = 0
        let report = try BlobMigration(
            PostgresBlobTable(table.location), PostgresRegistryStore(table.location), directory, options: options
        ).run(
            BlobMigration.Observer(faults: { point in
                if point == .converted { convertedCount += 1 }
                if convertedCount == 2, point == .publishing(.directorySynchronized) { server.stop() }
            }))
        #expect(report.migrated == 1 && report.failed == 1 && convertedCount == 2)
        #expect(report.stopReason != nil && !report.isComplete)
        try server.start()
        let store = PostgresRegistryStore(table.location)
        let again = try BlobMigration(PostgresBlobTable(table.location), store, directory, options: options).run()
        #expect(again.migrated == 2 && again.skipped == 1 && again.isComplete)
        #expect(try directory.list().map(\.id).count == 3 && store.versions(of: nil, limit: 9).count == 3)
    }

    @Test func `an unknown fault point is refused`() throws {
        let run = try table.hearth("migrate", "blobs", environment: ["HEARTH_FAULT_POINT": "here"])
        #expect(run.status == 1 && run.errors.contains("expected one of rowRead"), "\(run)")
    }

    @Test func `rows come one at a time, however large they are together`() throws {
        try table.psql(
            """
            INSERT INTO ml_models (model_type, metric_type, model_data, training_date)
            SELECT 'isolation_forest', 'buyuk', decode(repeat('00', 5000000), 'hex'), NOW() FROM generate_series(1, 40)
            """)
        let blobs = try PostgresBlobTable(table.location)
        // From here on the peak is this test's.
        try "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
        let before = try Self.kibibytes("VmRSS:")
        var (count, byteCount) = (0, 0)
        try blobs.forEachBlob(after: 3, limit: 1000, byteCountMax: 10_000_000) { _, row in
            count += 1
            byteCount += (try? row.get())?.data?.count ?? 0
            return true
        }
        #expect(count == 40 && byteCount == 200_000_000)
        #expect(try Self.kibibytes("VmHWM:") - before < 100_000, "two rows and some room, not forty")
        var seen = 0
        try blobs.forEachBlob(after: 3, limit: 1000, byteCountMax: 1) { _, row in
            seen += 1
            #expect((try? row.get())?.byteCount == 5_000_000 && (try? row.get())?.data == nil)
            return seen < 3
        }
        #expect(seen == 3)
        #expect(try blobs.counts().waiting == 43, "the connection goes on after an early end")
    }

    private static func kibibytes(_ key: String) throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
        return Int(line?.split(whereSeparator: { !$0.isNumber }).first ?? "") ?? -1
    }
}
