import Foundation
import HearthCore
import HearthRegistry
import HearthRegistrySQLite
import HearthTestSupport
import Synchronization
import Testing

/// A database that other hands have been in: nothing in it stops the process, and each call says what is wrong.
@Suite struct SQLiteDamageTests {
    private final class Reports: Sendable {
        let all = Mutex<[RegistryError]>([])
    }

    private let folder: TemporaryFolder
    private let path: String
    private let reports = Reports()
    private let store: SQLiteRegistryStore
    private let name: ModelName

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file(SQLiteRegistryStore.fileName)
        let reports = reports
        store = try SQLiteRegistryStore.open(
            path: path, options: .init(reportDamage: { error in reports.all.withLock { $0.append(error) } }))
        name = try Sample.name()
        for number in 1...3 { try store.register(Sample.version(number), actor: "trainer") }
        for number in 1...2 {
            _ = try store.promote(Sample.id(number), of: name, expectedGeneration: nil, actor: "ali", reason: "")
        }
    }

    @Test(
        arguments: [
            "model_id = '../../etc/passwd'", "model_id = ''", "name = char(0)", "status = 'staging'",
            "created_at = -9223372036854775808", "training_date = 9223372036854775807", "promoted_at = 1e18",
        ])
    func `C22 a damaged version is left out of listings and reported`(_ damage: String) throws {
        try RawDatabase(path).execute("UPDATE ml_models SET \(damage) WHERE model_id = '\(Sample.id(3))'")
        let ids = try store.versions(of: nil, limit: 3).map(\.modelID)
        #expect(try ids == [Sample.id(2), Sample.id(1)])
        let reports = reports.all.withLock { $0 }
        #expect(reports.count == 1)
        #expect(reports.first?.code == .corrupt)
        #expect(reports.first?.message.hasPrefix("\(path): ml_models.") == true)
    }

    @Test func `a damaged version asked for by id is an error`() throws {
        try RawDatabase(path).execute("UPDATE ml_models SET status = 'staging' WHERE model_id = '\(Sample.id(3))'")
        let id = try Sample.id(3)
        let error = failure { () throws(RegistryError) in try store.version(id) }
        #expect(error?.code == .corrupt)
        #expect(
            error?.message == "\(path): ml_models.status is \"staging\", expected a word that this program knows")
    }

    @Test(
        arguments: [
            "UPDATE production_pointers SET model_id = 'a/b'", "UPDATE production_pointers SET changed_at = 1 << 62",
            "UPDATE production_pointers SET previous_model_id = ''", "UPDATE production_pointers SET name = ' '",
            "DELETE FROM registry_head",
        ])
    func `a damaged pointer or head is an error of the snapshot, never a missing model`(_ damage: String) throws {
        try RawDatabase(path).execute(damage)
        #expect(failure { () throws(RegistryError) in try store.productionSnapshot() }?.code == .corrupt)
    }

    @Test func `an event of an unknown kind is left out and reported`() throws {
        try RawDatabase(path).execute("UPDATE registry_events SET kind = 'frozen' WHERE head_version = 2")
        #expect(try store.events(after: 0, limit: 3).map(\.headVersion) == [1, 3, 4])
        #expect(reports.all.withLock { $0.map(\.code) } == [.corrupt])
    }

    @Test func `a damaged registered model is left out and reported`() throws {
        try RawDatabase(path).execute("INSERT INTO registered_models VALUES ('ş', 'x', NULL, NULL, NULL, 0)")
        #expect(try store.registeredModels().map(\.name) == [name])
        #expect(reports.all.withLock { $0.count } == 1)
    }

    @Test func `a head that cannot grow is an error and changes nothing`() throws {
        let raw = try RawDatabase(path)
        try raw.execute("UPDATE registry_head SET version = 9223372036854775807")
        let version = try Sample.version(4)
        #expect(failure { () throws(RegistryError) in try store.register(version, actor: "a") }?.code == .corrupt)
        #expect(try raw.integer("SELECT COUNT(*) FROM ml_models") == 3)
    }

    @Test func `a head behind its events is an error and changes nothing`() throws {
        let raw = try RawDatabase(path)
        try raw.execute("UPDATE registry_head SET version = 2")
        let version = try Sample.version(4)
        #expect(failure { () throws(RegistryError) in try store.register(version, actor: "a") }?.code == .corrupt)
        #expect(try raw.integer("SELECT COUNT(*) FROM ml_models") == 3)
    }

    @Test func `a generation that cannot grow is an error`() throws {
        try RawDatabase(path).execute("UPDATE production_pointers SET generation = 9223372036854775807")
        let id = try Sample.id(3)
        let error = failure { () throws(RegistryError) in
            try store.promote(id, of: name, expectedGeneration: nil, actor: "a", reason: "")
        }
        #expect(error?.code == .corrupt)
    }

    @Test func `a status changed by hand is mended by promoting again`() throws {
        try RawDatabase(path).execute("UPDATE ml_models SET status = 'success'")
        let pointer = try store.promote(
            Sample.id(2), of: name, expectedGeneration: 2, actor: "ali", reason: "mend")
        #expect(pointer.generation == 3)
        #expect(try pointer.previousModelID == Sample.id(1))
        #expect(try store.version(Sample.id(2))?.status == .production)
    }

    @Test func `a rollback target that was archived by hand is refused`() throws {
        try RawDatabase(path).execute("UPDATE ml_models SET status = 'archived' WHERE model_id = '\(Sample.id(1))'")
        let error = failure { () throws(RegistryError) in
            try store.rollback(name, expectedGeneration: nil, actor: "a", reason: "")
        }
        #expect(error?.code == .refused)
        #expect(try error?.message == "\(Sample.id(1)) is archived")
    }

    @Test func `a rollback target whose row is gone is not found`() throws {
        try RawDatabase(path).execute("DELETE FROM ml_models WHERE model_id = '\(Sample.id(1))'")
        let error = failure { () throws(RegistryError) in
            try store.rollback(name, expectedGeneration: nil, actor: "a", reason: "")
        }
        #expect(error?.code == .notFound)
    }

    @Test func `no flipped byte and no cut stops the process`() throws {
        try RawDatabase(path).execute("PRAGMA wal_checkpoint(TRUNCATE)")
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        var generator = SplitMix(state: 20_251_112)
        for round in 0..<300 {
            var bytes = whole
            if round % 5 == 0 {
                bytes = bytes.prefix(Int.random(in: 0...whole.count, using: &generator))
            } else {
                // Half of the rounds hit the first page: header and schema.
                let end = round % 2 == 0 ? 4096 : bytes.count
                for _ in 0..<(1 << (round % 7)) {
                    bytes[Int.random(in: 0..<end, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
                }
            }
            let place = try SQLitePlace()
            try bytes.write(to: URL(fileURLWithPath: place.path))
            Self.exercise(place.path, .readOnly)
            Self.exercise(place.path, .readWrite)
        }
    }

    /// Calls everything; what it returns or throws does not matter.
    private static func exercise(_ path: String, _ mode: SQLiteRegistryStore.Mode) {
        guard let store = try? SQLiteRegistryStore.open(path: path, mode: mode) else { return }
        _ = try? store.headVersion()
        _ = try? store.changeHint()
        _ = try? store.productionSnapshot()
        _ = try? store.registeredModels()
        _ = try? store.versions(of: nil, limit: 100)
        _ = try? store.events(after: 0, limit: 100)
        _ = try? store.version(Sample.id(1))
        _ = try? store.register(Sample.version(9), actor: "a")
        _ = try? store.promote(Sample.id(3), of: Sample.name(), expectedGeneration: nil, actor: "a", reason: "")
        _ = try? store.rollback(Sample.name(), expectedGeneration: nil, actor: "a", reason: "")
        _ = try? store.archive(Sample.id(9), actor: "a", reason: "")
    }
}

/// A small seeded generator, so that a failing round can be run again.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
