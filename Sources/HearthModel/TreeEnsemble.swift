/// Trees whose leaves are aggregated: isolation forests, random forests, boosted trees.
package struct TreeEnsemble: Sendable, Equatable {
    /// A floating-point format.
    package enum Number: Sendable, Equatable {
        case float32
        case float64
    }

    /// Which way equality goes at a split.
    package enum SplitRule: Sendable, Equatable {
        /// Left when `x <= threshold` (scikit-learn, LightGBM).
        case lessOrEqual
        /// Left when `x < threshold` (XGBoost).
        case less
    }

    /// What happens to NaN.
    package enum MissingRule: Sendable, Equatable {
        /// A row with NaN is refused.
        case refused
        /// NaN goes where the node says.
        case perNode
    }

    /// What a categorical split makes of a value below zero.
    package enum NegativeCategory: Sendable, Equatable {
        /// It is missing (HistGradientBoosting).
        case missing
        /// It is in no set (XGBoost).
        case outside
        /// It is cut to a whole number first: above -1 it is category 0, else in no set (LightGBM).
        case truncated
    }

    /// How the leaves of all trees become one number per output.
    package enum Aggregation: Sendable, Equatable {
        /// The values of the leaves, added tree by tree from the base value.
        case sum
        /// The sum divided by the number of trees.
        case mean
    }

    /// Columns of the row that the trees see (after the stages).
    package var columnCount: Int
    /// A value is rounded to this before it is compared.
    package var inputs: Number
    /// The precision in which thresholds are stated; a comparison is made in the wider of the two.
    package var thresholds: Number
    package var splitRule: SplitRule
    package var missing: MissingRule
    package var trees: [Tree]
    /// Sets of categories, by index from the nodes.
    ///
    /// Bit c of a set (word c / 32, bit c % 32) says that category c goes left.
    package var categorySets: [[UInt32]]
    package var negativeCategory: NegativeCategory
    /// The precision in which leaf values are added.
    package var accumulator: Number
    package var aggregation: Aggregation
    /// One per output; the sum starts here.
    package var baseValues: [Double]
    package var link: Link
    package var task: Task
    /// For a classifier: how `predict` chooses.
    package var classRule: ClassRule

    package init(
        columnCount: Int, inputs: Number, thresholds: Number, splitRule: SplitRule, missing: MissingRule, trees: [Tree],
        categorySets: [[UInt32]] = [], negativeCategory: NegativeCategory = .missing, accumulator: Number = .float64,
        aggregation: Aggregation, baseValues: [Double], link: Link, task: Task,
        classRule: ClassRule = .largestProbability
    ) {
        self.columnCount = columnCount
        self.inputs = inputs
        self.thresholds = thresholds
        self.splitRule = splitRule
        self.missing = missing
        self.trees = trees
        self.categorySets = categorySets
        self.negativeCategory = negativeCategory
        self.accumulator = accumulator
        self.aggregation = aggregation
        self.baseValues = baseValues
        self.link = link
        self.task = task
        self.classRule = classRule
    }
}

/// One tree: nodes in parent-before-child order, node 0 the root.
package struct Tree: Sendable, Equatable {
    /// A leaf or a split.
    package enum Node: Sendable, Equatable {
        /// Row `leaf` of the tree's leaf values.
        case leaf(Int)
        /// A numeric split on `column`.
        case split(column: Int, threshold: Double, left: Int, right: Int, missingGoesLeft: Bool)
        /// A categorical split on `column`: left when the category is in set `set`. A value that is missing goes where
        /// missing values go; one beyond the set is not in it (``TreeEnsemble/NegativeCategory`` for those below 0).
        case category(column: Int, set: Int, left: Int, right: Int, missingGoesLeft: Bool)
    }

    package var nodes: TreeNodes
    /// Leaf rows one after the other, each `width` values: 1 for a tree that adds to one output, else one per output.
    ///
    /// All trees of an ensemble have the same width.
    package var leafValues: [Double]
    package var width: Int
    /// For `width` 1: the output that this tree adds to.
    package var output: Int
    /// The ensemble columns that the tree's own columns stand for (scikit-learn's `estimators_features_`); nil for all
    /// in order.
    package var columns: [Int]?

    package init(nodes: TreeNodes, leafValues: [Double], width: Int = 1, output: Int = 0, columns: [Int]? = nil) {
        self.nodes = nodes
        self.leafValues = leafValues
        self.width = width
        self.output = output
        self.columns = columns
    }

    /// A tree of nodes that are not checked.
    package init(nodes: [Node], leafValues: [Double], width: Int = 1, output: Int = 0, columns: [Int]? = nil) {
        self.init(
            nodes: TreeNodes(nodes), leafValues: leafValues, width: width, output: output, columns: columns)
    }
}
