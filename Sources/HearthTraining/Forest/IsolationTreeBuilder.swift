import HearthModel

/// Grows one isolation tree the way scikit-learn's `ExtraTreeRegressor(max_features=1, splitter="random")` does it: at
/// each node one column is drawn among those that still vary, and the threshold uniformly between its smallest and
/// largest value.
///
/// Columns are 32-bit and thresholds 64-bit; a row goes left when `Double(value) <= threshold`. Nodes are appended
/// before their children, the left sub-tree before the right one.
struct IsolationTreeBuilder {
    /// Column-major: the sub-sample that the tree is grown from.
    private let values: [Float]
    private let sampleCount: Int
    /// Splits on the way to a leaf, at most.
    private let depthLimit: Int
    private var samples: [Int]
    private var columns: [Int]
    private var random: Xoshiro256
    private var nodes: [Tree.Node] = []
    private var leafValues: [Double] = []

    /// A column whose values differ by no more than this is constant (scikit-learn's `FEATURE_THRESHOLD`).
    private static let constantRange: Float = 1e-7

    /// - Parameters:
    ///   - values: `sampleCount` numbers of the first column, then those of the second, ….
    ///   - depthLimit: `ceil(log2(max(max_samples, 2)))`.
    init(values: [Float], sampleCount: Int, depthLimit: Int, random: Xoshiro256) {
        self.values = values
        self.sampleCount = sampleCount
        self.depthLimit = depthLimit
        self.random = random
        samples = Array(0..<sampleCount)
        columns = Array(0..<values.count / sampleCount)
    }

    /// The nodes and leaf values of the grown tree.
    ///
    /// A leaf's value is what it adds to the path length of a row: `(depth + c(rows in it)) - 1`, the root having
    /// depth 1.
    consuming func grow() -> (nodes: [Tree.Node], leafValues: [Double]) {
        grow(0..<sampleCount, splits: 0)
        return (nodes, leafValues)
    }

    private mutating func grow(_ range: Range<Int>, splits: Int) {
        guard splits < depthLimit, range.count >= 2, let split = drawSplit(of: range) else {
            nodes.append(.leaf(leafValues.count))
            leafValues.append((Double(splits + 1) + averagePathLength(range.count)) - 1.0)
            return
        }
        let middle = partition(range, by: split)
        let parent = nodes.count
        nodes.append(.leaf(0))
        grow(range.lowerBound..<middle, splits: splits + 1)
        let right = nodes.count
        grow(middle..<range.upperBound, splits: splits + 1)
        nodes[parent] = .split(
            column: split.column, threshold: split.threshold, left: parent + 1, right: right, missingGoesLeft: false)
    }

    private struct Split {
        var column: Int
        var threshold: Double
    }

    /// A random column that varies among the rows, and a threshold that leaves at least one of them on either side;
    /// nil when all rows are equal.
    private mutating func drawSplit(of range: Range<Int>) -> Split? {
        var candidates = columns.count
        while candidates > 0 {
            let drawn = random.below(candidates)
            let column = columns[drawn]
            let (least, greatest) = bounds(of: column, range)
            if greatest > least + Self.constantRange {
                let low = Double(least)
                let high = Double(greatest)
                let threshold = random.unit() * (high - low) + low
                return Split(column: column, threshold: threshold >= high ? low : threshold)
            }
            candidates -= 1
            columns.swapAt(drawn, candidates)
        }
        return nil
    }

    private func bounds(of column: Int, _ range: Range<Int>) -> (least: Float, greatest: Float) {
        let base = column * sampleCount
        var least = values[base + samples[range.lowerBound]]
        var greatest = least
        for position in range.dropFirst() {
            let value = values[base + samples[position]]
            least = min(least, value)
            greatest = max(greatest, value)
        }
        return (least, greatest)
    }

    /// Puts the rows that go left first; returns where the others begin.
    private mutating func partition(_ range: Range<Int>, by split: Split) -> Int {
        let base = split.column * sampleCount
        var boundary = range.lowerBound
        for position in range where Double(values[base + samples[position]]) <= split.threshold {
            samples.swapAt(position, boundary)
            boundary += 1
        }
        return boundary
    }
}
