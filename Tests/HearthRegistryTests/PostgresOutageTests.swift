import Glibc
import HearthCore
import HearthRegistry
import HearthRegistryPostgres
import HearthTestSupport
import Testing

/// A database that goes away and comes back.
@Suite struct PostgresOutageTests {
    /// Waits until `condition` holds; false when it does not within 20 seconds.
    private static func eventually(_ condition: () -> Bool) -> Bool {
        let deadline = MonotonicTime.now().advanced(byNanoseconds: 60_000_000_000)
        while MonotonicTime.now() < deadline {
            if condition() { return true }
            var none = pollfd(fd: -1, events: 0, revents: 0)
            unsafe poll(&none, 1, 20)
        }
        return false
    }

    @Test func `R74 calls fail at once while the database is away and succeed when it is back`() throws {
        let server = try PostgresServer()
        defer { server.end() }
        let location = try PostgresLocation(server.makeDatabase())
        try PostgresSchema(location, pause: { _ in }).upgrade()
        let store = PostgresRegistryStore(location)
        try store.register(Sample.version(1), actor: "trainer")
        let feed = try #require(store.makeChangeFeed())
        #expect(feed.takeChanges(), "a new connection counts as a change")
        #expect(feed.descriptor != nil)

        server.stop()
        #expect(failure { () throws(RegistryError) in try store.headVersion() }?.code == .unavailable)
        let version = try Sample.version(2)
        #expect(
            failure { () throws(RegistryError) in try store.register(version, actor: "trainer") }?.code == .unavailable)
        let began = MonotonicTime.now()
        for _ in 0..<100 {
            #expect(failure { () throws(RegistryError) in try store.headVersion() }?.code == .unavailable)
        }
        #expect(MonotonicTime.now() - began < 10_000_000_000, "only due attempts are made")
        #expect(Self.eventually { !feed.takeChanges() && feed.descriptor == nil })

        try server.start()
        #expect(Self.eventually { (try? store.headVersion()) == 1 })
        #expect(Self.eventually { (try? store.register(version, actor: "trainer")) == 2 })
        #expect(Self.eventually { feed.takeChanges() })
    }

    @Test func `a restart between two calls is not noticed`() throws {
        let server = try PostgresServer()
        defer { server.end() }
        let location = try PostgresLocation(server.makeDatabase())
        try PostgresSchema(location, pause: { _ in }).upgrade()
        let store = PostgresRegistryStore(location)
        try store.register(Sample.version(1), actor: "trainer")
        server.stop()
        try server.start()
        #expect(try store.headVersion() == 1)
        #expect(try store.register(Sample.version(2), actor: "trainer") == 2)
    }

    @Test func `a change is told at once to who listens`() throws {
        let place = try PostgresPlace()
        let (writer, watcher) = (try place.open(), try place.open())
        let feed = try #require(watcher.makeChangeFeed())
        #expect(feed.takeChanges())
        #expect(!feed.takeChanges())
        try writer.register(Sample.version(1), actor: "trainer")
        var descriptor = pollfd(fd: try #require(feed.descriptor), events: Int16(POLLIN), revents: 0)
        #expect(unsafe poll(&descriptor, 1, 10_000) == 1)
        #expect(feed.takeChanges())
        #expect(try watcher.headVersion() == 1)
    }

    @Test func `errors name the place and never the password`() throws {
        let location = try PostgresLocation("postgresql://ali:geheim@127.0.0.1:1/models")
        let error = failure { () throws(RegistryError) in try PostgresRegistryStore(location).headVersion() }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("database models on 127.0.0.1:1 as ali") == true)
        #expect(error.map { "\($0)".contains("geheim") } == false)
        let refusal = failure { () throws(RegistryError) in try PostgresLocation("models.sqlite") }
        #expect(refusal?.code == .refused)
    }
}
