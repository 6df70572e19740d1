import Glibc
import HearthModel

/// What the kernel of neighbours reads: pointers and numbers, as in ``KernelPlan``.
@safe
struct NeighborPlan {
    let pointCount: Int
    let neighborCount: Int
    let nodeCount: Int
    let isEuclidean: Bool
    let isChebyshev: Bool
    let hasTree: Bool
    /// The tree is a kd-tree, else a ball tree.
    let hasBoxes: Bool
    let usesIntrosort: Bool
    /// Section `NBRS`; not read without a tree.
    let words: UnsafePointer<UInt32>
    /// What `pow` raises a distance to in a kd-tree. In memory, so that the compiler does not multiply instead: glibc
    /// may round otherwise.
    let power: Double

    init(_ shape: NeighborShape, words: UnsafePointer<UInt32>) {
        pointCount = shape.pointCount
        neighborCount = shape.neighborCount
        nodeCount = shape.nodeCount
        isEuclidean = shape.metric == .euclidean
        isChebyshev = shape.metric == .chebyshev
        hasTree = shape.search != .brute
        hasBoxes = shape.search == .boxes
        usesIntrosort = shape.tieRules.usesIntrosort
        unsafe self.words = words
        power = shape.metric == .euclidean ? 2 : 1
    }

    /// For estimators without neighbours.
    init(unused words: UnsafePointer<UInt32>) {
        (pointCount, neighborCount, nodeCount) = (0, 0, 0)
        (isEuclidean, isChebyshev, hasTree, hasBoxes) = (true, false, false, false)
        (usesIntrosort, power) = (false, 2)
        unsafe self.words = words
    }

    /// Bytes of scratch: distances, points and ratios of the neighbours, then what a search puts aside.
    var scratchByteCount: Int { neighborCount * 24 + max(neighborCount, NeighborTree.depthMax) * 16 }
}

/// The nearest points of a row, found and ordered as scikit-learn does, and how sparse it is among them.
///
/// The tree search meets the points in the order of `_binary_tree.pxi`, `_query_single_depthfirst`, because that order
/// decides between equally near points. Cost of a row: the points of the leaves that are not ruled out.
@safe
struct NeighborKernel {
    private let plan: UnsafePointer<KernelPlan>
    private let row: UnsafePointer<Double>
    private let columnCount: Int
    private let points: UnsafePointer<Double>
    private let heap: NeighborHeap
    /// The squared length of the row, for distances from dot products.
    private let squaredLength: Double

    /// The score of one staged row of finite values; `scratch` has ``NeighborPlan/scratchByteCount`` bytes.
    static func score(
        _ plan: UnsafePointer<KernelPlan>, _ row: UnsafePointer<Double>, scratch: UnsafeMutableRawPointer
    ) -> Double {
        let kernel = unsafe NeighborKernel(plan, row, scratch)
        let count = unsafe plan.pointee.neighbors.neighborCount
        if unsafe plan.pointee.neighbors.hasTree {
            unsafe kernel.searchTree(waiting: scratch + count &* 24)
        } else {
            kernel.searchAll()
            unsafe kernel.refill(copy: scratch + count &* 24)
        }
        unsafe kernel.heap.sort(usesIntrosort: plan.pointee.neighbors.usesIntrosort)
        return unsafe kernel.score(values: (scratch + count &* 16).assumingMemoryBound(to: Double.self))
    }

    private init(
        _ plan: UnsafePointer<KernelPlan>, _ row: UnsafePointer<Double>, _ scratch: UnsafeMutableRawPointer
    ) {
        unsafe self.plan = plan
        unsafe self.row = row
        columnCount = unsafe plan.pointee.columnCount
        unsafe points = plan.pointee.parameters
        let count = unsafe plan.pointee.neighbors.neighborCount
        unsafe heap = NeighborHeap(
            distances: scratch.assumingMemoryBound(to: Double.self),
            points: (scratch + count &* 8).assumingMemoryBound(to: Int.self), count: count)
        let fromDots = unsafe plan.pointee.neighbors.isEuclidean && !plan.pointee.neighbors.hasTree
        squaredLength = unsafe fromDots ? FusedSum.dot(row, row, count: columnCount) : 0
        heap.clear()
    }

    // MARK: Distances

    /// The distance that is compared: squared for the euclidean metric.
    @inline(__always)
    private func distance(to other: UnsafePointer<Double>) -> Double {
        var sum = 0.0
        if unsafe plan.pointee.neighbors.isEuclidean {
            for column in 0..<columnCount {
                let difference = unsafe row[column] - other[column]
                // The product is rounded before it is added: Swift fuses nothing on its own.
                let square = difference * difference
                sum += square
            }
        } else if unsafe plan.pointee.neighbors.isChebyshev {
            for column in 0..<columnCount { unsafe sum = max(sum, abs(row[column] - other[column])) }
        } else {
            for column in 0..<columnCount { unsafe sum += abs(row[column] - other[column]) }
        }
        return sum
    }

    /// The least distance to anything in a node.
    private func distance(toNode node: Int) -> Double {
        let pointCount = unsafe plan.pointee.neighbors.pointCount
        let nodeCount = unsafe plan.pointee.neighbors.nodeCount
        let bounds = unsafe points + pointCount &* (columnCount &+ 2)
        guard unsafe plan.pointee.neighbors.hasBoxes else {
            let center = unsafe bounds + node &* columnCount
            let toCenter =
                unsafe plan.pointee.neighbors.isEuclidean
                ? distance(to: center).squareRoot() : distance(to: center)
            let rest = unsafe max(0, toCenter - bounds[nodeCount &* columnCount &+ node])
            return unsafe plan.pointee.neighbors.isEuclidean ? rest * rest : rest
        }
        let least = unsafe bounds + node &* columnCount
        let greatest = unsafe least + nodeCount &* columnCount
        let power = unsafe plan.pointee.neighbors.power
        let isChebyshev = unsafe plan.pointee.neighbors.isChebyshev
        var sum = 0.0
        for column in 0..<columnCount {
            let below = unsafe least[column] - row[column]
            let above = unsafe row[column] - greatest[column]
            let outside = (below + abs(below)) + (above + abs(above))
            if isChebyshev {
                sum = max(sum, 0.5 * outside)
            } else {
                sum += pow(0.5 * outside, power)
            }
        }
        return sum
    }

    // MARK: Search

    private func searchAll() {
        let pointCount = unsafe plan.pointee.neighbors.pointCount
        let fromDots = unsafe plan.pointee.neighbors.isEuclidean
        let squaredLengths = unsafe points + pointCount &* (columnCount &+ 2)
        for index in 0..<pointCount {
            let point = unsafe points + index &* columnCount
            guard fromDots else {
                unsafe heap.push(distance(to: point), index)
                continue
            }
            let middle = unsafe -2 * FusedSum.sequential(row, point, count: columnCount)
            unsafe heap.push(max(0, (squaredLength + middle) + squaredLengths[index]), index)
        }
    }

    /// Pushes what the heap holds into an empty one, in the order in which it lies there, as
    /// `_pairwise_distances_reduction` does with the heap of each thread (of one thread here): between equally near
    /// points that decides anew.
    ///
    /// `memory` has room for the neighbours and their distances.
    private func refill(copy memory: UnsafeMutableRawPointer) {
        let count = heap.count
        let distances = unsafe memory.assumingMemoryBound(to: Double.self)
        let points = unsafe (memory + count &* 8).assumingMemoryBound(to: Int.self)
        unsafe distances.update(from: heap.distances, count: count)
        unsafe points.update(from: heap.points, count: count)
        heap.clear()
        for index in 0..<count { unsafe heap.push(distances[index], points[index]) }
    }

    /// `waiting` has room for ``NeighborTree/depthMax`` nodes and their distances.
    private func searchTree(waiting memory: UnsafeMutableRawPointer) {
        let pointCount = unsafe plan.pointee.neighbors.pointCount
        let words = unsafe plan.pointee.neighbors.words
        let nodes = unsafe memory.assumingMemoryBound(to: Int.self)
        let distances = unsafe (memory + NeighborTree.depthMax &* 8).assumingMemoryBound(to: Double.self)
        unsafe nodes[0] = 0
        unsafe distances[0] = distance(toNode: 0)
        var waitingCount = 1
        while waitingCount > 0 {
            waitingCount &-= 1
            let node = unsafe nodes[waitingCount]
            if unsafe distances[waitingCount] > heap.farthest { continue }
            let place = unsafe words + (pointCount &+ 3 &* node)
            if unsafe place[2] == 1 {
                for index in unsafe Int(place[0])..<Int(place[1]) {
                    let point = unsafe Int(words[index])
                    unsafe heap.push(distance(to: points + point &* columnCount), point)
                }
                continue
            }
            let (left, right) = (2 &* node &+ 1, 2 &* node &+ 2)
            let (toLeft, toRight) = (distance(toNode: left), distance(toNode: right))
            let leftFirst = toLeft <= toRight
            unsafe nodes[waitingCount] = leftFirst ? right : left
            unsafe distances[waitingCount] = leftFirst ? toRight : toLeft
            unsafe nodes[waitingCount &+ 1] = leftFirst ? left : right
            unsafe distances[waitingCount &+ 1] = leftFirst ? toLeft : toRight
            waitingCount &+= 2
        }
    }

    // MARK: Score

    private func score(values: UnsafeMutablePointer<Double>) -> Double {
        let count = heap.count
        let pointCount = unsafe plan.pointee.neighbors.pointCount
        let neighborDistances = unsafe points + pointCount &* columnCount
        let densities = unsafe neighborDistances + pointCount
        let isEuclidean = unsafe plan.pointee.neighbors.isEuclidean
        for index in 0..<count {
            let compared = unsafe heap.distances[index]
            let distance = isEuclidean ? compared.squareRoot() : compared
            unsafe values[index] = max(distance, neighborDistances[heap.points[index]])
        }
        let mean = unsafe NumericPrimitives.pairwiseSum(values, count: count) / Double(count)
        let density = 1 / (mean + 1e-10)
        for index in 0..<count { unsafe values[index] = densities[heap.points[index]] / density }
        return unsafe -(NumericPrimitives.pairwiseSum(values, count: count) / Double(count))
    }
}
