import HearthCore
import HearthServing
import Testing

@Suite struct ModelCacheTests {
    private let cache = ModelCache(byteBudget: 300)

    private func ids(_ numbers: Int...) throws -> [String] { try numbers.map { try TestModel.id($0).text }.sorted() }

    /// Uses a servable at a later moment than all before.
    private func use(_ servable: Servable) {
        cache.tick()
        cache.touch(servable)
    }

    private func entry(named name: Int = 1) throws -> CacheEntry? {
        var reader = ModelCache.Reader(cache)
        let snapshot = reader.current()
        return try ByteView.with(TestModel.name(name).text) { snapshot.entry(named: $0) }
    }

    @Test func `C1: what was loaded is found the second time`() throws {
        #expect(try entry() == nil)
        _ = cache.serve(try TestModel.servable(1), generation: 1)

        #expect(try entry()?.servable.modelID == TestModel.id(1))
        #expect(try entry()?.generation == 1)
    }

    @Test func `a version in production is found by its id too`() throws {
        _ = cache.serve(try TestModel.servable(1), generation: 4)
        var reader = ModelCache.Reader(cache)
        let snapshot = reader.current()

        let entry = try ByteView.with(TestModel.id(1).text) { snapshot.entry(version: $0) }
        #expect(entry?.generation == 0)
        #expect(ByteView.with("nothing") { snapshot.entry(version: $0) } == nil)
        #expect(ByteView.with("") { snapshot.entry(named: $0) } == nil)
        #expect(ByteView.with(String(repeating: "a", count: 5000)) { snapshot.entry(named: $0) } == nil)
    }

    @Test func `what was used longest ago is evicted first`() throws {
        let servables = try (1...3).map { try TestModel.servable($0, of: $0) }
        for servable in servables { _ = cache.serve(servable, generation: 1) }
        for index in [1, 0, 2] { use(servables[index]) }

        let change = cache.serve(try TestModel.servable(4, of: 4), generation: 1)

        #expect(change.removed.map(\.modelID) == [try TestModel.id(2)])
        #expect(cache.ids == (try ids(1, 3, 4)))
        #expect(cache.byteCount == 300)
        #expect(try entry(named: 2) == nil)
    }

    @Test func `a large newcomer evicts as many as it needs and is itself the last to go`() throws {
        for number in 1...3 { _ = cache.serve(try TestModel.servable(number, of: number), generation: 1) }

        let change = cache.serve(try TestModel.servable(4, of: 4, byteCount: 250), generation: 1)

        #expect(change.removed.count == 3)
        #expect(cache.ids == (try ids(4)))
    }

    @Test func `a swap within one tick never evicts the new version in favour of the old`() throws {
        let cache = ModelCache(byteBudget: 150)
        for number in 1...20 {
            let change = cache.serve(
                try TestModel.servable(number), generation: UInt64(number),
                rollbackTarget: number > 1 ? try TestModel.id(number - 1) : nil)
            #expect(change.removed.count == (number > 1 ? 1 : 0))
            #expect(cache.production(of: try TestModel.name())?.servable.modelID == (try TestModel.id(number)))
        }
    }

    @Test func `of what was used in the same tick, versions out of production go first`() throws {
        _ = cache.serve(try TestModel.servable(1, of: 1), generation: 1)
        _ = cache.insert(try TestModel.servable(2, of: 2))
        _ = cache.serve(try TestModel.servable(3, of: 3), generation: 1)

        let change = cache.serve(try TestModel.servable(4, of: 4), generation: 1)

        #expect(try change.removed.map(\.modelID) == [TestModel.id(2)])
    }

    @Test func `C15: a pinned name's production version stays, its rollback target does not`() throws {
        cache.pin([try TestModel.name(1)])
        _ = cache.serve(try TestModel.servable(1), generation: 1)
        _ = cache.serve(try TestModel.servable(2), generation: 2, rollbackTarget: try TestModel.id(1))
        for number in 3...5 {
            cache.tick()
            _ = cache.serve(try TestModel.servable(number, of: number), generation: 1)
        }

        #expect(cache.ids == (try ids(2, 4, 5)))
        #expect(cache.contents.filter(\.isPinned).map(\.servable.modelID) == [try TestModel.id(2)])
    }

    @Test func `pinned models stay beyond the budget, everything else goes`() throws {
        cache.pin(Set(try (1...4).map { try TestModel.name($0) }))
        for number in 1...4 { _ = cache.serve(try TestModel.servable(number, of: number), generation: 1) }
        #expect(cache.byteCount == 400)

        let change = cache.insert(try TestModel.servable(5, of: 5))

        #expect(change.removed.map(\.modelID) == [try TestModel.id(5)])
        #expect(cache.roomByteCount(for: try TestModel.name(5)) == -100)
        #expect(try cache.roomByteCount(for: TestModel.name(1)) == 0)
    }

    @Test func `the rollback target stays warm, the one before is let go`() throws {
        _ = cache.serve(try TestModel.servable(1), generation: 1)
        let second = cache.serve(try TestModel.servable(2), generation: 2, rollbackTarget: try TestModel.id(1))
        let third = cache.serve(try TestModel.servable(3), generation: 3, rollbackTarget: try TestModel.id(2))

        #expect(second.replaced?.modelID == (try TestModel.id(1)))
        #expect(second.removed.isEmpty)
        #expect(third.removed.map(\.modelID) == [try TestModel.id(1)])
        #expect(try cache.ids == (ids(2, 3)))
    }

    @Test func `a rollback finds its target in memory and keeps what it left`() throws {
        let first = try TestModel.servable(1)
        _ = cache.serve(first, generation: 1)
        _ = cache.serve(try TestModel.servable(2), generation: 2, rollbackTarget: first.modelID)

        let change = cache.serve(
            try #require(cache.servable(first.modelID)), generation: 3, rollbackTarget: try TestModel.id(2))

        #expect(change.replaced?.modelID == (try TestModel.id(2)))
        #expect(change.removed.isEmpty)
        #expect(try cache.production(of: TestModel.name())?.servable === first)
    }

    @Test func `what the registry does not name as rollback target is let go at the swap`() throws {
        _ = cache.serve(try TestModel.servable(1), generation: 1)

        // Versions 2 and 3 were promoted between two looks at the registry.
        let change = cache.serve(try TestModel.servable(3), generation: 3, rollbackTarget: try TestModel.id(2))

        #expect(change.removed.map(\.modelID) == [try TestModel.id(1)])
    }

    @Test func `a version that was asked for by id outlives its time in production`() throws {
        let first = try TestModel.servable(1)
        _ = cache.serve(first, generation: 1)
        #expect(cache.insert(first).outcome == .made)
        #expect(cache.insert(first).outcome == .alreadySo)
        _ = cache.serve(try TestModel.servable(2), generation: 2)
        _ = cache.withdraw(try TestModel.name())

        #expect(cache.ids == (try ids(1)))
    }

    @Test func `generations never go backwards, even after an eviction`() throws {
        _ = cache.serve(try TestModel.servable(5), generation: 5)
        #expect(cache.serve(try TestModel.servable(4), generation: 4).outcome == .outdated)
        #expect(cache.serve(try TestModel.servable(6), generation: 5).outcome == .outdated)
        #expect(cache.serve(try TestModel.servable(5), generation: 5).outcome == .alreadySo)
        #expect(cache.ids == (try ids(5)))

        _ = cache.insert(try TestModel.servable(9, of: 9, byteCount: 300))
        #expect(cache.ids == (try ids(9)))
        #expect(cache.serve(try TestModel.servable(4), generation: 4).outcome == .outdated)
        #expect(cache.serve(try TestModel.servable(5), generation: 5).outcome == .made)
    }

    @Test func `a registry that was put back is followed when that is allowed`() throws {
        let name = try TestModel.name()
        let third = try TestModel.id(3)
        #expect(!cache.allow(3, of: name, modelID: third))
        _ = cache.serve(try TestModel.servable(5), generation: 5)
        #expect(!cache.allow(5, of: name, modelID: try TestModel.id(5)))
        #expect(!cache.allow(6, of: name, modelID: third))

        #expect(cache.allow(3, of: name, modelID: third))
        #expect(cache.production(of: name)?.generation == 5)
        #expect(cache.serve(try TestModel.servable(3), generation: 3).outcome == .made)
        #expect(cache.serve(try TestModel.servable(2), generation: 2).outcome == .outdated)
        #expect(cache.allow(3, of: name, modelID: try TestModel.id(7)))
        #expect(try cache.serve(TestModel.servable(7), generation: 3).outcome == .made)
    }

    @Test func `a withdrawn name is gone with its rollback target`() throws {
        let name = try TestModel.name()
        _ = cache.serve(try TestModel.servable(1), generation: 1)
        _ = cache.serve(try TestModel.servable(2), generation: 2, rollbackTarget: try TestModel.id(1))

        #expect(cache.withdraw(name).removed.map(\.modelID) == [try TestModel.id(2), try TestModel.id(1)])
        #expect(cache.withdraw(name).outcome == .alreadySo)
        #expect(cache.byteCount == 0)
        #expect(try entry() == nil)
        #expect(cache.productionNames.isEmpty)
    }

    @Test func `R31: an old servable ends with its last reader, not before`() throws {
        weak var watched: Servable?
        var reader = ModelCache.Reader(cache)
        var held: CacheEntry?
        do {
            let first = try TestModel.servable(1)
            watched = first
            _ = cache.serve(first, generation: 1)
            let snapshot = reader.current()
            held = try ByteView.with(TestModel.name().text) { snapshot.entry(named: $0) }
        }
        _ = cache.serve(try TestModel.servable(2), generation: 2)

        #expect(cache.ids == (try ids(2)))
        #expect(held?.servable === watched)
        held = nil
        #expect(watched != nil, "the reader's snapshot still has it")
        _ = reader.current()
        #expect(watched == nil)
    }

    @Test func `an evicted servable ends at once when nobody reads it`() throws {
        weak var watched: Servable?
        do {
            let first = try TestModel.servable(1)
            watched = first
            _ = cache.insert(first)
        }
        #expect(watched != nil)
        _ = cache.insert(try TestModel.servable(2, of: 2, byteCount: 300))

        #expect(watched == nil)
    }

    @Test func `a thousand names are told apart`() throws {
        let cache = ModelCache(byteBudget: 1 << 30)
        let model = try TestModel.model(1)
        for number in 1...1000 {
            let servable = try Servable(
                name: TestModel.name(number), modelID: TestModel.id(number), model: model, mappedByteCount: 1,
                loadMilliseconds: 0, source: .file)
            _ = cache.serve(servable, generation: UInt64(number))
        }
        var reader = ModelCache.Reader(cache)
        let snapshot = reader.current()
        for number in 1...1000 {
            let entry = try ByteView.with(TestModel.name(number).text) { snapshot.entry(named: $0) }
            #expect(entry?.generation == UInt64(number))
        }
        #expect(try ByteView.with(TestModel.name(1001).text) { snapshot.entry(named: $0) } == nil)
    }
}
