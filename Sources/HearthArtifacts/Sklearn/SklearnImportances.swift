import HearthModel

/// `feature_importances_` of scikit-learn's trees and forests: how much each column lowered the impurity, as the
/// library adds it up (R132).
///
/// Computed of what a file stores for each node. A file that lacks it, or holds what makes no sense, has none: they
/// are never made up, and a model is never refused for them.
struct SklearnImportances {
    /// The estimator that they are of.
    let className: String
    /// One per column; they add up to 1, or are all 0.
    let values: [Double]

    /// nil for an estimator that has none.
    init?(_ source: SklearnEstimator) {
        let values: [Double]?
        switch source.className {
        case "DecisionTreeClassifier", "DecisionTreeRegressor", "ExtraTreeClassifier", "ExtraTreeRegressor":
            values = Self.ofTree(source.node, source)?.values
        case "RandomForestClassifier", "RandomForestRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor":
            values = Self.mean(try? source.node.member("estimators_").items(), source, isEachNormalised: true)
        case "GradientBoostingClassifier", "GradientBoostingRegressor":
            values = Self.mean(
                try? source.node.member("estimators_").array().nodes(), source, isEachNormalised: false)
        default: return nil
        }
        guard let values, values.allSatisfy({ $0.isFinite && $0 >= 0 }) else { return nil }
        className = source.className
        self.values = values
    }

    /// The mean over the trees that have a split, added in their order, as shares.
    private static func mean(
        _ trees: [PickleNode]?, _ source: SklearnEstimator, isEachNormalised: Bool
    ) -> [Double]? {
        guard let trees, let columnCount = try? source.columnCount() else { return nil }
        var sums = [Double](repeating: 0, count: columnCount)
        var count = 0
        for tree in trees {
            guard let importance = ofTree(tree, source, isNormalised: isEachNormalised) else { return nil }
            guard importance.nodeCount > 1 else { continue }
            count += 1
            for column in sums.indices { sums[column] += importance.values[column] }
        }
        guard count > 0 else { return sums }
        return shares(sums.map { $0 / Double(count) })
    }

    /// `Tree.compute_feature_importances`.
    private static func ofTree(
        _ estimator: PickleNode, _ source: SklearnEstimator, isNormalised: Bool = true
    ) -> (values: [Double], nodeCount: Int)? {
        guard let columnCount = try? source.columnCount(), let tree = try? estimator.member("tree_"),
            let records = try? tree.member("nodes").array().requireShape([nil]),
            let left = try? SklearnNodes.field("left_child", .signed, 8, of: records).integers(),
            let right = try? SklearnNodes.field("right_child", .signed, 8, of: records).integers(),
            let feature = try? SklearnNodes.field("feature", .signed, 8, of: records).integers(),
            let impurity = try? SklearnNodes.field("impurity", .float, 8, of: records).doubles(),
            let weight = try? SklearnNodes.field("weighted_n_node_samples", .float, 8, of: records).doubles(),
            let root = weight.first, root > 0
        else { return nil }
        var values = [Double](repeating: 0, count: columnCount)
        for index in left.indices where left[index] != -1 {
            guard let low = Int(exactly: left[index]), let high = Int(exactly: right[index]),
                let column = Int(exactly: feature[index]), left.indices.contains(low), left.indices.contains(high),
                values.indices.contains(column)
            else { return nil }
            // In the library's order.
            values[column] +=
                weight[index] * impurity[index] - weight[low] * impurity[low] - weight[high] * impurity[high]
        }
        for column in values.indices { values[column] /= root }
        return (isNormalised ? shares(values) : values, left.count)
    }

    private static func shares(_ values: [Double]) -> [Double] {
        let sum = values.reduce(0, +)
        return sum > 0 ? values.map { $0 / sum } : values
    }
}
