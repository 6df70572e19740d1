import HearthModel
import Testing

struct PlacementTests {
    /// A full tree of the given depth.
    private func fullTree(depth: Int) -> Tree {
        let innerCount = 1 << depth - 1
        let nodes: [Tree.Node] = (0..<2 * innerCount + 1).map { index in
            index < innerCount
                ? .split(
                    column: index % 3, threshold: Double(index), left: 2 * index + 1, right: 2 * index + 2,
                    missingGoesLeft: false) : .leaf(index - innerCount)
        }
        return Tree(nodes: nodes, leafValues: (0...innerCount).map(Double.init))
    }

    @Test func `a walk of eight steps through small nodes touches four or five cache lines`() throws {
        var ensemble = Definitions.ensemble()
        ensemble.trees = [fullTree(depth: 8)]
        let sections = try PackedModel.pack(Definitions.model(ensemble))
        let bytes = try #require(sections.first { $0.id == .nodes }).bytes
        #expect(bytes.count == 512 * 8, "no slot but the first is empty")
        var lineCounts: [Int] = []
        for path in 0..<256 {
            var slot = 1
            var lines: Set<Int> = [0]
            for step in 0..<8 {
                let delta = Int(bytes[8 * slot + 6]) | Int(bytes[8 * slot + 7]) << 8
                #expect(delta > 0 && (slot + delta) % 2 == 0, "children after their parent, a pair in one line")
                slot += delta + path >> step & 1
                lines.insert(slot / 8)
            }
            lineCounts.append(lines.count)
        }
        #expect(lineCounts.max() ?? 0 <= 5)
    }

    @Test func `trees of every depth keep their depth`() throws {
        for depth in 0...10 {
            var ensemble = Definitions.ensemble(inputs: depth % 2 == 0 ? .float32 : .float64)
            ensemble.trees = [fullTree(depth: depth)]
            let placed = PlacedSections(try PackedModel.pack(Definitions.model(ensemble)))
            let packed = try unsafe PackedModel(sections: { unsafe placed[$0] })
            #expect(packed.ensemble?.stepsMax == depth)
        }
    }
}
