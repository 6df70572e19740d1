import Foundation
import HearthModel

/// The oracle: an isolation forest scored as its definition reads, one tree after the other.
func plainScoreSamples(_ forest: TreeEnsemble, _ row: [Double]) -> Double {
    var sum = 0.0
    for tree in forest.trees {
        let values = (tree.columns ?? Array(row.indices)).map { Float(row[$0]) }
        var node = 0
        while case .split(let column, let threshold, let left, let right, _) = tree.nodes[node] {
            node = Double(values[column]) <= threshold ? left : right
        }
        if case .leaf(let leaf) = tree.nodes[node] { sum += tree.leafValues[leaf] }
    }
    guard case .isolation(let normalizer) = forest.link else { return .nan }
    return -pow(2.0, -(sum / normalizer))
}
