import Foundation
import Glibc
import HearthArtifacts
import HearthClient
import HearthCore
import HearthRegistry
import HearthRegistryPostgres
import HearthServing
import HearthTestSupport
import Testing

/// The program with its registry in a PostgreSQL of its own that is stopped and started (R74).
@Suite(.serialized, .timeLimit(.minutes(3))) struct RegistryOutageTests {
    /// A model directory whose registry is in PostgreSQL, with two versions of one series.
    private final class Place {
        let server: PostgresServer
        let database: String
        let shelf: ModelShelf
        let store: PostgresRegistryStore
        var ids: [ModelID] = []
        var scores: [String: Double] = [:]

        init() throws {
            server = try PostgresServer()
            database = try server.makeDatabase()
            let location = try PostgresLocation(database)
            try PostgresSchema(location, pause: { _ in }).upgrade()
            store = PostgresRegistryStore(location)
            shelf = try ModelShelf()
            for seed in 1...2 {
                let definition = SampleModels.isolationForest(seed: UInt64(seed))
                let id = try shelf.publish(definition, series: ServedForest.series)
                let version = try #require(try shelf.store.version(id))
                try store.register(version, actor: "test")
                ids.append(id)
                scores[id.text] = try ModelShelf.expected(definition, rows: ServedForest.row)[0]
            }
        }

        deinit { server.end() }

        var knownGoodPath: String { "\(shelf.directory.path)/\(KnownGoodFile.name)" }

        func promote(_ index: Int) throws {
            _ = try store.promote(
                ids[index], of: ModelName(ServedForest.model), expectedGeneration: nil, actor: "test", reason: "")
        }

        func start(_ arguments: [String] = []) throws -> HearthdProcess {
            try HearthdProcess(shelf: shelf, arguments: ["--registry", database] + arguments)
        }
    }

    /// Waits until `condition` holds; false when it does not within 30 seconds.
    private static func eventually(_ condition: () throws -> Bool) -> Bool {
        let deadline = MonotonicTime.now().advanced(byNanoseconds: 60_000_000_000)
        while MonotonicTime.now() < deadline {
            if (try? condition()) == true { return true }
            poll(nil, 0, 10)
        }
        return false
    }

    private static func answering(_ program: HearthdProcess) throws -> String {
        try program.client().predict(model: ServedForest.model, rows: ServedForest.row).modelVersion
    }

    private static func fromKnownGood(_ program: HearthdProcess) throws -> UInt64? {
        try program.client().stats().counters.first { $0.name == "from_last_known_good" }?.value
    }

    @Test func `R74 a start without the database serves the last known good set, and the registry when it is back`()
        throws
    {
        let place = try Place()
        try place.promote(0)
        let first = try place.start()
        #expect(Self.eventually { FileManager.default.fileExists(atPath: place.knownGoodPath) })
        first.send(SIGTERM)
        #expect(first.waitForExit() == 0)

        place.server.stop()
        let program = try place.start()
        #expect(program.line(containing: "serving the last known good set until the registry can be read") != nil)
        let answer = try program.client().predict(model: ServedForest.model, rows: ServedForest.row)
        #expect(answer.modelVersion == place.ids[0].text)
        #expect(try Self.fromKnownGood(program) == 1)
        #expect(try program.client().stats().headVersion == -1)

        let caller = try Caller(socketPath: program.socketPath, scores: place.scores)
        try place.server.start()
        #expect(Self.eventually { (try? place.promote(1)) != nil })
        #expect(Self.eventually { try Self.answering(program) == place.ids[1].text })
        #expect(program.line(containing: "serving what the registry says") != nil)
        #expect(try Self.fromKnownGood(program) == 0)
        #expect(caller.stop().failures.isEmpty)
    }

    @Test func `R74 a damaged last known good set is not served`() throws {
        let place = try Place()
        try place.promote(0)
        let first = try place.start()
        #expect(Self.eventually { FileManager.default.fileExists(atPath: place.knownGoodPath) })
        first.send(SIGTERM)
        #expect(first.waitForExit() == 0)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: place.knownGoodPath))
        bytes[bytes.count / 2] ^= 0x10
        try bytes.write(to: URL(fileURLWithPath: place.knownGoodPath))

        place.server.stop()
        let program = try place.start()
        #expect(program.line(containing: "last known good set cannot be used") != nil)
        #expect(throws: HearthError.self) {
            try program.client(timeout: .seconds(1)).predict(model: ServedForest.model, rows: ServedForest.row)
        }
        try place.server.start()
        #expect(Self.eventually { try Self.answering(program) == place.ids[0].text })
    }

    @Test func `R74 R110 a server goes on while the database is away, and measurements wait for it`() throws {
        let place = try Place()
        try place.promote(0)
        let program = try place.start()
        let caller = try Caller(socketPath: program.socketPath, scores: place.scores)
        func count(_ name: String) throws -> Int {
            try place.store.metrics(name, since: Timestamp(microseconds: 0), limit: 100).count
        }
        #expect(Self.eventually { try count("model_load_time") == 1 }, "R110 a row per load")
        #expect(Self.eventually { try place.store.leases(at: .now()) == [place.ids[0]] }, "C15 what is held is leased")
        place.server.stop()
        #expect(program.line(containing: "registry cannot be read; serving on from memory") != nil)
        // A version asked for by its id while the database is away.
        #expect(throws: HearthError.self) {
            try program.client(timeout: .seconds(1)).predict(
                model: ServedForest.model, rows: ServedForest.row, version: place.ids[1].text)
        }
        try place.server.start()
        #expect(Self.eventually { (try? place.promote(1)) != nil })
        #expect(Self.eventually { try Self.answering(program) == place.ids[1].text })
        let outcome = caller.stop()
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        #expect(Self.eventually { try count("model_load_time") == 2 })
        program.send(SIGTERM)
        #expect(program.waitForExit() == 0)
        #expect(try count("calls") == 2)
        #expect(try count("rows") == 2, "one row of each version")
        let calls = try place.store.metrics("calls", since: Timestamp(microseconds: 0), limit: 9)
        #expect(calls.reduce(0) { $0 + $1.value } >= Double(outcome.callCount))
        #expect(try place.store.leases(at: .now()).isEmpty, "given back at the end")
    }

    @Test func `R110 nothing is measured with --no-metrics`() throws {
        let place = try Place()
        try place.promote(0)
        let program = try place.start(["--no-metrics"])
        _ = try Self.answering(program)
        program.send(SIGTERM)
        #expect(program.waitForExit() == 0)
        #expect(try place.store.metrics(nil, since: Timestamp(microseconds: 0), limit: 9).isEmpty)
    }
}
