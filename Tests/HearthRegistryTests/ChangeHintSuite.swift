import HearthRegistry
import Testing

/// What every store's change hint promises.
@Suite struct ChangeHintSuite {
    @Test(arguments: RegistryBackend.all)
    func `the hint differs after every commit, whichever store made it`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let (one, two) = (try place.open(), try place.open())
        var seen = [try one.changeHint(), try two.changeHint()]
        for number in 1...6 {
            try (number % 2 == 0 ? one : two).register(Sample.version(number), actor: "trainer")
            let now = [try one.changeHint(), try two.changeHint()]
            #expect(now[0] != seen[0])
            #expect(now[1] != seen[1])
            seen = now
        }
    }

    @Test(arguments: RegistryBackend.all)
    func `a reader that saw the hint change sees the commit`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let (writer, watcher) = (try place.open(), try place.open())
        var hint = try watcher.changeHint()
        try onThreads(2) { thread in
            if thread == 0 {
                for number in 1...20 { try writer.register(Sample.version(number), actor: "trainer") }
            } else {
                var seen = try watcher.changeHint()
                var head: Int64 = 0
                while head < 20 {
                    let now = try watcher.changeHint()
                    let next = try watcher.headVersion()
                    #expect(next >= head)
                    if now != seen { #expect(next > 0) }
                    (seen, head) = (now, next)
                }
            }
        }
        #expect(try watcher.changeHint() != hint)
        hint = try watcher.changeHint()
        #expect(try watcher.changeHint() == hint)
    }

    @Test(arguments: RegistryBackend.all)
    func `a refused change and an idempotent one leave the hint alone`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        let version = try Sample.version(1)
        try store.register(version, actor: "trainer")
        _ = try store.promote(version.modelID, of: version.name, expectedGeneration: 0, actor: "ali", reason: "")
        let hint = try store.changeHint()
        _ = try store.promote(version.modelID, of: version.name, expectedGeneration: 1, actor: "ali", reason: "")
        #expect(failure { () throws(RegistryError) in try store.register(version, actor: "trainer") } != nil)
        #expect(try store.changeHint() == hint)
    }
}
