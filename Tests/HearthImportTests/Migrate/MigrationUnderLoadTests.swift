import Foundation
import Glibc
import HearthClient
import HearthCore
import HearthImport
import HearthRegistry
import HearthRegistryPostgres
import HearthTestSupport
import Synchronization
import Testing

/// The whole way of an application's table, there and back, while a server answers.
@Suite struct MigrationUnderLoadTests {
    private let case172 = "\(ImportSamples.corpus)/sklearn-1.7.2/iforest_auto.json"

    /// About five hundred calls a second.
    private static let pauseMilliseconds: Int32 = 2

    @Test func `R5 R114 migrate, promote, roll back, purge and downgrade: no call fails, every score is the same`()
        throws
    {
        let table = try OldTable()
        try table.insert(file: ImportSamples.iforest, series: "stok_seviye")
        try table.upgrade()
        #expect(try table.hearth("migrate", "blobs").status == 0)
        let store = PostgresRegistryStore(table.location)
        let first = try #require(try store.versions(of: nil, limit: 1).first)
        _ = try store.promote(first.modelID, of: first.name, expectedGeneration: 0, actor: "test", reason: "")
        let server = try RunningServer(
            modelsDirectory: table.models, socketPath: table.folder.file("hearthd.sock"), registry: table.url)

        let expectation = try Expectation(path: case172)
        let row = expectation.rows.cells.prefix(expectation.rows.width).compactMap { Double("\($0)") }
        let client = HearthClient(.patient(server.socketPath))
        let name = first.name.text
        let isOver = Atomic(false)
        let seen = Mutex((scores: Set<UInt64>(), versions: Set<String>(), failures: [String](), calls: 0))
        let load = try SystemThread(name: "load") {
            let predictor = client.predictor(for: name)
            while !isOver.load(ordering: .relaxed) {
                do {
                    let answer = try predictor.predict(row)
                    seen.withLock { seen in
                        seen.calls += 1
                        seen.scores.insert(answer.value.bitPattern)
                        seen.versions.insert(answer.modelVersion)
                    }
                } catch {
                    seen.withLock { $0.failures.append("\(error)") }
                }
                poll(nil, 0, Self.pauseMilliseconds)
            }
        }
        defer { load.join() }
        do {
            defer { isOver.store(true, ordering: .relaxed) }
            for _ in 0..<10 { try table.insert(file: ImportSamples.iforest, series: "stok_seviye") }
            #expect(try table.hearth("migrate", "blobs", "--batch", "3").status == 0)
            let newest = try #require(try store.versions(of: first.name, limit: 1).first)
            #expect(newest.modelID != first.modelID)
            _ = try store.promote(newest.modelID, of: first.name, expectedGeneration: 1, actor: "test", reason: "")
            #expect(Self.eventually { seen.withLock { $0.versions.contains(newest.modelID.text) } })
            _ = try store.rollback(first.name, expectedGeneration: 2, actor: "test", reason: "")
            #expect(try table.hearth("migrate", "blobs", "--purge-blobs").status == 0)
            // R1: no BLOB is left, and the files answer.
            #expect(try table.psql("SELECT count(*), count(model_data) FROM ml_models") == "11|0\n")
            #expect(try table.hearth("db", "downgrade", "--to", "1").status == 0)
            #expect(try table.psql("SELECT count(*), count(model_data) FROM ml_models") == "11|11\n")
            // Without a registry the server answers from memory.
            let calls = seen.withLock(\.calls)
            #expect(Self.eventually { seen.withLock(\.calls) > calls + 100 })
        }
        load.join()
        seen.withLock { seen in
            #expect(seen.failures == [])
            #expect(seen.scores.count == 1 && seen.versions.count == 2)
        }
    }

    private static func eventually(_ condition: () -> Bool) -> Bool {
        let deadline = MonotonicTime.now().advanced(byNanoseconds: 60_000_000_000)
        while MonotonicTime.now() < deadline {
            if condition() { return true }
            poll(nil, 0, 10)
        }
        return false
    }
}
