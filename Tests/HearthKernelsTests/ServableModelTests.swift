import HearthCore
import HearthKernels
import HearthModel
import Testing

struct ServableModelTests {
    /// Counts its own end.
    private final class Owner: Sendable {
        let memory: [ModelSection]
        init(_ memory: [ModelSection]) { self.memory = memory }
    }

    @Test func `the owner of the memory lives as long as the model`() throws {
        let sections = try PackedModel.pack(Models.zScore())
        weak var weakOwner: Owner?
        do {
            let owner = Owner(sections)
            weakOwner = owner
            let placed = sections.map { ($0.id, AlignedCopy($0.bytes)) }
            let model = try unsafe ServableModel(
                section: { id in unsafe placed.first { $0.0 == id }?.1.bytes }, owner: owner)
            #expect(weakOwner != nil)
            #expect(model.signature.columnCount == 2)
        }
        #expect(weakOwner == nil)
    }

    @Test func `damaged sections are an error`() throws {
        var sections = try PackedModel.pack(Models.zScore())
        sections[1].bytes.removeLast()
        #expect(throws: ModelError.self) { try ServableModel(sections) }
        #expect(throws: ModelError.self) { try ServableModel([]) }
    }

    @Test func `the scratch of a call does not grow with the batch, and the work of a row is told`() throws {
        let model = try ServableModel(Models.regression((0..<100).map { _ in Models.stump(0) }))
        #expect(model.scratchByteCount < 64 * 1024)
        #expect(model.workPerRow == 200)
        _ = try model.predict([Double](repeating: 0, count: 10_000))
        #expect(try ServableModel(Models.linear([[1, 2], [3, 4]], [0, 0], .identity, .regression)).workPerRow == 4)
    }

    @Test func `threads that share a model and split a batch give the bits of one thread`() async throws {
        var random = RandomDefinitions(seed: 4)
        let definition = random.next()
        let model = try ServableModel(definition)
        let rows = random.rows(for: definition, count: 64).map { abs($0) > 1e30 || $0.isNaN ? 0.5 : $0 }
        let expected = try model.predict(rows)
        try await withThrowingTaskGroup(of: [Double].self) { group in
            for part in 0..<16 {
                group.addTask { try model.predict(rows, ranges: [0..<part, part..<64]) }
            }
            for try await outputs in group { #expect(bits(outputs) == bits(expected)) }
        }
    }

    @Test(arguments: 0..<2)
    func `whatever damaged model is accepted also answers`(seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(900 + seed))
        var random = RandomDefinitions(seed: UInt64(seed))
        for _ in 0..<40 {
            let definition = random.next()
            let sound = try PackedModel.pack(definition)
            for _ in 0..<40 {
                var sections = sound
                let index = Int.random(in: 0..<sections.count, using: &generator)
                let offset = Int.random(in: 0..<sections[index].bytes.count, using: &generator)
                sections[index].bytes[offset] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                guard let model = try? ServableModel(sections) else { continue }
                let rows = [Double](repeating: 0.25, count: 9 * model.signature.columnCount)
                _ = try? model.predict(rows)
            }
        }
    }
}

/// Bytes at a multiple of 64.
@safe
private final class AlignedCopy {
    let bytes: UnsafeRawBufferPointer

    init(_ source: [UInt8]) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 64)
        unsafe memory.copyBytes(from: source)
        unsafe bytes = UnsafeRawBufferPointer(memory)
    }

    deinit {
        unsafe bytes.deallocate()
    }
}
