import HearthModel

/// Adds leaf rows in tree order, as the libraries do, in the precision of the ensemble.
///
/// The sums of a row are `outputCount` values in a row; `leafRows` name rows of a table of `width` values each.
enum LeafSum<Value: BinaryFloatingPoint & SIMDScalar> {
    /// Sets the sums of `rowCount` rows to the base values.
    @inline(__always)
    static func start(
        _ sums: UnsafeMutablePointer<Value>, rowCount: Int, baseValues: UnsafePointer<Double>, outputCount: Int
    ) {
        for row in 0..<rowCount {
            for output in 0..<outputCount { unsafe sums[row &* outputCount &+ output] = Value(baseValues[output]) }
        }
    }

    /// One row: adds the leaves of `count` trees.
    @inline(__always)
    static func addTrees(
        _ leafRows: UnsafePointer<UInt32>, of trees: UnsafePointer<TreeRecord>, count: Int,
        leaves: UnsafePointer<Value>, width: Int, outputCount: Int, to sums: UnsafeMutablePointer<Value>
    ) {
        if outputCount == 1 {
            var sum = unsafe sums[0]
            for index in 0..<count { unsafe sum += leaves[Int(leafRows[index])] }
            unsafe sums[0] = sum
        } else if width == 1 {
            for index in 0..<count { unsafe sums[Int(trees[index].output)] += leaves[Int(leafRows[index])] }
        } else {
            // Two outputs at a time stay in a register while tree after tree is added.
            var output = 0
            while output &+ 2 <= width {
                var sum = unsafe load(sums + output)
                for index in 0..<count { unsafe sum += load(leaves + Int(leafRows[index]) &* width + output) }
                unsafe store(sum, sums + output)
                output &+= 2
            }
            if output < width {
                var sum = unsafe sums[output]
                for index in 0..<count { unsafe sum += leaves[Int(leafRows[index]) &* width &+ output] }
                unsafe sums[output] = sum
            }
        }
    }

    /// One tree: adds the leaf of each of `rowCount` rows.
    @inline(__always)
    static func addRows(
        _ leafRows: UnsafePointer<UInt32>, of tree: TreeRecord, rowCount: Int,
        leaves: UnsafePointer<Value>, width: Int, outputCount: Int, to sums: UnsafeMutablePointer<Value>
    ) {
        if width == 1 {
            let first = unsafe sums + Int(tree.output)
            for row in 0..<rowCount { unsafe first[row &* outputCount] += leaves[Int(leafRows[row])] }
        } else if width == 2 {
            for row in 0..<rowCount {
                let sum = unsafe sums + 2 &* row
                unsafe store(load(sum) + load(leaves + 2 &* Int(leafRows[row])), sum)
            }
        } else {
            for row in 0..<rowCount {
                let leaf = unsafe leaves + Int(leafRows[row]) &* width
                let sum = unsafe sums + row &* width
                for output in 0..<width { unsafe sum[output] += leaf[output] }
            }
        }
    }

    @inline(__always)
    private static func load(_ values: UnsafePointer<Value>) -> SIMD2<Value> {
        unsafe UnsafeRawPointer(values).loadUnaligned(as: SIMD2<Value>.self)
    }

    @inline(__always)
    private static func store(_ pair: SIMD2<Value>, _ values: UnsafeMutablePointer<Value>) {
        unsafe UnsafeMutableRawPointer(values).storeBytes(of: pair, as: SIMD2<Value>.self)
    }

    /// Writes the finished sums, divided by `divisor` unless it is 0, as doubles.
    @inline(__always)
    static func finish(
        _ sums: UnsafePointer<Value>, count: Int, divisor: Double, to raw: UnsafeMutablePointer<Double>
    ) {
        if divisor != 0 {
            for index in 0..<count { unsafe raw[index] = Double(sums[index] / Value(divisor)) }
        } else {
            for index in 0..<count { unsafe raw[index] = Double(sums[index]) }
        }
    }
}
