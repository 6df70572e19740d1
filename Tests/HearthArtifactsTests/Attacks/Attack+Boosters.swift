import HearthArtifacts

/// A small XGBoost model with every part open to a lie; as it stands, a sound stump.
struct XGBoostParts {
    var left = [1.0, -1, -1]
    var right = [2.0, -1, -1]
    var columns = [0.0, 0, 0]
    var conditions = [0.5, 1, 2]
    var treeInfo = [0.0]
    var columnCount = "2"
    var classCount = "0"
    var baseScore = "5E-1"
    var bestIteration = "0"
    var parallelTrees = "1"
    /// Categories, and of each categorical node its number, first category and count.
    var categories: (values: [Double], nodes: [Double], segments: [Double], sizes: [Double])?

    /// The model as a tree of values.
    private var document: Value {
        var tree: [(String, Value)] = [
            ("left_children", .numbers(left)), ("right_children", .numbers(right)),
            ("split_indices", .numbers(columns)), ("split_conditions", .numbers(conditions)),
            ("default_left", .numbers(left.map { _ in 0 })),
        ]
        if let categories {
            tree += [
                ("split_type", .numbers(left.map { $0 < 0 ? 0 : 1 })), ("categories", .numbers(categories.values)),
                ("categories_nodes", .numbers(categories.nodes)),
                ("categories_segments", .numbers(categories.segments)),
                ("categories_sizes", .numbers(categories.sizes)),
            ]
        }
        let model = Value.object([
            ("gbtree_model_param", .object([("num_parallel_tree", .text(parallelTrees))])),
            ("tree_info", .numbers(treeInfo)), ("trees", .list([.object(tree)])),
        ])
        let learner = Value.object([
            ("attributes", .object([("best_iteration", .text(bestIteration))])),
            (
                "learner_model_param",
                .object([
                    ("base_score", .text(baseScore)), ("num_class", .text(classCount)),
                    ("num_feature", .text(columnCount)),
                ])
            ), ("objective", .object([("name", .text("reg:squarederror"))])),
            ("gradient_booster", .object([("name", .text("gbtree")), ("model", model)])),
        ])
        return .object([("version", .numbers([2, 1, 4])), ("learner", learner)])
    }

    var json: [UInt8] { Array(document.json.utf8) }

    var ubjson: [UInt8] { document.ubjson }

    /// What both formats write.
    indirect enum Value {
        case text(String)
        case numbers([Double])
        case list([Value])
        case object([(String, Value)])

        var json: String {
            switch self {
            case .text(let text): "\"\(text)\""
            case .numbers(let numbers): "[\(numbers.map { "\($0)" }.joined(separator: ","))]"
            case .list(let items): "[\(items.map(\.json).joined(separator: ","))]"
            case .object(let members):
                "{\(members.map { "\"\($0.0)\":\($0.1.json)" }.joined(separator: ","))}"
            }
        }

        var ubjson: [UInt8] {
            switch self {
            case .text(let text): [0x53] + Self.named(text)
            case .numbers(let numbers):
                Array("[$D#L".utf8) + PickleWriter.word(UInt64(numbers.count)).reversed()
                    + numbers.flatMap { PickleWriter.word($0.bitPattern).reversed() }
            case .list(let items): Array("[".utf8) + items.flatMap(\.ubjson) + Array("]".utf8)
            case .object(let members):
                Array("{".utf8) + members.flatMap { Self.named($0.0) + $0.1.ubjson } + Array("}".utf8)
            }
        }

        private static func named(_ text: String) -> [UInt8] {
            [0x4C] + PickleWriter.word(UInt64(text.utf8.count)).reversed() + Array(text.utf8)
        }
    }
}

/// A small LightGBM model with every line open to a lie; as it stands, a sound stump.
struct LightGBMParts {
    var lines = [
        "tree", "version=v4", "num_class=1", "num_tree_per_iteration=1", "max_feature_idx=1", "objective=regression",
        "feature_names=a b", "", "Tree=0", "num_leaves=2", "num_cat=0", "split_feature=0", "threshold=0.5",
        "decision_type=2", "left_child=-1", "right_child=-2", "leaf_value=1 2", "", "end of trees", "",
    ]

    init(_ changed: String...) {
        for line in changed {
            let key = line.prefix { $0 != "=" } + "="
            guard let index = lines.firstIndex(where: { $0.hasPrefix(key) }) else { continue }
            lines[index] = line
        }
    }

    var text: String { lines.joined(separator: "\n") }
}

extension Attack {
    private static func xgboost(
        _ name: String, says: String, _ change: @escaping @Sendable (inout XGBoostParts) -> Void
    ) -> [Attack] {
        var parts = XGBoostParts()
        change(&parts)
        let (json, ubjson) = (parts.json, parts.ubjson)
        return [
            Attack("XGBoost JSON", name, .corrupt, says: says) { json },
            Attack("XGBoost UBJSON", name, .corrupt, says: says) { ubjson },
        ]
    }

    private static func lightGBM(_ name: String, says: String, _ line: String) -> Attack {
        Attack("LightGBM", name, .corrupt, says: says) { Array(LightGBMParts(line).text.utf8) }
    }

    private static func nested(_ head: String, _ part: String) -> [UInt8] {
        Array((head + String(repeating: part, count: 100_000)).utf8)
    }

    private static func promised(_ marker: String, _ count: UInt64) -> [UInt8] {
        Array("{U\u{1}a\(marker)".utf8) + PickleWriter.word(count).reversed()
    }

    static let boosters: [Attack] =
        xgboost("a child beyond the end", says: "3.0 at learner.gradient_booster") { $0.left[0] = 4 }
        .map { attack in
            var attack = attack
            attack.says = "left_children[0] found, a whole number from -1 to 3 expected"
            return attack
        }
        + xgboost("a child that is no number", says: "left_children[0] found, a whole number") { $0.left[0] = 0.5 }
        + xgboost("a node as its own child", says: "child 0 of tree 0 node 0 found") { $0.left[0] = 0 }
        + xgboost("two parents", says: "child 1 of tree 0 node 0 found, a node of its own") { $0.right[0] = 1 }
        + xgboost("half a leaf", says: "child -1 of tree 0 node 0 found") { $0.right[0] = -1 }
        + xgboost("a column beyond the others", says: "column 2 at tree 0 node 0 found") { $0.columns[0] = 2 }
        + xgboost("thresholds of fewer nodes", says: "3 values of learner") { $0.conditions = [0.5] }
        + xgboost("a leaf that is not finite", says: "a leaf value that is not finite") { $0.conditions[1] = 1e39 }
        + xgboost("a tree of another output", says: "tree_info[0] found, a whole number") { $0.treeInfo = [1] }
        + xgboost("more groups than trees", says: "2 values of learner") { $0.treeInfo = [0, 0] }
        + xgboost("2 billion columns", says: "'2000000000' at learner") { $0.columnCount = "2000000000" }
        + xgboost("a billion classes", says: "'1000000000' at learner") { $0.classCount = "1000000000" }
        + xgboost("a number of a thousand digits", says: "base score '111") {
            $0.baseScore = String(repeating: "1", count: 1000)
        }
        + xgboost("a round that is not there", says: "10 rounds of 1 trees to use found") { $0.bestIteration = "9" }
        + xgboost("a round times trees that overflows", says: "rounds of 1000000 trees to use found") {
            ($0.bestIteration, $0.parallelTrees) = ("1000000000", "1000000")
        }
        + xgboost("categories beyond the list", says: "categories 1 to 2 of node 0") {
            $0.categories = ([3], [0], [1], [1])
        }
        + xgboost("categories that nodes share", says: "4 categories of nodes") {
            $0.categories = ([3, 4], [0, 1], [0, 0], [2, 2])
        }
        + xgboost("a category of 2 billion", says: "categories[0] found, a whole number") {
            $0.categories = ([2e9], [0], [0], [1])
        }
        + [
            ("100,000 lists in JSON", nested("{\"a\":", "[")),
            ("100,000 objects in JSON", nested("{\"a\":", "{\"a\":")),
            ("100,000 lists in UBJSON", nested("{U\u{1}a", "[")),
            ("100,000 objects in UBJSON", nested("{U\u{1}a", "{U\u{1}a")),
        ].map { name, bytes in
            Attack("depth", name, .corrupt, says: "nested 65 deep found, at most 64 expected") { bytes }
        }
        + [
            ("4e18 numbers", promised("[$d#L", 1 << 62)), ("a trillion elements", promised("[#L", 1 << 40)),
            ("a trillion bytes of text", promised("SL", 1 << 40)), ("a key of 9e18 bytes", promised("{L", .max >> 1)),
        ].map { name, bytes in
            Attack("counts", name, .truncated, says: "more than the 0 bytes left hold, expected") { bytes }
        }
        + [
            Attack("counts", "-1 numbers", .corrupt, says: "length -1 found, 0 or more") { promised("[$d#L", .max) },
            lightGBM("a billion leaves", says: "num_leaves of tree 0 found, a whole number", "num_leaves=1000000000"),
            lightGBM("leaves that are not there", says: "bytes of leaf_value of tree 0 found", "num_leaves=1000"),
            lightGBM("no leaves", says: "no leaves of tree 0 found", "num_leaves=0"),
            lightGBM("a child beyond the end", says: "'1' as left_child of tree 0 found", "left_child=1"),
            lightGBM("a leaf beyond the end", says: "'-3' as left_child of tree 0 found", "left_child=-3"),
            lightGBM("a split in itself", says: "child 0 of tree 0 node 0 found", "left_child=0"),
            lightGBM("two parents", says: "child -1 of tree 0 node 0 found", "right_child=-1"),
            lightGBM("a column beyond the others", says: "'2' as split_feature of tree 0", "split_feature=2"),
            lightGBM("a threshold that is no number", says: "'nan' as threshold of tree 0", "threshold=nan"),
            lightGBM("a threshold in hexadecimal", says: "'0x1p3' as threshold of tree 0", "threshold=0x1p3"),
            lightGBM(
                "a number of a thousand digits", says: "found, a number expected",
                "threshold=" + String(repeating: "1", count: 1000)),
            lightGBM("a leaf beyond double", says: "a leaf value that is not finite", "leaf_value=1 1e999"),
            lightGBM("an infinite leaf", says: "a leaf value that is not finite", "leaf_value=1 inf"),
            lightGBM("2 billion columns", says: "max_feature_idx of the header", "max_feature_idx=2000000000"),
            lightGBM("no trees of a round", says: "0 trees of a round found", "num_tree_per_iteration=0"),
            lightGBM("a billion trees of a round", says: "num_tree", "num_tree_per_iteration=1000000000"),
            lightGBM("a set that is not there", says: "categorical set 0.5 of tree 0 node 0", "decision_type=1"),
            lightGBM(
                "more names than columns", says: "more than 2 words of feature_names of the header found",
                "feature_names=" + String(repeating: "a ", count: 100_000)),
        ]
}
