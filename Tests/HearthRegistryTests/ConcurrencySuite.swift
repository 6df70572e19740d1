import HearthCore
import HearthRegistry
import Synchronization
import Testing

/// What stays true of every store when many threads and several stores change one registry at once.
@Suite struct ConcurrencySuite {
    @Test(arguments: RegistryBackend.all)
    func `heads have no gap and order with 8 threads on each of 2 stores`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let stores = [try place.open(), try place.open()]
        let heads = Heads()
        try onThreads(16) { thread in
            for step in 0..<10 {
                let head = try stores[thread % 2].register(
                    Sample.version(thread * 100 + step), actor: "thread \(thread)")
                heads.all.withLock { $0.append(head) }
            }
        }
        #expect(heads.all.withLock { $0.sorted() } == (1...160).map { $0 })
        for store in stores {
            #expect(try store.headVersion() == 160)
            #expect(try store.events(after: 0, limit: 1000).map(\.headVersion) == (1...160).map { $0 })
        }
        #expect(try stores[0].versions(of: nil, limit: 1000).count == 160)
        #expect(try stores[0].registeredModels().count == 1)
    }

    @Test(arguments: RegistryBackend.all)
    func `C21 one version is in production at every moment while 8 threads promote and roll back`(
        _ backend: RegistryBackend
    ) throws {
        let place = try backend.makePlace()
        let stores = [try place.open(), try place.open()]
        let observer = try place.open()
        let name = try Sample.name()
        for number in 0..<8 { try stores[0].register(Sample.version(number), actor: "trainer") }
        _ = try stores[0].promote(Sample.id(0), of: name, expectedGeneration: 0, actor: "ali", reason: "")
        let running = Atomic(8)
        let observations = Atomic(0)
        try onThreads(9) { thread in
            guard thread < 8 else {
                var generation: Int64 = 1
                while running.load(ordering: .acquiring) > 0 {
                    let inProduction = try observer.versions(of: name, limit: 100).filter { $0.status == .production }
                    #expect(inProduction.count == 1)
                    let pointers = try observer.productionSnapshot().pointers
                    #expect(pointers.count == 1)
                    #expect((pointers.first?.generation ?? 0) >= generation)
                    generation = pointers.first?.generation ?? generation
                    observations.add(1, ordering: .relaxed)
                }
                return
            }
            defer { running.subtract(1, ordering: .releasing) }
            let store = stores[thread % 2]
            for step in 0..<10 {
                if step % 3 == 2 {
                    // The very first change may meet a registry that has no rollback target yet.
                    _ = failure { () throws(RegistryError) in
                        try store.rollback(name, expectedGeneration: nil, actor: "thread \(thread)", reason: "")
                    }
                } else {
                    let id = try Sample.id((thread + step) % 8)
                    _ = try store.promote(id, of: name, expectedGeneration: nil, actor: "thread \(thread)", reason: "")
                }
            }
        }
        #expect(observations.load(ordering: .relaxed) > 0)
        try Self.checkHistory(of: observer, name)
    }

    @Test(arguments: RegistryBackend.all)
    func `of 8 promotions that expect the same generation one succeeds`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let stores = [try place.open(), try place.open()]
        let name = try Sample.name()
        for number in 0...8 { try stores[0].register(Sample.version(number), actor: "trainer") }
        for round in Int64(0)..<5 {
            let won = Atomic(0)
            let lost = Atomic(0)
            let current = try stores[0].productionPointer(of: name)?.modelID
            let others = try (0...8).map { try Sample.id($0) }.filter { $0 != current }
            try onThreads(8) { thread in
                let (store, id) = (stores[thread % 2], others[thread])
                let error = failure { () throws(RegistryError) in
                    try store.promote(id, of: name, expectedGeneration: round, actor: "ali", reason: "")
                }
                if let error {
                    #expect(error.code == .conflict, "\(error)")
                    lost.add(1, ordering: .relaxed)
                } else {
                    won.add(1, ordering: .relaxed)
                }
            }
            #expect(won.load(ordering: .relaxed) == 1)
            #expect(lost.load(ordering: .relaxed) == 7)
        }
        try Self.checkHistory(of: stores[1], name)
    }

    /// Replays the events: generations count up by one, every rollback goes where the promotion before came from, and
    /// the end is what the pointer says.
    private static func checkHistory(of store: any RegistryStore, _ name: ModelName) throws {
        let events = try store.events(after: 0, limit: 10_000)
        #expect(events.map(\.headVersion) == (0..<events.count).map { Int64($0) + 1 })
        var current: ModelID?
        var previous: ModelID?
        var generation: Int64 = 0
        for event in events where event.kind == .promoted || event.kind == .rolledBack {
            generation += 1
            #expect(event.generation == generation)
            #expect(event.modelID != current)
            if event.kind == .rolledBack { #expect(event.modelID == previous) }
            (previous, current) = (current, event.modelID)
        }
        let pointer = try store.productionPointer(of: name)
        #expect(pointer?.modelID == current)
        #expect(pointer?.previousModelID == previous)
        #expect(pointer?.generation == generation)
    }
}

private final class Heads: Sendable {
    let all = Mutex<[Int64]>([])
}
