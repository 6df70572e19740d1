import HearthArtifacts

/// Attacks on the converters: models that contradict themselves.
extension Attack {
    private static func tree(
        _ name: String, says: String, _ change: @escaping @Sendable (inout TreeParts) -> Void
    ) -> Attack {
        Attack("trees", name, .unexpectedContent, says: says) {
            var parts = TreeParts()
            change(&parts)
            return pickle(parts.regressor())
        }
    }

    static let treeLies: [Attack] = [
        tree("a child beyond the end", says: "tree_: child 3 of node 0 found, 1 to 2 expected") {
            $0.nodes[0].right = 3
        },
        tree("a child far beyond the end", says: "child \(Int32.max) of node 0") { $0.nodes[0].right = .max },
        tree("a negative child", says: "child -2 of node 0 found") { $0.nodes[0].left = -2 },
        tree("the most negative child", says: "child \(Int32.min) of node 0") { $0.nodes[0].left = .min },
        tree("a node as its own child", says: "child 0 of node 0 found") { $0.nodes[0].left = 0 },
        tree("a way back", says: "child 1 of node 1 found") {
            $0.nodes[1] = TreeParts.Node(left: 1, right: 2, feature: 0, threshold: 0)
        },
        tree("half a leaf", says: "child -1 of node 0 found") { $0.nodes[0].left = -1 },
        tree("two parents", says: "two parents of node 1 found, one expected") { $0.nodes[0].right = 1 },
        tree("no parent", says: "no parent before it of node 1 found") { $0.nodes[0] = TreeParts.Node() },
        tree("a column beyond the others", says: "column 2 of node 0 found, 0 to 1 expected") {
            $0.nodes[0].feature = 2
        },
        tree("a negative column", says: "column -1 of node 0 found") { $0.nodes[0].feature = -1 },
        tree("the largest column", says: "column \(Int32.max) of node 0") { $0.nodes[0].feature = .max },
        tree("a threshold NaN", says: "threshold NaN of node 0 found") { $0.nodes[0].threshold = .nan },
        tree("a leaf NaN", says: "a leaf value that is not finite found") { $0.values[1] = .nan },
        tree("more nodes than there are", says: "3 nodes found, 'node_count' of them") { $0.nodeCount = 4 },
        tree("fewer nodes than there are", says: "3 nodes found, 'node_count' of them") { $0.nodeCount = 2 },
        tree("a negative count of nodes", says: "3 nodes found, 'node_count' of them") { $0.nodeCount = -1 },
        tree("no nodes", says: "0 nodes found") {
            ($0.nodes, $0.values) = ([], [])
        },
        tree("values of fewer nodes", says: "tree_.values: an array of shape (2, 1, 1) found, (3, 1, 1) expected") {
            $0.values = [0, 1]
        },
        tree("values of other dimensions", says: "an array of shape (3,) found, (3, 1, 1) expected") {
            $0.valueShape = [3]
        },
        tree("values of two outputs", says: "an array of shape (3, 2, 1) found, (3, 1, 1) expected") {
            $0.values = [0, 1, 2, 3, 4, 5]
            $0.valueShape = [3, 2, 1]
        },
        tree("the columns of another model", says: "a tree of 3 columns found, 2 expected") { $0.columnCount = 3 },
        tree("two classes of a regression", says: "a tree of [2] classes found, [1] expected") {
            $0.classCounts = [2]
        },
        tree("a million classes", says: "counts of 1000000 outputs classes found") {
            $0.classCounts = [Int64](repeating: 1, count: 1_000_000)
        },
        tree("a column of floats for children", says: "tree_.nodes[left_child]: <f8 found, <i8 expected") {
            $0.fields[0].spec = "f8"
        },
        tree("a narrow child", says: "tree_.nodes[left_child]: <i4 found, <i8 expected") { $0.fields[0].spec = "i4" },
        tree("no thresholds", says: "no field 'threshold' found") { $0.fields[3].name = "treshold" },
    ]

    static let ensembles: [Attack] = [
        Attack("lists", "a list of columns too many", .unexpectedContent, says: "2 trees and 3 lists of columns found")
        {
            pickle(isolationForest(columns: [[0, 1], [0, 1], [0, 1]]))
        },
        Attack("lists", "a list of columns too few", .unexpectedContent, says: "2 trees and 1 lists of columns found") {
            pickle(isolationForest(columns: [[0, 1]]))
        },
        Attack("lists", "path lengths of other trees", .unexpectedContent, says: "3 lists of path lengths for 2 trees")
        {
            pickle(isolationForest(lengths: 3))
        },
        Attack("lists", "no trees", .unexpectedContent, says: "0 trees and 0 lists of columns found") {
            pickle(isolationForest(trees: 0, columns: []))
        },
        Attack("columns", "a column that is not there", .unexpectedContent, says: "column 2 found, 0 to 1 expected") {
            pickle(isolationForest(columns: [[0, 1], [0, 2]]))
        },
        Attack("columns", "a negative column", .unexpectedContent, says: "column -1 found, 0 to 1 expected") {
            pickle(isolationForest(columns: [[0, 1], [0, -1]]))
        },
        Attack("columns", "more columns than the tree has", .unexpectedContent, says: "a tree of 2 columns found, 3") {
            pickle(isolationForest(columns: [[0, 1], [0, 1, 1]]))
        },
        Attack("columns", "a tree of other columns in a forest", .unexpectedContent, says: "3 columns found, 2") {
            var parts = TreeParts()
            parts.columnCount = 3
            return pickle(forest([TreeParts().regressor(), parts.regressor(columnCount: 3)]))
        },
        Attack("columns", "a forest of 2 billion columns", .unexpectedContent, says: "2147483647 found, 1 to 65536") {
            pickle(forest([TreeParts().regressor()], columnCount: .max))
        },
        Attack("numbers", "a learning rate NaN", .unexpectedContent, says: "learning_rate: nan found, a finite") {
            pickle(boosting(rate: .nan))
        },
        Attack("numbers", "an infinite learning rate", .unexpectedContent, says: "learning_rate: inf found, a finite") {
            pickle(boosting(rate: .infinity))
        },
        Attack("numbers", "a learning rate that overflows", .unexpectedContent, says: "not finite found") {
            pickle(boosting(rate: 1e308))
        },
        Attack("numbers", "an infinite start", .unexpectedContent, says: "a constant that is not finite found") {
            pickle(boosting(constant: .infinity))
        },
        Attack("numbers", "an offset NaN", .unexpectedContent, says: "offset_: nan found, a finite number expected") {
            pickle(isolationForest(offset: .nan))
        },
        Attack("bundles", "two estimators", .unsupported, says: "2 fitted objects found: [0] (Decision") {
            pickle { $0.list([TreeParts().regressor(), TreeParts().regressor()]) }
        },
    ]
}
