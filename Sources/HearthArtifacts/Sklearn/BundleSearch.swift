/// Finds the one estimator in what people pickle around it: a dict, list or tuple, or one within another.
///
/// Nothing else of a bundle is read. Two fitted objects beside each other are refused: what the program that saved them
/// does with both is not in the file.
enum BundleSearch {
    private static let depthMax = 3

    static func estimator(in root: PickleNode) throws(ArtifactError) -> PickleNode {
        guard root.kind != .object else { return root }
        var found: [PickleNode] = []
        var known: Set<UInt32> = []
        var walk = PickleWalk()
        try collect(root, depth: 0, &walk, &known, &found)
        guard let first = found.first else {
            throw root.error(
                "\(root.found) without a fitted estimator found, one expected", code: .unsupported,
                hint: "save the fitted estimator itself, or a dict with it as a value")
        }
        guard found.count == 1 else {
            let names = found.prefix(8).map { "\($0.path) (\($0.className?.name ?? "?"))" }.joined(separator: ", ")
            throw root.error(
                "\(found.count) fitted objects found: \(names); one expected", code: .unsupported,
                hint: "put them into one Pipeline and save that, or save the estimator alone")
        }
        return first
    }

    private static func collect(
        _ node: PickleNode, depth: Int, _ walk: inout PickleWalk, _ known: inout Set<UInt32>,
        _ found: inout [PickleNode]
    ) throws(ArtifactError) {
        var parts: [PickleNode] = []
        switch node.kind {
        case .object:
            let isFitted = ["sklearn.", "xgboost.", "lightgbm."].contains {
                node.className?.module.hasPrefix($0) ?? false
            }
            guard isFitted, known.insert(node.index).inserted else { return }
            found.append(node)
            return
        case .dictionary: parts = try node.pairs().map(\.value)
        case .list, .tuple: parts = try node.items()
        default: return
        }
        guard depth < depthMax else { return }
        try walk.enter(node) { walk throws(ArtifactError) in
            for part in parts { try collect(part, depth: depth + 1, &walk, &known, &found) }
        }
    }
}
