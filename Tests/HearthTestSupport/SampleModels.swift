import HearthCore
package import HearthModel

/// Small models with known shapes, made from a seed.
package enum SampleModels {
    /// An isolation forest of random splits: its scores differ from seed to seed, so an answer tells which model gave
    /// it.
    package static func isolationForest(
        seed: UInt64, trees: Int = 20, columns: Int = 4, depth: Int = 6, window: Int = 1
    ) -> ModelDefinition {
        var random = SplitMix64(seed: seed)
        let ensemble = TreeEnsemble(
            columnCount: columns, inputs: .float32, thresholds: .float64, splitRule: .lessOrEqual, missing: .refused,
            trees: (0..<trees).map { _ in tree(columns: columns, depth: depth, &random) }, aggregation: .sum,
            baseValues: [0], link: .isolation(normalizer: Double(trees) * 10.244770920116851),
            task: .anomaly(offset: -0.5))
        return ModelDefinition(
            signature: InputSignature(columnCount: columns, window: window), estimator: .treeEnsemble(ensemble),
            threshold: 0.5)
    }

    private static func tree(columns: Int, depth: Int, _ random: inout SplitMix64) -> Tree {
        var nodes: [Tree.Node] = []
        var leafValues: [Double] = []
        grow(&nodes, &leafValues, columns: columns, level: 1, depth: depth, &random)
        return Tree(nodes: nodes, leafValues: leafValues)
    }

    private static func grow(
        _ nodes: inout [Tree.Node], _ leafValues: inout [Double], columns: Int, level: Int, depth: Int,
        _ random: inout SplitMix64
    ) {
        let place = nodes.count
        nodes.append(.leaf(0))
        guard level <= depth, level == 1 || Int.random(in: 0..<8, using: &random) > 0 else {
            nodes[place] = .leaf(leafValues.count)
            leafValues.append(Double(level) + Double.random(in: 0..<2, using: &random))
            return
        }
        let left = nodes.count
        grow(&nodes, &leafValues, columns: columns, level: level + 1, depth: depth, &random)
        let right = nodes.count
        grow(&nodes, &leafValues, columns: columns, level: level + 1, depth: depth, &random)
        nodes[place] = .split(
            column: Int.random(in: 0..<columns, using: &random), threshold: Double.random(in: -2..<2, using: &random),
            left: left, right: right, missingGoesLeft: false)
    }
}
