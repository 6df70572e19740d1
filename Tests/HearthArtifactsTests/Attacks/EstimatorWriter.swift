import HearthArtifacts

/// Writes one value of a pickle.
typealias PickleValue = (inout PickleWriter) -> Void

/// Estimators as scikit-learn writes them, whatever their parts say: the real ones are in the corpus.
extension PickleWriter {
    /// An object of a class with a state of these attributes, the version last.
    mutating func object(
        _ module: String, _ name: String, version: String? = "1.7.2", memo: UInt8? = nil,
        _ state: [(String, PickleValue)]
    ) {
        global(module, name)
        raw([0x29, 0x81])
        if let memo { raw([0x71, memo]) }
        dictionary(state + (version.map { version in [("_sklearn_version", { $0.string(version) })] } ?? []))
        op("b")
    }

    mutating func dictionary(_ pairs: [(String, PickleValue)]) {
        op("}")
        op("(")
        for (key, value) in pairs {
            string(key)
            value(&self)
        }
        op("u")
    }

    mutating func list(_ items: [PickleValue]) {
        raw(Array("](".utf8))
        for item in items { item(&self) }
        op("e")
    }

    /// A float.
    mutating func float(_ value: Double) {
        op("G")
        little(value.bitPattern.byteSwapped)
    }

    mutating func doubles(_ values: [Double], shape: [Int32]? = nil) {
        array("f8", shape: shape ?? [Int32(values.count)]) { writer in
            writer.data(values.flatMap { Self.word($0.bitPattern) })
        }
    }

    mutating func integers(_ values: [Int64]) {
        array("i8", shape: [Int32(values.count)]) { writer in
            writer.data(values.flatMap { Self.word(UInt64(bitPattern: $0)) })
        }
    }

    mutating func strings(_ values: [String]) {
        array("O8", shape: [Int32(values.count)]) { writer in
            writer.list(values.map { value in { $0.string(value) } })
        }
    }

    static func word(_ bits: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt64($0))) } }
}

/// A tree of scikit-learn with every part open to a lie; as it stands, a sound stump.
struct TreeParts {
    struct Node {
        var left: Int64 = -1
        var right: Int64 = -1
        var feature: Int64 = -2
        var threshold = -2.0
    }

    var nodes = [Node(left: 1, right: 2, feature: 0, threshold: 0.5), Node(), Node()]
    var values = [0.0, 1, 2]
    /// The bytes of the values; nil for those of ``values``.
    var valueBytes: [UInt8]?
    /// The shape of the values; nil for the one that fits.
    var valueShape: [Int32]?
    /// What `node_count` says; nil for the truth.
    var nodeCount: Int32?
    var columnCount: Int32 = 2
    var classCounts: [Int64] = [1]
    var outputCount: Int32 = 1
    /// Name, type and place of each field of a node.
    var fields: [(name: String, spec: String, offset: Int32)] = [
        ("left_child", "i8", 0), ("right_child", "i8", 8), ("feature", "i8", 16), ("threshold", "f8", 24),
        ("impurity", "f8", 32), ("n_node_samples", "i8", 40), ("weighted_n_node_samples", "f8", 48),
        ("missing_go_to_left", "u1", 56),
    ]

    func write(_ writer: inout PickleWriter) {
        writer.global("sklearn.tree._tree", "Tree")
        writer.tuple {
            $0.integer(columnCount)
            $0.integers(classCounts)
            $0.integer(outputCount)
        }
        writer.op("R")
        writer.dictionary([
            ("max_depth", { $0.integer(1) }), ("node_count", { $0.integer(nodeCount ?? Int32(nodes.count)) }),
            ("nodes", { writeNodes(&$0) }),
            ("values", { writeValues(&$0) }),
        ])
        writer.op("b")
    }

    private func writeValues(_ writer: inout PickleWriter) {
        let shape = valueShape ?? [Int32(values.count), 1, 1]
        guard let valueBytes else { return writer.doubles(values, shape: shape) }
        writer.array("f8", shape: shape) { $0.data(valueBytes) }
    }

    private func writeNodes(_ writer: inout PickleWriter) {
        writer.global("numpy.core.multiarray", "_reconstruct")
        writer.tuple {
            $0.global("numpy", "ndarray")
            $0.tuple { $0.integer(0) }
            $0.data([0x62])
        }
        writer.op("R")
        writer.tuple {
            $0.integer(1)
            $0.tuple { $0.integer(Int32(nodes.count)) }
            writeType(&$0)
            $0.raw([0x89])
            $0.data(nodes.flatMap(Self.bytes))
        }
        writer.op("b")
    }

    private func writeType(_ writer: inout PickleWriter) {
        writer.global("numpy", "dtype")
        writer.tuple { $0.string("V64") }
        writer.op("R")
        writer.tuple {
            $0.integer(3)
            $0.string("|")
            $0.op("N")
            $0.tuple { for field in fields { $0.string(field.name) } }
            $0.dictionary(
                fields.map { field in
                    (
                        field.name,
                        {
                            $0.tuple {
                                $0.elementType(field.spec)
                                $0.integer(field.offset)
                            }
                        }
                    )
                })
            $0.integer(64)
            $0.integer(1)
            $0.integer(16)
        }
        writer.op("b")
    }

    private static func bytes(_ node: Node) -> [UInt8] {
        let words = [
            UInt64(bitPattern: node.left), UInt64(bitPattern: node.right), UInt64(bitPattern: node.feature),
            node.threshold.bitPattern, 0, 1, 1.0.bitPattern, 0,
        ]
        return words.flatMap(PickleWriter.word)
    }

    /// A DecisionTreeRegressor around the tree.
    func regressor(columnCount: Int32 = 2, memo: UInt8? = nil) -> PickleValue {
        { writer in
            writer.object(
                "sklearn.tree._classes", "DecisionTreeRegressor", memo: memo,
                [
                    ("criterion", { $0.string("squared_error") }), ("splitter", { $0.string("best") }),
                    ("n_features_in_", { $0.integer(columnCount) }), ("n_outputs_", { $0.integer(1) }),
                    ("tree_", write),
                ])
        }
    }
}

/// A pickle of one value.
func pickle(_ value: PickleValue) -> [UInt8] { PickleWriter.pickle { value(&$0) } }

/// A RandomForestRegressor of these trees.
func forest(_ trees: [PickleValue], columnCount: Int32 = 2) -> PickleValue {
    { writer in
        writer.object(
            "sklearn.ensemble._forest", "RandomForestRegressor",
            [
                ("n_features_in_", { $0.integer(columnCount) }), ("n_outputs_", { $0.integer(1) }),
                ("estimators_", { $0.list(trees) }),
            ])
    }
}

/// An IsolationForest of these parts.
func isolationForest(
    trees: Int = 2, columns: [[Int64]] = [[0, 1], [1, 0]], offset: Double = -0.5, lengths: Int? = nil
) -> PickleValue {
    { writer in
        var parts: [(String, PickleValue)] = [
            ("n_features_in_", { $0.integer(2) }),
            ("estimators_", { $0.list((0..<trees).map { _ in TreeParts().regressor() }) }),
            ("estimators_features_", { $0.list(columns.map { list in { $0.integers(list) } }) }),
            ("_max_samples", { $0.integer(8) }), ("offset_", { $0.float(offset) }),
        ]
        if let lengths {
            parts.append(
                (
                    "_average_path_length_per_tree",
                    { writer in writer.tuple { for _ in 0..<lengths { $0.doubles([0, 0, 0]) } } }
                ))
        }
        writer.object("sklearn.ensemble._iforest", "IsolationForest", parts)
    }
}

/// A GradientBoostingRegressor of one tree.
func boosting(rate: Double = 0.1, constant: Double = 0.5) -> PickleValue {
    { writer in
        writer.object(
            "sklearn.ensemble._gb", "GradientBoostingRegressor",
            [
                ("n_features_in_", { $0.integer(2) }), ("learning_rate", { $0.float(rate) }),
                ("loss", { $0.string("squared_error") }),
                (
                    "estimators_",
                    { $0.array("O8", shape: [1, 1]) { $0.list([TreeParts().regressor()]) } }
                ),
                (
                    "init_",
                    {
                        $0.object(
                            "sklearn.dummy", "DummyRegressor",
                            [("constant_", { $0.doubles([constant], shape: [1, 1]) })])
                    }
                ),
            ])
    }
}

/// A Pipeline of these steps, which are named `a`.
func pipeline(memo: UInt8? = nil, _ steps: [PickleValue]) -> PickleValue {
    { writer in
        writer.object(
            "sklearn.pipeline", "Pipeline", memo: memo,
            [
                (
                    "steps",
                    {
                        $0.list(
                            steps.map { step in
                                {
                                    $0.tuple {
                                        $0.string("a")
                                        step(&$0)
                                    }
                                }
                            })
                    }
                )
            ])
    }
}
