import HearthArtifacts
import HearthCore
import HearthTestSupport
import Testing

/// A file of up to 10 MB that asks for as much memory or work as it can.
struct CostlyFile: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// The code of the error; nil for a file that is a model.
    var code: ArtifactError.Code?
    var bytes: @Sendable () -> [UInt8]

    init(_ name: String, _ code: ArtifactError.Code?, _ bytes: @escaping @Sendable () -> [UInt8]) {
        (testDescription, self.code, self.bytes) = (name, code, bytes)
    }

    private static func many(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count * count)
        for _ in 0..<count { result += bytes }
        return result
    }

    static let all = reading + sharing + boosters

    private static let reading: [CostlyFile] = [
        CostlyFile("marks", .overBudget) { pickle { $0.raw(many([0x28], 9_900_000)) } },
        CostlyFile("lists", .overBudget) { pickle { $0.raw(many([0x5D], 9_900_000)) } },
        CostlyFile("memo slots", .unsupported) { pickle { $0.raw([0x4E] + many([0x94], 4_000_000)) } },
        CostlyFile("memo slots far apart", .unsupported) {
            pickle { writer in
                writer.op("N")
                for slot in 0..<1_900_000 as Range<UInt32> {
                    writer.op("r")
                    writer.little(slot &* 2 &+ 1_000_000_000)
                }
            }
        },
        CostlyFile("keys that are almost equal", .overBudget) {
            pickle { writer in
                let long = String(repeating: "k", count: 509)
                for key in 0..<32 as Range<UInt8> {
                    writer.string(long + String(key + 100))
                    writer.raw([0x71, key, 0x30])
                }
                let pairs = (0..<32 as Range<UInt8>).flatMap { key -> [UInt8] in [0x68, key, 0x4E] }
                writer.raw(Array("](".utf8))
                writer.raw(many([0x7D, 0x28] + pairs + [0x75], 90_000))
                writer.op("e")
            }
        },
        CostlyFile("a line of text that grows", .unsupported) { line(blockCount: 500) },
        CostlyFile("a line of text that grows too much", .overBudget) { line(blockCount: 1500) },
    ]

    /// One text in blocks of 60 KB, compressed, whose characters take two bytes each once they are read.
    private static func line(blockCount: Int) -> [UInt8] {
        var content: [UInt8] = [0x56]
        var random = SplitMix64(seed: 1)
        for _ in 0..<blockCount {
            content += [UInt8](repeating: 0xE9, count: 60_000)
            for _ in 0..<40 { content += PickleWriter.word(random.next()).map { $0 | 0x80 } }
        }
        return GzipSamples.gzip(content + [0x0A, 0x2E])
    }

    /// Small parts that are named again and again.
    private static let sharing: [CostlyFile] = [
        CostlyFile("a list of millions of nothing", .overBudget) {
            pickle { writer in
                writer.op("]")
                for _ in 0..<9 { writer.raw([0x28] + many([0x4E], 1_000_000) + [0x65]) }
            }
        },
        CostlyFile("a dict of millions of pairs", .overBudget) {
            pickle { writer in
                writer.op("}")
                for part in 0..<6 as Range<Int32> {
                    writer.op("(")
                    for key in 0..<250_000 as Range<Int32> {
                        writer.integer(part &* 250_000 &+ key)
                        writer.op("N")
                    }
                    writer.op("u")
                }
            }
        },
        CostlyFile("hundreds of thousands of estimators", .unsupported) {
            pickle { writer in
                writer.global("sklearn.linear_model._ridge", "Ridge")
                writer.raw([0x71, 0, 0x30, 0x29, 0x71, 1, 0x30])
                writer.raw(Array("](".utf8) + many([0x68, 0, 0x68, 1, 0x81], 600_000) + Array("e".utf8))
            }
        },
        CostlyFile("one large tree in every place of a forest", .overBudget) {
            pickle(forest([chain(50_000).regressor(memo: 9), { $0.raw(many([0x68, 9], 200_000)) }]))
        },
        CostlyFile("one small tree in every place of a forest", .overBudget) {
            pickle(forest([TreeParts().regressor(memo: 9), { $0.raw(many([0x68, 9], 200_000)) }]))
        },
        CostlyFile("a state of a million attributes in every place of a forest", .overBudget) {
            let tree: PickleValue = { writer in
                writer.global("sklearn.tree._classes", "DecisionTreeRegressor")
                writer.raw([0x29, 0x81, 0x71, 9])
                writer.op("}")
                for part in 0..<4 as Range<Int32> {
                    writer.op("(")
                    for key in 0..<250_000 as Range<Int32> {
                        writer.integer(part &* 250_000 &+ key)
                        writer.op("N")
                    }
                    writer.op("u")
                }
                // What a converter looks for stands behind all of them.
                writer.op("(")
                writer.string("n_outputs_")
                writer.integer(1)
                writer.string("criterion")
                writer.string("squared_error")
                writer.string("tree_")
                TreeParts().write(&writer)
                writer.op("u")
                writer.op("b")
            }
            return pickle(forest([tree, { $0.raw(many([0x68, 9], 200_000)) }]))
        },
        CostlyFile("one scaler in every place of a pipeline", .overBudget) {
            let scaler: PickleValue = {
                $0.object(
                    "sklearn.preprocessing._data", "StandardScaler", memo: 9,
                    [
                        ("n_features_in_", { $0.integer(2) }), ("with_mean", { $0.raw([0x89]) }),
                        ("with_std", { $0.raw([0x89]) }),
                    ])
            }
            // The first step, then a pair of a name and the scaler that is named again and again.
            return pickle { writer in
                writer.object(
                    "sklearn.pipeline", "Pipeline",
                    [
                        (
                            "steps",
                            {
                                $0.op("]")
                                $0.string("a")
                                scaler(&$0)
                                $0.raw([0x86, 0x71, 10, 0x61, 0x28] + many([0x68, 10], 200_000) + [0x65])
                            }
                        )
                    ])
            }
        },
        CostlyFile("all columns in every place of a union", .overBudget) {
            pickle(
                union(
                    "sklearn.pipeline", "FeatureUnion", "transformer_list",
                    entry: { writer in
                        writer.string("a")
                        indicator(&writer)
                        writer.raw([0x86])
                    }))
        },
        CostlyFile("a slice of all columns in every place of a transformer", .overBudget) {
            pickle(
                union(
                    "sklearn.compose._column_transformer", "ColumnTransformer", "transformers_",
                    entry: { writer in
                        writer.string("a")
                        indicator(&writer)
                        writer.global("builtins", "slice")
                        writer.tuple { $0.raw(Array("NNN".utf8)) }
                        writer.op("R")
                        writer.raw([0x87])
                    }))
        },
        CostlyFile("regressors that vote within each other", .overBudget) {
            // Two hundred places for each inner model, five levels: 3e11 models.
            pickle(
                (0..<5).reduce(TreeParts().regressor(memo: 100)) { inner, level in
                    { writer in
                        let memo = UInt8(101 + level)
                        writer.object(
                            "sklearn.ensemble._voting", "VotingRegressor", memo: memo,
                            [
                                ("n_features_in_", { $0.integer(2) }), ("weights", { $0.op("N") }),
                                (
                                    "estimators_",
                                    { $0.list([inner, { $0.raw(many([0x68, UInt8(100 + level)], 200)) }]) }
                                ),
                            ])
                    }
                })
        },
        CostlyFile("coefficients of one byte", .overBudget) {
            pickle { writer in
                writer.object(
                    "sklearn.linear_model._base", "LinearRegression",
                    [
                        ("n_features_in_", { $0.integer(50_000) }),
                        (
                            "coef_",
                            { $0.array("i1", shape: [190, 50_000]) { $0.data(many([1], 9_500_000)) } }
                        ), ("intercept_", { $0.float(0) }),
                    ])
            }
        },
        CostlyFile("a forest of ten thousand classes", nil) {
            var tree = chain(500)
            let classCount = 10_000
            tree.classCounts = [Int64(classCount)]
            tree.valueShape = [Int32(tree.nodes.count), 1, Int32(classCount)]
            // Enough that is different to look like a model when it is compressed.
            var random = SplitMix64(seed: 2)
            var bytes = [UInt8](repeating: 0, count: tree.nodes.count * classCount * 8)
            for row in 0..<tree.nodes.count {
                for column in 0..<80 {
                    let word = PickleWriter.word((Double(random.next() >> 12)).bitPattern)
                    let start = (row * classCount + column) * 8
                    for index in 0..<8 { bytes[start + index] = word[index] }
                }
            }
            tree.valueBytes = bytes
            let classes = (0..<Int64(classCount)).map { $0 }
            return GzipSamples.gzip(
                pickle { writer in
                    writer.object(
                        "sklearn.tree._classes", "DecisionTreeClassifier",
                        [
                            ("criterion", { $0.string("gini") }), ("splitter", { $0.string("best") }),
                            ("n_features_in_", { $0.integer(2) }), ("n_outputs_", { $0.integer(1) }),
                            ("n_classes_", { $0.integer(Int32(classCount)) }), ("classes_", { $0.integers(classes) }),
                            ("tree_", tree.write),
                        ])
                })
        },
        CostlyFile("a tree of a hundred thousand levels", nil) { pickle(chain(50_000).regressor()) },
    ]

    /// Marks missing values of 65,536 columns, of which one leaves.
    private static func indicator(_ writer: inout PickleWriter) {
        writer.object(
            "sklearn.impute._base", "MissingIndicator",
            [
                ("n_features_in_", { $0.integer(65_536) }), ("features", { $0.string("missing-only") }),
                ("features_", { $0.integers([0]) }), ("error_on_new", { $0.raw([0x89]) }),
                ("missing_values", { $0.float(.nan) }),
            ])
    }

    /// Transformers side by side, one of them named again and again.
    private static func union(
        _ module: String, _ name: String, _ list: String, entry: @escaping PickleValue
    ) -> PickleValue {
        pipeline([
            { writer in
                writer.object(
                    module, name,
                    [
                        ("n_features_in_", { $0.integer(65_536) }),
                        (
                            list,
                            {
                                $0.op("]")
                                entry(&$0)
                                $0.raw([0x71, 10, 0x61, 0x28] + many([0x68, 10], 200_000) + [0x65])
                            }
                        ), ("sparse_output_", { $0.raw([0x89]) }),
                    ])
            }, TreeParts().regressor(),
        ])
    }

    /// Each split has a leaf on its left and the next split on its right.
    private static func chain(_ splitCount: Int) -> TreeParts {
        var parts = TreeParts()
        parts.nodes = []
        for split in 0..<splitCount {
            let next = Int64(2 * split)
            parts.nodes.append(TreeParts.Node(left: next + 1, right: next + 2, feature: 0, threshold: -1))
            parts.nodes.append(TreeParts.Node())
        }
        parts.nodes.append(TreeParts.Node())
        parts.values = [Double](repeating: 1, count: parts.nodes.count)
        return parts
    }

    private static let boosters: [CostlyFile] = [
        CostlyFile("a text of escapes", .corrupt) {
            Array("{\"learner\":\"\\n".utf8) + many(Array("x".utf8), 9_000_000) + Array("\"}".utf8)
        },
        CostlyFile("lists of JSON", .tooLarge) { Array("{\"learner\":[".utf8) + many(Array("[],".utf8), 3_000_000) },
        CostlyFile("numbers of JSON", .truncated) { Array("{\"learner\":[".utf8) + many(Array("1,".utf8), 4_900_000) },
        CostlyFile("numbers of JSON, compressed", .tooLarge) {
            // 30 MB, which a single digit after the other would make too small.
            var random = SplitMix64(seed: 3)
            let digits = (0..<100_000).map { _ in UInt8(48 + random.next() % 10) }
            let block: [UInt8] = digits.flatMap { [$0, UInt8(0x2C)] }
            return GzipSamples.gzip(Array("{\"learner\":[".utf8) + many(block, 150))
        },
        CostlyFile("a document of 60 MB, compressed", .overBudget) {
            var random = SplitMix64(seed: 3)
            let letters = (0..<300).map { _ in UInt8(97 + random.next() % 26) }
            let block = [UInt8](repeating: 97, count: 60_000) + letters
            return GzipSamples.gzip(Array("{\"learner\":\"".utf8) + many(block, 1000))
        },
        CostlyFile("numbers of UBJSON", .tooLarge) {
            Array("{U\u{1}a[$U#L".utf8) + PickleWriter.word(9_900_000).reversed() + many([1], 9_900_000)
                + Array("}".utf8)
        },
        CostlyFile("categories that nodes share", .corrupt) {
            var parts = XGBoostParts()
            let count = 20_000
            parts.left = (0..<count).map { Double(2 * $0 + 1) } + [Double](repeating: -1, count: count + 1)
            parts.right = (0..<count).map { Double(2 * $0 + 2) } + [Double](repeating: -1, count: count + 1)
            parts.columns = parts.left.map { _ in 0 }
            parts.conditions = parts.columns
            let nodes = (0..<count).map(Double.init)
            let all = [Double](repeating: 1, count: 300_000)
            parts.categories = (all, nodes, nodes.map { _ in 0 }, nodes.map { _ in 300_000 })
            return parts.ubjson
        },
        CostlyFile("trees of one leaf", nil) {
            let head = LightGBMParts().lines.prefix(8).joined(separator: "\n")
            let tree = "Tree=0\nnum_leaves=1\nleaf_value=1\n"
            return Array(head.utf8) + Array("\n".utf8) + many(Array(tree.utf8), 250_000) + Array("end of trees\n".utf8)
        },
        CostlyFile("names of columns", .corrupt) {
            Array(LightGBMParts("feature_names=" + String(repeating: "a ", count: 4_900_000)).text.utf8)
        },
    ]
}
