/// scikit-learn's LocalOutlierFactor with `novelty=True`: how much sparser the neighbourhood of a row is than that of
/// its neighbours among the points of the training.
///
/// `reach = max(distance, neighborDistances[neighbour])`, `density = 1 / (mean(reach) + 1e-10)`, `score_samples =
/// -mean(densities[neighbour] / density)`, means by NumPy's pairwise sum over the neighbours, nearest first.
package struct LocalOutlierFactor: Sendable, Equatable {
    /// The distance between two rows; sums go from left to right.
    package enum Metric: UInt8, Sendable, Equatable {
        case euclidean = 0
        case manhattan = 1
        case chebyshev = 2
    }

    /// How neighbours are found, which decides between equally near ones and how distances are rounded.
    package enum Search: Sendable, Equatable {
        /// Every point in order; for the euclidean metric with distances from dot products.
        case brute
        /// Through the tree of the library.
        case tree(NeighborTree)
    }

    /// How a version of the library orders equally near neighbours.
    package struct TieRules: Sendable, Equatable {
        /// Neighbours are sorted by introsort (from 1.9), else by quicksort.
        package var usesIntrosort: Bool

        package init(usesIntrosort: Bool) {
            self.usesIntrosort = usesIntrosort
        }
    }

    package var columnCount: Int
    /// The points one after the other, ``columnCount`` values each.
    package var points: [Double]
    package var metric: Metric
    package var search: Search
    package var tieRules: TieRules
    /// Neighbours that are looked at, 1 to the number of points.
    package var neighborCount: Int
    /// For each point the distance to its own farthest neighbour.
    package var neighborDistances: [Double]
    /// For each point its local reachability density.
    package var densities: [Double]
    /// What `decision_function` subtracts from the score.
    package var offset: Double

    package init(
        columnCount: Int, points: [Double], metric: Metric, search: Search, tieRules: TieRules, neighborCount: Int,
        neighborDistances: [Double], densities: [Double], offset: Double
    ) {
        self.columnCount = columnCount
        self.points = points
        self.metric = metric
        self.search = search
        self.tieRules = tieRules
        self.neighborCount = neighborCount
        self.neighborDistances = neighborDistances
        self.densities = densities
        self.offset = offset
    }
}

/// The kd-tree or ball tree of scikit-learn: node i has the children 2i + 1 and 2i + 2.
package struct NeighborTree: Sendable, Equatable {
    /// The points of a node, as a range of ``order``.
    package struct Node: Sendable, Equatable {
        package var first: Int
        package var end: Int
        package var isLeaf: Bool

        package init(first: Int, end: Int, isLeaf: Bool) {
            self.first = first
            self.end = end
            self.isLeaf = isLeaf
        }
    }

    /// What a node's points lie in.
    package enum Bounds: Sendable, Equatable {
        /// A kd-tree's boxes: per node the least, then per node the greatest value of each column.
        case boxes([Double])
        /// A ball tree's balls: per node the center, then the radii.
        case balls([Double])
    }

    /// The points, node by node.
    package var order: [Int]
    package var nodes: [Node]
    package var bounds: Bounds

    package init(order: [Int], nodes: [Node], bounds: Bounds) {
        self.order = order
        self.nodes = nodes
        self.bounds = bounds
    }

    /// Nodes on the way from the root to a leaf, and so the most that a search puts aside.
    package static let depthMax = 48
}
