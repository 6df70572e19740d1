import Foundation
import HearthArtifacts
import HearthClient
import HearthCore
import HearthModel
import HearthObjectStore
import HearthRegistry
import HearthTestSupport
import Testing

/// A store that is away never affects what is local (R122).
@Suite(.serialized) struct OutageTests {
    private static let row = [0.1, -0.5, 1.5, 0.25]
    private let shelf: ModelShelf
    private let definition = SampleModels.isolationForest(seed: 1)
    private let bits: UInt64

    init() throws {
        shelf = try ModelShelf()
        bits = try ModelShelf.expected(definition, rows: Self.row)[0].bitPattern
    }

    /// A machine whose folder has the first of these versions, and not the others.
    private func machine(_ remote: S3ArtifactStore, local: ModelID) throws -> Machine {
        let machine = try Machine(registry: shelf.store, remote: remote)
        try machine.directory.receive(local, from: shelf.directory)
        return machine
    }

    @Test func `R122: with the store down, what is missing is UNAVAILABLE and local models are loaded and answer`()
        throws
    {
        let local = try shelf.publish(definition, series: "local", promotes: true)
        try shelf.publish(SampleModels.isolationForest(seed: 2), series: "elsewhere", promotes: true)
        let server = try ScriptedServer([])
        server.stop()
        let machine = try machine(server.store(), local: local)
        let failure = #expect(throws: HearthError.self) {
            try machine.score("isolation_forest.elsewhere", Self.row)
        }
        #expect(failure?.code == .unavailable)
        #expect(failure?.message.contains("cannot be reached") == true, "\(failure?.message ?? "")")
        _ = try? machine.impatientClient.reload()
        #expect(try machine.score("isolation_forest.local", Self.row) == bits)
    }

    @Test func `R122: while fetches hang, local versions are loaded on threads of their own`() throws {
        let local = try shelf.publish(definition, series: "local")
        for number in 0..<4 {
            try shelf.publish(SampleModels.isolationForest(seed: 2), series: "far-\(number)")
        }
        let far = try shelf.store.versions(of: nil, limit: 10).map(\.modelID).filter { $0 != local }
        try #require(far.count == 4)
        let server = try ScriptedServer([])
        let remote = try server.store()
        let machine = try machine(remote, local: local)
        // More fetches than any pool has threads.
        let callers = try far.map { id in
            let client = machine.impatientClient
            return try SystemThread(name: "caller") {
                let name = "isolation_forest." + (id.text.split(separator: "_").first { $0.hasPrefix("far") } ?? "")
                _ = try? client.predict(model: name, rows: Self.row, version: id.text)
            }
        }
        while server.requests.count < 2 { sched_yield() }
        #expect(try machine.score("isolation_forest.local", Self.row, version: local.text) == bits)
        remote.close()
        for caller in callers { caller.join() }
        server.stop()
    }
}
