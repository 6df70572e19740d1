import Foundation
import HearthCore
import HearthRegistry
import HearthRegistryPostgres
import HearthTestSupport
import Testing

/// Processes that are killed while they promote (C21): the registry is as before or as after, and goes on.
@Suite struct PromotionCrashTests {
    /// A registry and what another process opens it by.
    private struct Fixture {
        let server: PostgresServer?
        /// Keeps the file's folder.
        let folder: TemporaryFolder?
        let location: String
        let store: any RegistryStore

        init(postgres: Bool) throws {
            if postgres {
                let server = try PostgresServer.shared()
                location = try server.makeDatabase()
                let place = try PostgresLocation(location)
                try PostgresSchema(place, pause: { _ in }).upgrade()
                store = PostgresRegistryStore(place)
                (self.server, folder) = (server, nil)
            } else {
                let place = try SQLitePlace()
                location = place.path
                store = try place.open()
                (server, folder) = (nil, place.folder)
            }
        }

        /// Runs `hearth-publish-crash promote`; its exit code, or minus the signal that ended it.
        func promote(_ number: Int, killedAt point: PromotionFaultPoint?) throws -> Int32 {
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let process = Process()
            process.executableURL = URL(fileURLWithPath: own).deletingLastPathComponent()
                .appendingPathComponent("hearth-publish-crash")
            process.arguments =
                ["promote", location, try Sample.name().text, try Sample.id(number).text]
                + (point.map { ["--kill", $0.rawValue] } ?? [])
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        }

        /// What must hold at every moment.
        func check(production number: Int, generation: Int64) throws {
            let pointer = try #require(try store.productionPointer(of: Sample.name()))
            #expect(try pointer.modelID == Sample.id(number))
            #expect(pointer.generation == generation)
            let versions = try store.versions(of: nil, limit: 10)
            #expect(versions.filter { $0.status == .production }.map(\.modelID) == [pointer.modelID])
            #expect(versions.first { $0.modelID == pointer.modelID }?.path != nil)
            let head = try store.headVersion()
            let events = try store.events(after: 0, limit: 1000)
            #expect(events.map(\.headVersion) == (0..<head).map { $0 + 1 }, "no gap, none too many")
            #expect(Int64(events.count { $0.kind == .promoted }) == generation)
        }
    }

    @Test(arguments: [false, true], PromotionFaultPoint.allCases)
    func `C21 a promotion that is killed at any step is whole or not at all, again and again`(
        isPostgres: Bool, point: PromotionFaultPoint
    ) throws {
        let fixture = try Fixture(postgres: isPostgres)
        for number in 1...2 { try fixture.store.register(Sample.version(number), actor: "trainer") }
        _ = try fixture.store.promote(
            Sample.id(1), of: Sample.name(), expectedGeneration: 0, actor: "test", reason: "")
        var (number, generation) = (1, Int64(1))
        for _ in 0..<3 {
            let next = 3 - number
            #expect(try fixture.promote(next, killedAt: point) == -SIGKILL)
            if point == .committed { (number, generation) = (next, generation + 1) }
            try fixture.check(production: number, generation: generation)
            // The next run completes, and waits for no dead one.
            #expect(try fixture.promote(3 - number, killedAt: nil) == 0)
            (number, generation) = (3 - number, generation + 1)
            try fixture.check(production: number, generation: generation)
        }
    }
}
