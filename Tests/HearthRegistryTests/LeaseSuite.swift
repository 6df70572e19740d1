import HearthCore
import HearthRegistry
import Testing

/// What every store does with leases (C15).
@Suite struct LeaseSuite {
    private static let now = Timestamp.now()

    private static func time(_ seconds: Int64) -> Timestamp {
        Timestamp(microseconds: now.microseconds + seconds * 1_000_000)
    }

    @Test(arguments: RegistryBackend.all)
    func `C15 a lease lasts until its time, is renewed, and given back`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let (one, two) = (try place.open(), try place.open())
        for number in 1...3 { try one.register(Sample.version(number), actor: "trainer") }
        try one.renewLeases(holder: "a", modelIDs: [Sample.id(1), Sample.id(2)], until: Self.time(120))
        try two.renewLeases(holder: "b", modelIDs: [Sample.id(2)], until: Self.time(60))
        #expect(try two.leases(at: Self.now) == [Sample.id(1), Sample.id(2)])
        #expect(try two.leases(at: Self.time(119)) == [Sample.id(1), Sample.id(2)])
        #expect(try two.leases(at: Self.time(120)).isEmpty)
        try one.renewLeases(holder: "a", modelIDs: [Sample.id(3)], until: Self.time(240))
        #expect(try two.leases(at: Self.now) == [Sample.id(2), Sample.id(3)])
        #expect(try two.leases(at: Self.time(130)) == [Sample.id(3)])
        try one.renewLeases(holder: "a", modelIDs: [], until: Self.time(240))
        #expect(try two.leases(at: Self.now) == [Sample.id(2)])
    }

    @Test(arguments: RegistryBackend.all)
    func `C15 what is leased is not removed, neither its row nor its path`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        try store.register(Sample.version(1), actor: "trainer")
        try store.renewLeases(holder: "a", modelIDs: [Sample.id(1)], until: Self.time(120))
        let id = try Sample.id(1)
        for dropsRow in [false, true] {
            let error = failure { () throws(RegistryError) in
                try store.remove(id, dropsRow: dropsRow, actor: "cleaner", reason: "")
            }
            #expect(error?.code == .refused)
            #expect(
                try error?.description == "\(Sample.id(1)) is held by a server, a version of \(Sample.name()); "
                    + "unload it there, or wait two minutes after the server's end")
        }
        // One that has ended protects nothing.
        try store.renewLeases(holder: "a", modelIDs: [Sample.id(1)], until: Self.time(-1))
        try store.remove(Sample.id(1), dropsRow: false, actor: "cleaner", reason: "")
        #expect(try store.version(Sample.id(1))?.path == nil)
    }

    @Test(arguments: RegistryBackend.all)
    func `C15 a renewal is no change of the registry`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let (store, watcher) = (try place.open(), try place.open())
        try store.register(Sample.version(1), actor: "trainer")
        let feed = watcher.makeChangeFeed()
        _ = feed?.takeChanges()
        let head = try watcher.headVersion()
        for _ in 0..<3 { try store.renewLeases(holder: "a", modelIDs: [Sample.id(1)], until: Self.time(120)) }
        // A change behind it: what would have been notified has come by then.
        #expect(feed?.takeChanges() != true)
        #expect(try watcher.headVersion() == head)
        #expect(try watcher.events(after: head, limit: 10).isEmpty)
    }

    @Test(arguments: RegistryBackend.all)
    func `leases that have ended are dropped by whoever renews`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        try store.renewLeases(holder: "dead", modelIDs: [Sample.id(1)], until: Self.time(-60))
        #expect(try store.leases(at: Self.time(-61)) == [Sample.id(1)])
        try store.renewLeases(holder: "a", modelIDs: [Sample.id(2)], until: Self.time(120))
        #expect(try store.leases(at: Self.time(-61)) == [Sample.id(2)])
        let error = failure { () throws(RegistryError) in
            try store.renewLeases(holder: "", modelIDs: [], until: Self.now)
        }
        #expect(error?.code == .refused)
    }

    @Test(arguments: RegistryBackend.all)
    func `many servers renew at once`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let stores = [try place.open(), try place.open()]
        let ids = try (0..<50).map { try Sample.id($0) }
        try onThreads(8) { thread in
            for _ in 0..<10 {
                try stores[thread % 2].renewLeases(
                    holder: "server \(thread)", modelIDs: Set(ids[(thread * 5)..<(thread * 5 + 10)]),
                    until: Self.time(120))
            }
        }
        #expect(try stores[0].leases(at: Self.now).count == 45)
    }
}
