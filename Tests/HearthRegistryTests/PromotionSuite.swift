import HearthCore
import HearthRegistry
import Testing

/// What every store does with promotions and rollbacks.
@Suite struct PromotionSuite {
    /// A registry with successful versions 1 to 3 of one name.
    private struct Fixture {
        let place: any RegistryPlace
        let store: any RegistryStore
        let name: ModelName

        init(_ backend: RegistryBackend) throws {
            place = try backend.makePlace()
            store = try place.open()
            name = try Sample.name()
            for number in 1...3 { try store.register(Sample.version(number), actor: "trainer") }
        }

        @discardableResult
        func promote(_ number: Int, expecting generation: Int64? = nil) throws -> ProductionPointer {
            try store.promote(
                Sample.id(number), of: name, expectedGeneration: generation, actor: "ali", reason: "better")
        }

        func refusal(_ number: Int, expecting generation: Int64? = nil) throws -> RegistryError? {
            let id = try Sample.id(number)
            return failure { () throws(RegistryError) in
                try store.promote(id, of: name, expectedGeneration: generation, actor: "ali", reason: "better")
            }
        }

        /// Statuses of versions 1 to 3.
        func statuses() throws -> [VersionStatus?] {
            try (1...3).map { try store.version(Sample.id($0))?.status }
        }
    }

    @Test(arguments: RegistryBackend.all)
    func `R139 R147 the first promotion makes generation 1 and no rollback target`(_ backend: RegistryBackend) throws {
        let fixture = try Fixture(backend)
        let pointer = try fixture.promote(1, expecting: 0)
        #expect(try pointer.modelID == Sample.id(1))
        #expect(pointer.previousModelID == nil)
        #expect(pointer.generation == 1)
        #expect(try fixture.store.productionPointer(of: fixture.name) == pointer)
        #expect(try fixture.store.productionSnapshot() == ProductionSnapshot(headVersion: 4, pointers: [pointer]))
        #expect(try fixture.statuses() == [.production, .success, .success])
    }

    @Test(arguments: RegistryBackend.all)
    func `R147 C21 a promotion demotes what was there, which becomes the rollback target`(
        _ backend: RegistryBackend
    ) throws {
        let fixture = try Fixture(backend)
        try fixture.promote(1)
        let pointer = try fixture.promote(2, expecting: 1)
        #expect(try pointer.previousModelID == Sample.id(1))
        #expect(pointer.generation == 2)
        #expect(try fixture.statuses() == [.success, .production, .success])
    }

    @Test(arguments: RegistryBackend.all)
    func `C20 a version knows who promoted it and when`(_ backend: RegistryBackend) throws {
        let fixture = try Fixture(backend)
        let pointer = try fixture.promote(1)
        let version = try fixture.store.version(Sample.id(1))
        #expect(version?.promotedAt == pointer.changedAt)
        #expect(version?.promotedBy == "ali")
        try fixture.promote(2)
        #expect(try fixture.store.version(Sample.id(1))?.promotedBy == "ali")
    }

    @Test(arguments: RegistryBackend.all)
    func `a promotion that expects another generation is a conflict that shows the current state`(
        _ backend: RegistryBackend
    ) throws {
        let fixture = try Fixture(backend)
        let early = try fixture.refusal(1, expecting: 1)
        #expect(early?.code == .conflict)
        #expect(
            early?.message == "isolation_forest.stok_seviye has no production version, generation 1 was expected")
        try fixture.promote(1)
        try fixture.promote(2)
        let late = try fixture.refusal(3, expecting: 1)
        #expect(late?.code == .conflict)
        #expect(
            try late?.message
                == "isolation_forest.stok_seviye is at generation 2 with \(Sample.id(2)), generation 1 was expected")
        #expect(try fixture.statuses() == [.success, .production, .success])
        #expect(try fixture.store.headVersion() == 5)
    }

    @Test(arguments: RegistryBackend.all)
    func `promoting what is in production already changes nothing`(_ backend: RegistryBackend) throws {
        let fixture = try Fixture(backend)
        try fixture.promote(1)
        let pointer = try fixture.promote(2)
        #expect(try fixture.promote(2) == pointer)
        #expect(try fixture.promote(2, expecting: 2) == pointer)
        #expect(try fixture.refusal(2, expecting: 1)?.code == .conflict)
        #expect(try fixture.store.headVersion() == 5)
    }

    @Test(arguments: RegistryBackend.all)
    func `a rollback promotes the version before, and a second one returns`(_ backend: RegistryBackend) throws {
        let fixture = try Fixture(backend)
        try fixture.promote(1)
        try fixture.promote(2)
        let back = try fixture.store.rollback(fixture.name, expectedGeneration: 2, actor: "veli", reason: "")
        #expect(try back.modelID == Sample.id(1))
        #expect(try back.previousModelID == Sample.id(2))
        #expect(back.generation == 3)
        #expect(try fixture.statuses() == [.production, .success, .success])
        let forth = try fixture.store.rollback(fixture.name, expectedGeneration: nil, actor: "veli", reason: "")
        #expect(try forth.modelID == Sample.id(2))
        #expect(forth.generation == 4)
        #expect(try fixture.store.events(after: 5, limit: 9).map(\.kind) == [.rolledBack, .rolledBack])
    }

    @Test(arguments: RegistryBackend.all)
    func `a rollback with nothing to go back to is refused`(_ backend: RegistryBackend) throws {
        let fixture = try Fixture(backend)
        let (store, name) = (fixture.store, fixture.name)
        func rollback(_ generation: Int64?) -> RegistryError? {
            failure { () throws(RegistryError) in
                try store.rollback(name, expectedGeneration: generation, actor: "veli", reason: "")
            }
        }
        #expect(rollback(nil)?.message == "isolation_forest.stok_seviye has no production version")
        try fixture.promote(1)
        #expect(rollback(nil)?.code == .refused)
        #expect(
            try rollback(1)?.message
                == "\(Sample.id(1)) is the first production version of isolation_forest.stok_seviye")
        #expect(rollback(7)?.code == .conflict)
        let unknown = try ModelName("unknown")
        let error = failure { () throws(RegistryError) in
            try store.rollback(unknown, expectedGeneration: nil, actor: "veli", reason: "")
        }
        #expect(error?.code == .notFound)
        #expect(try store.headVersion() == 4)
    }

    @Test(arguments: RegistryBackend.all)
    func `what does not exist cannot be promoted`(_ backend: RegistryBackend) throws {
        let fixture = try Fixture(backend)
        #expect(try fixture.refusal(9)?.code == .notFound)
        let (store, id, unknown) = (fixture.store, try Sample.id(1), try ModelName("unknown"))
        let error = failure { () throws(RegistryError) in
            try store.promote(id, of: unknown, expectedGeneration: nil, actor: "ali", reason: "")
        }
        #expect(error?.code == .notFound)
        #expect(error?.description == "there is no registered model unknown; list the models for their names")
    }

    @Test(arguments: RegistryBackend.all)
    func `R159 what failed, is archived or has no artifact is refused`(_ backend: RegistryBackend) throws {
        let fixture = try Fixture(backend)
        let store = fixture.store
        try store.register(Sample.version(4, status: .failed), actor: "trainer")
        try store.archive(Sample.id(3), actor: "ali", reason: "")
        var bare = try Sample.version(5)
        bare.path = nil
        try store.register(bare, actor: "trainer")
        let head = try store.headVersion()
        for (number, word) in [(3, "archived"), (4, "failed"), (5, "no artifact")] {
            let error = try fixture.refusal(number)
            #expect(error?.code == .refused)
            #expect(error?.message.contains(word) == true)
        }
        #expect(try store.headVersion() == head)
        #expect(try store.productionPointer(of: fixture.name) == nil)
    }

    @Test(arguments: RegistryBackend.all)
    func `a version of another name is refused`(_ backend: RegistryBackend) throws {
        let fixture = try Fixture(backend)
        let other = try ModelName("isolation_forest.other")
        try fixture.store.register(Sample.version(4, name: other), actor: "trainer")
        #expect(
            try fixture.refusal(4)?.message
                == "\(Sample.id(4)) is a version of isolation_forest.other, not of isolation_forest.stok_seviye")
    }

    @Test(arguments: RegistryBackend.all)
    func `names have pointers of their own`(_ backend: RegistryBackend) throws {
        let fixture = try Fixture(backend)
        let other = try ModelName("isolation_forest.other")
        try fixture.store.register(Sample.version(4, name: other), actor: "trainer")
        let first = try fixture.promote(1)
        let second = try fixture.store.promote(
            Sample.id(4), of: other, expectedGeneration: 0, actor: "ali", reason: "")
        #expect(try fixture.store.productionSnapshot().pointers == [second, first])
        #expect(try fixture.statuses() == [.production, .success, .success])
    }
}
