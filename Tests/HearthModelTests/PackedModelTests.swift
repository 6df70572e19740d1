import HearthCore
import HearthModel
import Testing

/// Reading packed models back: what the packer writes passes, what it would not write is an error and never a crash.
struct PackedModelTests {
    @Test func `every packed definition reads back with its descriptor`() throws {
        for definition in Definitions.all {
            let sections = try PackedModel.pack(definition)
            let placed = PlacedSections(sections)
            let packed = try unsafe PackedModel(sections: { unsafe placed[$0] })
            #expect(packed.descriptor.signature == definition.signature)
            #expect(packed.descriptor.threshold == definition.threshold)
            #expect(packed.descriptor.stages.count == definition.stages.count)
            #expect(try PackedModel.pack(definition) == sections, "the same definition gives the same bytes")
        }
    }

    @Test func `a float32 forest packs into nodes of eight bytes, leaves looping on themselves`() throws {
        let sections = try PackedModel.pack(Definitions.model(Definitions.ensemble()))
        let nodes = try #require(sections.first { $0.id == .nodes }).bytes
        #expect(nodes.count == 3 * 8 * 8)
        // Slot 1, the root: key of 0.5, feature 0, children one slot ahead.
        #expect(Array(nodes[8..<16]) == [0x00, 0x00, 0x00, 0xBF, 0, 0, 1, 0])
        // Slot 2, its left child: leaf row 0, delta 0.
        #expect(Array(nodes[16..<24]) == [0x01, 0x00, 0x80, 0xFF, 0, 0, 0, 0])
        let leaves = try #require(sections.first { $0.id == .leaves }).bytes
        #expect(leaves.count == 5 * 8, "equal leaf rows are stored once")
    }

    @Test func `float64 inputs and categories take nodes of sixteen bytes`() throws {
        for ensemble in [Definitions.ensemble(inputs: .float64), Definitions.categorical()] {
            let sections = try PackedModel.pack(Definitions.model(ensemble))
            #expect(sections.first { $0.id == .nodes }?.bytes.count == 3 * 8 * 16)
        }
    }

    @Test func `an absent section is named`() throws {
        for definition in Definitions.all {
            let sections = try PackedModel.pack(definition)
            for index in sections.indices {
                var fewer = sections
                let removed = fewer.remove(at: index)
                let error = PlacedSections(fewer).error()
                #expect(error?.code == .missingSection)
                #expect(error?.place == "section \(removed.id)")
            }
        }
    }

    @Test func `a section cut or lengthened anywhere is refused`() throws {
        for definition in Definitions.all {
            let sections = try PackedModel.pack(definition)
            for index in sections.indices {
                for byteCount in 0..<sections[index].bytes.count {
                    var cut = sections
                    cut[index].bytes.removeLast(cut[index].bytes.count - byteCount)
                    #expect(PlacedSections(cut).error() != nil, "\(cut[index].id) cut to \(byteCount)")
                }
                var longer = sections
                longer[index].bytes.append(0)
                #expect(PlacedSections(longer).error() != nil)
            }
        }
    }

    @Test func `wrong links, features, leaf rows and depths are refused`() throws {
        let sections = try PackedModel.pack(Definitions.model(Definitions.ensemble()))
        func error(_ id: SectionID, _ offset: Int, _ byte: UInt8) -> String? {
            var changed = sections
            guard let index = changed.firstIndex(where: { $0.id == id }) else { return nil }
            changed[index].bytes[offset] = byte
            return PlacedSections(changed).error().map { "\($0.place): \($0.message)" }
        }
        let unsound = "section NODE: tree 0 with a child, feature or leaf out of its place found"
        #expect(error(.nodes, 8 + 6, 4) == unsound, "the right child beyond the tree")
        #expect(error(.nodes, 8 + 6, 0) == unsound, "root a leaf with a split's key")
        #expect(error(.nodes, 8 + 4, 3) == unsound, "feature beyond the columns")
        #expect(error(.nodes, 16, 9) == unsound, "leaf row beyond the table")
        #expect(error(.nodes, 16 + 4, 1) == unsound, "leaf with a feature")
        #expect(error(.nodes, 16 + 6, 1) == unsound, "leaf with children")
        #expect(error(.nodes, 24 + 3, 0xFF) == unsound, "split with a leaf's key")
        #expect(error(.trees, 8, 3) == "section TREE: tree 0 of depth 2 with 3 steps found")
        #expect(error(.trees, 0, 2) == "section TREE: tree 0 with root 2 and 5 nodes found after slot 0")
        #expect(error(.trees, 12, 1) == "section TREE: tree 0 with output 1 found")
        #expect(error(.descriptor, 0, 1)?.hasPrefix("section DESC: layout 1 found, 3 expected") == true)
    }

    @Test func `numbers that are not finite are refused`() throws {
        for id in [SectionID.leaves, .parameters] {
            var sections = try PackedModel.pack(Definitions.model(Definitions.ensemble()))
            let index = try #require(sections.firstIndex { $0.id == id })
            sections[index].bytes.replaceSubrange(0..<8, with: [0, 0, 0, 0, 0, 0, 0xF0, 0x7F])
            #expect(PlacedSections(sections).error()?.place == "section \(id)")
        }
    }

    @Test(arguments: 0..<4)
    func `thousands of damaged models give an error or a sound model, never a crash`(seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(seed))
        let models = try Definitions.all.map { try PackedModel.pack($0) }
        var accepted = 0
        for _ in 0..<4000 {
            var sections = models[Int.random(in: 0..<models.count, using: &generator)]
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0..<sections.count, using: &generator)
                let offset = Int.random(in: 0..<sections[index].bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: sections[index].bytes[offset] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 1: sections[index].bytes[offset] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
                case 2: sections[index].bytes.swapAt(offset, sections[index].bytes.count - 1)
                default: sections[index].bytes.removeSubrange(offset...)
                }
                if sections[index].bytes.isEmpty { break }
            }
            if PlacedSections(sections).error() == nil { accepted += 1 }
        }
        #expect(accepted < 4000)
    }

    @Test func `random bytes are no model`() {
        var generator = SplitMix64(seed: 5)
        let ids: [SectionID] = [.descriptor, .parameters, .trees, .nodes, .leaves, .categories]
        for _ in 0..<500 {
            let sections = ids.map { id in
                ModelSection(
                    id,
                    bytes: (0..<Int.random(in: 1...200, using: &generator)).map { _ in
                        UInt8.random(in: 0...255, using: &generator)
                    })
            }
            #expect(PlacedSections(sections).error() != nil)
        }
    }
}
