import HearthModel
import Testing

/// Which leaf rows are stored once.
@Suite struct LeafTableTests {
    /// Trees of one leaf each.
    private func definition(_ leaves: [Double]) -> ModelDefinition {
        ModelDefinition(
            signature: InputSignature(columnCount: 1),
            estimator: .treeEnsemble(
                TreeEnsemble(
                    columnCount: 1, inputs: .float32, thresholds: .float64, splitRule: .lessOrEqual, missing: .refused,
                    trees: leaves.map { Tree(nodes: [.leaf(0)], leafValues: [$0]) }, aggregation: .sum, baseValues: [0],
                    link: .identity, task: .regression)))
    }

    private func leaves(of definition: ModelDefinition) throws -> [Double] {
        let sections = try PackedModel.pack(definition)
        let bytes = try #require(sections.first { $0.id == .leaves }).bytes
        return stride(from: 0, to: bytes.count, by: 8).map { start in
            Double(bitPattern: (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) })
        }
    }

    @Test func `equal rows are stored once, in the order in which they come, and both zeros apart`() throws {
        #expect(try leaves(of: definition([3, 1, 3, 2, 1, 0, 0])) == [3, 1, 2, 0])
        let zeros = try leaves(of: definition([0, -0.0, 0, -0.0]))
        #expect(zeros.map(\.sign) == [.plus, .minus])
    }

    @Test func `a forest of many distinct leaves keeps every value, and stops looking for equal ones`() throws {
        let distinct = (0..<9000).map { Double($0) / 7 }
        let stored = try leaves(of: definition(distinct + [distinct[0]]))
        #expect(stored == distinct + [distinct[0]])
    }

    @Test func `rows that meet at one place of the table are all stored`() throws {
        // Multiples of 2 to the 52nd as bits: the low half of each is zero, so that many hash alike.
        let alike = (0..<2000).map { Double(bitPattern: UInt64($0) << 52 | 1) }
        let stored = try leaves(of: definition(alike + alike))
        #expect(Set(stored.map(\.bitPattern)) == Set(alike.map(\.bitPattern)))
        #expect(stored.count >= alike.count)
    }
}
