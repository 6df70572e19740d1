import HearthCore
import HearthKernels
import HearthServing
import HearthTestSupport
import Synchronization
import Testing

@Suite struct ModelCacheStressTests {
    /// The cache's rules in their plainest form: lists, and a sort.
    private struct Reference {
        struct Item {
            var id: Int
            var name: Int
            var byteCount: Int
            var lastUsed: Int
            var isAskedFor = false
        }

        let budget: Int
        var items: [Item] = []
        var production: [Int: (id: Int, generation: Int)] = [:]
        var target: [Int: Int] = [:]
        var newest: [Int: Int] = [:]
        var pins: Set<Int> = []
        var now = 1

        mutating func insert(_ id: Int, _ name: Int, _ byteCount: Int) {
            add(id, name, byteCount)
            for index in items.indices where items[index].id == id { items[index].isAskedFor = true }
            evict(last: id)
        }

        mutating func serve(_ id: Int, _ name: Int, _ byteCount: Int, generation: Int, target wanted: Int?) {
            if let current = production[name], current == (id, generation) {
                touch(id)
                return
            }
            guard generation > newest[name] ?? 0 || (generation == newest[name] ?? 0 && production[name] == nil) else {
                touch(id)
                return
            }
            let outgoing = [production[name]?.id, target[name]].compactMap { $0 }.filter { $0 != id && $0 != wanted }
            add(id, name, byteCount)
            production[name] = (id, generation)
            newest[name] = generation
            target[name] = wanted
            items.removeAll { outgoing.contains($0.id) && !$0.isAskedFor }
            evict(last: id)
        }

        mutating func withdraw(_ name: Int) {
            let outgoing = [production.removeValue(forKey: name)?.id, target.removeValue(forKey: name)].compactMap {
                $0
            }
            newest[name] = nil
            items.removeAll { outgoing.contains($0.id) && !$0.isAskedFor }
            evict(last: 0)
        }

        mutating func touch(_ id: Int) {
            for index in items.indices where items[index].id == id { items[index].lastUsed = now }
        }

        private mutating func add(_ id: Int, _ name: Int, _ byteCount: Int) {
            if !items.contains(where: { $0.id == id }) {
                items.append(Item(id: id, name: name, byteCount: byteCount, lastUsed: now))
            }
            touch(id)
        }

        func isPinned(_ item: Item) -> Bool { pins.contains(item.name) && production[item.name]?.id == item.id }

        var byteCount: Int { items.reduce(0) { $0 + $1.byteCount } }

        private mutating func evict(last newcomer: Int) {
            while byteCount > budget {
                let candidates = items.filter { !isPinned($0) }
                guard
                    let oldest = candidates.filter({ $0.id != newcomer }).min(by: { $0.lastUsed < $1.lastUsed })
                        ?? candidates.first
                else { return }
                items.removeAll { $0.id == oldest.id }
                if production[oldest.name]?.id == oldest.id { production[oldest.name] = nil }
                if target[oldest.name] == oldest.id { target[oldest.name] = nil }
            }
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func `random operations leave the cache as a simple model has it`(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let cache = ModelCache(byteBudget: 1000)
        var reference = Reference(budget: 1000)
        let model = try TestModel.model(1)
        // Version v belongs to name v % 6; six versions each.
        let servables = try (0..<36).map { number in
            try Servable(
                name: TestModel.name(number % 6), modelID: TestModel.id(number), model: model,
                mappedByteCount: 50 + 10 * number, loadMilliseconds: 0, source: .file)
        }
        var generations = [Int](repeating: 0, count: 6)
        var reader = ModelCache.Reader(cache)
        for step in 0..<1500 {
            cache.tick()
            reference.now += 1
            let id = Int.random(in: 0..<36, using: &random)
            let name = id % 6
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<9:
                // Mostly the next generation, sometimes a late one.
                let isLate = Int.random(in: 0..<5, using: &random) == 0
                if !isLate { generations[name] += 1 }
                let generation = isLate ? Int.random(in: 0...generations[name], using: &random) : generations[name]
                let target = Bool.random(using: &random) ? reference.production[name]?.id : nil
                _ = cache.serve(
                    servables[id], generation: UInt64(generation),
                    rollbackTarget: try target.map { try TestModel.id($0) })
                reference.serve(id, name, servables[id].mappedByteCount, generation: generation, target: target)
            case 9..<13:
                _ = cache.insert(servables[id])
                reference.insert(id, name, servables[id].mappedByteCount)
            case 13..<18:
                cache.touch(servables[id])
                reference.touch(id)
            case 18:
                _ = cache.withdraw(try TestModel.name(name))
                reference.withdraw(name)
            default:
                reference.pins = Bool.random(using: &random) ? [] : [name]
                cache.pin(Set(try reference.pins.map { try TestModel.name($0) }))
            }
            try compare(cache, reference, &reader, "seed \(seed), step \(step)")
        }
    }

    private func compare(
        _ cache: ModelCache, _ reference: Reference, _ reader: inout ModelCache.Reader, _ place: String
    ) throws {
        let expected = try reference.items.map { try TestModel.id($0.id).text }.sorted()
        try #require(cache.ids == expected, "\(place)")
        try #require(cache.byteCount == reference.byteCount, "\(place)")
        let contents = cache.contents
        if cache.byteCount > cache.byteBudget, !contents.allSatisfy(\.isPinned) {
            // Unpinning does not evict; the next change does.
            try #require(reference.items.contains { !reference.isPinned($0) }, "\(place)")
        }
        let snapshot = reader.current()
        for name in 0..<6 {
            let text = try TestModel.name(name).text
            let entry = ByteView.with(text) { snapshot.entry(named: $0) }
            let expected = try reference.production[name].map { (try TestModel.id($0.id), UInt64($0.generation)) }
            try #require(entry?.servable.modelID == expected?.0 && entry?.generation == expected?.1, "\(place)")
        }
        for id in 0..<36 {
            let entry = try ByteView.with(TestModel.id(id).text) { snapshot.entry(version: $0) }
            try #require((entry != nil) == reference.items.contains { $0.id == id }, "\(place)")
        }
    }

    @Test func `R32: eight readers against two writers see whole entries, and generations that only grow`() throws {
        let cache = ModelCache(byteBudget: 400)
        let isDone = Atomic<Bool>(false)
        let lookups = Atomic<Int>(0)
        let problems = Mutex<[String]>([])
        let model = try TestModel.model(1)
        let writing = CompletionGroup()
        for _ in 0..<2 { writing.enter() }
        // Writers 0 and 1 swap names 0 and 1, three thousand generations each; version = generation.
        try onThreads(10) { index in
            if index < 2 {
                for generation in 1...3000 {
                    guard
                        let servable = try? Servable(
                            name: TestModel.name(index), modelID: TestModel.id(generation * 2 + index), model: model,
                            mappedByteCount: 100, loadMilliseconds: Double(generation), source: .file)
                    else { continue }
                    _ = cache.serve(servable, generation: UInt64(generation))
                    if generation % 16 == 0 { cache.tick() }
                }
                writing.leave()
                if index == 0 {
                    writing.wait()
                    isDone.store(true, ordering: .releasing)
                }
                return
            }
            var reader = ModelCache.Reader(cache)
            var newest: [UInt64] = [0, 0]
            repeat {
                for name in 0..<2 {
                    let snapshot = reader.current()
                    guard let entry = ByteView.with("isolation_forest.series-\(name)", { snapshot.entry(named: $0) })
                    else {
                        continue
                    }
                    lookups.wrappingAdd(1, ordering: .relaxed)
                    cache.touch(entry.servable)
                    if entry.generation < newest[name] || entry.servable.loadMilliseconds != Double(entry.generation) {
                        problems.withLock { $0.append("\(entry.generation) after \(newest[name])") }
                    }
                    newest[name] = entry.generation
                }
            } while !isDone.load(ordering: .acquiring)
        }

        #expect(problems.withLock { $0 } == [])
        #expect(lookups.load(ordering: .relaxed) > 0)
        #expect(cache.byteCount == 200)
        #expect(cache.production(of: try TestModel.name(1))?.generation == 3000)
    }
}
