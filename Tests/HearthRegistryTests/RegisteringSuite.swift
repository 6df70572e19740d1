import HearthCore
import HearthRegistry
import Testing

/// What every store does with registrations, listings and events.
@Suite struct RegisteringSuite {
    @Test(arguments: RegistryBackend.all)
    func `an empty registry has head version 0 and nothing in it`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        #expect(try store.headVersion() == 0)
        #expect(try store.productionSnapshot() == ProductionSnapshot(headVersion: 0, pointers: []))
        #expect(try store.productionPointer(of: Sample.name()) == nil)
        #expect(try store.registeredModels().isEmpty)
        #expect(try store.versions(of: nil, limit: 10).isEmpty)
        #expect(try store.version(Sample.id(1)) == nil)
        #expect(try store.events(after: 0, limit: 10).isEmpty)
    }

    @Test(arguments: RegistryBackend.all)
    func `R138 R141 a registered version comes back with every field as it was`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        let version = try Sample.fullVersion(1)
        #expect(try store.register(version, actor: "trainer") == 1)
        #expect(try store.version(version.modelID) == version)
        #expect(try place.open().version(version.modelID) == version)
        let models = try store.registeredModels()
        #expect(models.map(\.name) == [version.name])
        #expect(models.map(\.key) == [Sample.tradingKey])
    }

    @Test(arguments: RegistryBackend.all)
    func `each change takes the next head version and writes an event`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        let name = try Sample.name()
        #expect(try store.register(Sample.version(1), actor: "trainer") == 1)
        #expect(try store.register(Sample.version(2, status: .candidate), actor: "trainer") == 2)
        _ = try store.promote(Sample.id(1), of: name, expectedGeneration: 0, actor: "ali", reason: "first")
        _ = try store.promote(Sample.id(2), of: name, expectedGeneration: 1, actor: "ali", reason: "better")
        _ = try store.rollback(name, expectedGeneration: 2, actor: "veli", reason: "worse")
        try store.setPinned(Sample.id(2), true, actor: "veli", reason: "keep")
        let events = try store.events(after: 0, limit: 100)
        #expect(events.map(\.headVersion) == [1, 2, 3, 4, 5, 6])
        #expect(events.map(\.kind) == [.registered, .registered, .promoted, .promoted, .rolledBack, .pinned])
        #expect(try events.map(\.modelID) == [1, 2, 1, 2, 1, 2].map { try Sample.id($0) })
        #expect(events.map(\.generation) == [nil, nil, 1, 2, 3, nil])
        #expect(events.map(\.actor) == ["trainer", "trainer", "ali", "ali", "veli", "veli"])
        #expect(events.map(\.reason) == ["success", "candidate", "first", "better", "worse", "keep"])
        #expect(try store.headVersion() == 6)
    }

    @Test(arguments: RegistryBackend.all)
    func `events are read in pages`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        for number in 1...5 { try store.register(Sample.version(number), actor: "trainer") }
        #expect(try store.events(after: 0, limit: 2).map(\.headVersion) == [1, 2])
        #expect(try store.events(after: 2, limit: 2).map(\.headVersion) == [3, 4])
        #expect(try store.events(after: 4, limit: 2).map(\.headVersion) == [5])
        #expect(try store.events(after: .max, limit: 2).isEmpty)
        #expect(try store.events(after: .min, limit: -1).isEmpty)
    }

    @Test(arguments: RegistryBackend.all)
    func `R19 versions are listed newest first, of one name or of all`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        let other = try ModelName("isolation_forest.other")
        for number in [3, 1, 2] { try store.register(Sample.version(number), actor: "trainer") }
        try store.register(Sample.version(4, name: other), actor: "trainer")
        let ids = try [4, 3, 2, 1].map { try Sample.id($0) }
        #expect(try store.versions(of: nil, limit: 10).map(\.modelID) == ids)
        #expect(try store.versions(of: Sample.name(), limit: 10).map(\.modelID) == Array(ids.dropFirst()))
        #expect(try store.versions(of: Sample.name(), limit: 1).map(\.modelID) == [ids[1]])
        #expect(try store.versions(of: nil, limit: 0).isEmpty)
        #expect(try store.versions(of: nil, limit: .min).isEmpty)
        #expect(try store.versions(of: ModelName("unknown"), limit: 10).isEmpty)
    }

    @Test(arguments: RegistryBackend.all)
    func `an id that is taken is a conflict and changes nothing`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        try store.register(Sample.version(1), actor: "trainer")
        var second = try Sample.version(1)
        second.sizeBytes = 7
        let error = failure { () throws(RegistryError) in try store.register(second, actor: "trainer") }
        #expect(error?.code == .conflict)
        #expect(try error?.message == "model_id \(Sample.id(1)) is taken")
        #expect(try store.headVersion() == 1)
        #expect(try store.version(Sample.id(1))?.sizeBytes == 1000)
    }

    @Test(arguments: RegistryBackend.all)
    func `C12 a name keeps its key`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        try store.register(Sample.version(1), actor: "trainer")
        let other = try Sample.version(2, key: Sample.tradingKey)
        let error = failure { () throws(RegistryError) in try store.register(other, actor: "trainer") }
        #expect(error?.code == .conflict)
        #expect(
            error?.message == "isolation_forest.stok_seviye has the key model_type isolation_forest, "
                + "metric_type stok_seviye, not model_type gradient_boosting, symbol BTC/USDT, timeframe 15m")
        #expect(try store.headVersion() == 1)
        #expect(try store.version(other.modelID) == nil)
    }

    @Test(
        arguments: RegistryBackend.all,
        ["", "[1]", "{", "1", "null", "{\"a\": nan}", String(repeating: "[", count: 5000)])
    func `parameters that are no JSON object are refused`(_ backend: RegistryBackend, _ json: String) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        var version = try Sample.version(1)
        version.parametersJSON = json
        #expect(failure { () throws(RegistryError) in try store.register(version, actor: "trainer") }?.code == .refused)
        version.parametersJSON = "{}"
        version.metricsJSON = json
        #expect(failure { () throws(RegistryError) in try store.register(version, actor: "trainer") }?.code == .refused)
        #expect(try store.headVersion() == 0)
        #expect(try store.registeredModels().isEmpty)
    }

    @Test(arguments: RegistryBackend.all)
    func `R137 C17 a failed training is kept with its error and its duration`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        let traceback = String(repeating: "ş", count: 20_000) + "\0ValueError: no rows"
        try store.recordFailure(
            of: Sample.id(1), name: Sample.name(), key: Sample.key, error: traceback,
            duration: .milliseconds(1500), actor: "trainer")
        let version = try #require(try store.version(Sample.id(1)))
        #expect(version.status == .failed)
        #expect(version.path == nil)
        #expect(version.error?.hasSuffix("şValueError: no rows") == true)
        #expect((version.error?.utf8.count ?? 0) <= RegistryLimits.errorByteCountMax)
        #expect(version.error?.contains("\u{FFFD}") == false)
        #expect(version.metricsJSON == #"{"training_seconds": 1.5}"#)
        #expect(try store.events(after: 0, limit: 1).map(\.reason) == ["failed"])
    }

    @Test(arguments: RegistryBackend.all)
    func `R140 an archived version stays, and archiving again changes nothing`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        try store.register(Sample.version(1), actor: "trainer")
        try store.archive(Sample.id(1), actor: "ali", reason: "old")
        try store.archive(Sample.id(1), actor: "ali", reason: "old")
        #expect(try store.version(Sample.id(1))?.status == .archived)
        #expect(try store.headVersion() == 2)
        #expect(try store.events(after: 1, limit: 9).map(\.kind) == [.archived])
    }

    @Test(arguments: RegistryBackend.all)
    func `C15 what is production, rollback target or failed cannot be archived`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        let name = try Sample.name()
        for number in 1...2 {
            try store.register(Sample.version(number), actor: "trainer")
            _ = try store.promote(Sample.id(number), of: name, expectedGeneration: nil, actor: "ali", reason: "")
        }
        try store.register(Sample.version(3, status: .failed), actor: "trainer")
        for (number, words) in [(1, "rollback target"), (2, "production version"), (3, "failed training")] {
            let id = try Sample.id(number)
            let error = failure { () throws(RegistryError) in try store.archive(id, actor: "ali", reason: "") }
            #expect(error?.code == .refused)
            #expect(error?.message.contains(words) == true)
        }
        #expect(try store.headVersion() == 5)
    }

    @Test(arguments: RegistryBackend.all)
    func `pinning is kept, and pinning again changes nothing`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        try store.register(Sample.version(1), actor: "trainer")
        let id = try Sample.id(1)
        try store.setPinned(id, true, actor: "ali", reason: "")
        try store.setPinned(id, true, actor: "ali", reason: "")
        #expect(try store.version(id)?.pinned == true)
        try store.setPinned(id, false, actor: "ali", reason: "")
        #expect(try store.version(id)?.pinned == false)
        #expect(try store.events(after: 1, limit: 9).map(\.kind) == [.pinned, .unpinned])
    }

    @Test(arguments: RegistryBackend.all)
    func `R10, R160: a removed version stays as history, not active, or goes altogether`(
        _ backend: RegistryBackend
    ) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        for number in 1...2 { try store.register(Sample.version(number), actor: "trainer") }
        try store.remove(Sample.id(1), dropsRow: false, actor: "ali", reason: "clean")
        try store.remove(Sample.id(1), dropsRow: false, actor: "ali", reason: "again")
        try store.remove(Sample.id(2), dropsRow: true, actor: "ali", reason: "missing")
        #expect(try store.version(Sample.id(1))?.path == nil)
        #expect(try store.version(Sample.id(1))?.status == .success)
        #expect(try store.version(Sample.id(2)) == nil)
        let events = try store.events(after: 2, limit: 9)
        #expect(events.map(\.kind) == [.removed, .removed])
        #expect(events.map(\.reason) == ["clean", "missing"])
        // What has no artifact cannot come into production any more.
        let (id, name) = (try Sample.id(1), try Sample.name())
        let refusal = failure { () throws(RegistryError) in
            try store.promote(id, of: name, expectedGeneration: nil, actor: "a", reason: "")
        }
        #expect(refusal?.code == .refused)
    }

    @Test(arguments: RegistryBackend.all)
    func `C15: what answers, what a rollback needs and what is pinned cannot be removed`(
        _ backend: RegistryBackend
    ) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        for number in 1...3 { try store.register(Sample.version(number), actor: "trainer") }
        let name = try Sample.name()
        for number in 1...2 {
            _ = try store.promote(Sample.id(number), of: name, expectedGeneration: nil, actor: "a", reason: "")
        }
        try store.setPinned(Sample.id(3), true, actor: "a", reason: "")
        for (number, word) in [(1, "rollback target"), (2, "production version"), (3, "pinned version")] {
            for dropsRow in [false, true] {
                let id = try Sample.id(number)
                let refusal = failure { () throws(RegistryError) in
                    try store.remove(id, dropsRow: dropsRow, actor: "a", reason: "")
                }
                #expect(refusal?.code == .refused)
                #expect(refusal?.message.contains(word) == true)
            }
            #expect(try store.version(Sample.id(number))?.path != nil)
        }
    }

    @Test(arguments: RegistryBackend.all)
    func `changes of a version that does not exist are not found`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        let id = try Sample.id(1)
        #expect(
            failure { () throws(RegistryError) in try store.archive(id, actor: "a", reason: "") }?.code == .notFound)
        #expect(
            failure { () throws(RegistryError) in try store.setPinned(id, true, actor: "a", reason: "") }?.code
                == .notFound)
        #expect(try store.headVersion() == 0)
    }

    @Test(arguments: RegistryBackend.all)
    func `a change needs an actor, and words that fit`(_ backend: RegistryBackend) throws {
        let place = try backend.makePlace()
        let store = try place.open()
        let version = try Sample.version(1)
        let long = String(repeating: "a", count: 3000)
        for actor in ["", "a\0b", long] {
            #expect(failure { () throws(RegistryError) in try store.register(version, actor: actor) }?.code == .refused)
        }
        try store.register(version, actor: "trainer")
        for reason in ["a\0b", long] {
            let error = failure { () throws(RegistryError) in
                try store.promote(
                    version.modelID, of: version.name, expectedGeneration: nil, actor: "ali", reason: reason)
            }
            #expect(error?.code == .refused)
        }
        #expect(try store.headVersion() == 1)
    }
}
