import Foundation
import HearthCore
import HearthRegistry
import HearthRegistrySQLite
import HearthTestSupport
import Testing

/// What is left when the process or the machine goes away: the files as they are at that moment, taken as copies.
@Suite struct SQLiteCrashTests {
    private let place: SQLitePlace
    private let store: any RegistryStore

    init() throws {
        place = try SQLitePlace()
        store = try place.open()
        for number in 1...4 { try store.register(Sample.version(number), actor: "trainer") }
        _ = try store.promote(Sample.id(1), of: Sample.name(), expectedGeneration: 0, actor: "ali", reason: "")
        _ = try store.promote(Sample.id(2), of: Sample.name(), expectedGeneration: 1, actor: "ali", reason: "")
    }

    /// What must hold of a registry whatever happened; returns its head version.
    private func check(_ files: RegistryFiles) throws -> Int64 {
        let copy = try SQLitePlace()
        try files.write(to: copy.path)
        let store = try copy.open()
        let head = try store.headVersion()
        #expect(try store.events(after: 0, limit: 100).map(\.headVersion) == (0..<head).map { $0 + 1 })
        let inProduction = try store.versions(of: nil, limit: 100).filter { $0.status == .production }
        #expect(inProduction.map(\.modelID) == (try store.productionSnapshot().pointers.map(\.modelID)))
        #expect(try RawDatabase(copy.path).texts("PRAGMA integrity_check") == ["ok"])
        #expect(try RawDatabase(copy.path).texts("PRAGMA foreign_key_check").isEmpty)
        #expect(try store.register(Sample.version(99), actor: "trainer") == head + 1)
        return head
    }

    @Test func `every change that was reported survives a kill`() throws {
        #expect(try check(RegistryFiles(of: place.path)) == 6)
    }

    @Test func `a change that was not committed leaves nothing`() throws {
        let raw = try RawDatabase(place.path)
        // A cache of one page sends uncommitted pages to the log, as a large transaction would.
        try raw.execute("PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE registry_head SET version = 7")
        for number in 10..<200 {
            try raw.execute("INSERT INTO registry_events VALUES (\(number), 'x', hex(zeroblob(500)), '', 0, '', '', 0)")
        }
        let files = try RegistryFiles(of: place.path)
        try raw.execute("ROLLBACK")
        #expect((files.contents["-wal"]?.count ?? 0) > 100_000)
        #expect(try check(files) == 6)
    }

    @Test func `a log cut anywhere gives a state that was`() throws {
        let files = try RegistryFiles(of: place.path)
        let log = try #require(files.contents["-wal"])
        var heads: [Int64] = []
        // The log begins with the schema; from a cut inside it there is no registry yet, and one is made.
        for cut in stride(from: log.count, through: 0, by: -1000) {
            var shorter = files
            shorter.contents["-wal"] = log.prefix(cut)
            heads.append(try check(shorter))
        }
        #expect(heads == heads.sorted(by: >))
        #expect(Set(heads) == [0, 1, 2, 3, 4, 5, 6])
    }
}
