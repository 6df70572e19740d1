/// Arithmetic on the columns of one row, two at a time: each column's result is that of the plain loop, to the bit.
///
/// Two doubles fill the vectors that every x86-64 processor has, and a division of two takes no longer than one of one.
enum ColumnPairs {
    private typealias Pair = SIMD2<Double>

    /// `(source - offset) / scale`, without the part that is nil.
    @inline(__always)
    static func subtractThenDivide(
        _ source: UnsafePointer<Double>, _ offset: UnsafePointer<Double>?, _ scale: UnsafePointer<Double>?, count: Int,
        to result: UnsafeMutablePointer<Double>
    ) {
        switch unsafe (offset, scale) {
        case (let offset?, let scale?):
            unsafe apply(source, offset, scale, count, result, { ($0 - $1) / $2 }, { ($0 - $1) / $2 })
        case (let offset?, nil):
            unsafe apply(
                source, offset, offset, count, result, { x, offset, _ in x - offset }, { x, offset, _ in x - offset })
        case (nil, let scale?):
            unsafe apply(
                source, scale, scale, count, result, { x, scale, _ in x / scale }, { x, scale, _ in x / scale })
        case (nil, nil): unsafe result.update(from: source, count: count)
        }
    }

    /// True when the sum of the values is finite: then all of them are.
    ///
    /// Not the other way round: large values may overflow in the sum, so after false one looks at each.
    @inline(__always)
    static func sumIsFinite(_ values: UnsafePointer<Double>, count: Int) -> Bool {
        var (low, high) = (Pair.zero, Pair.zero)
        var column = 0
        while column &+ 4 <= count {
            unsafe low += load(values, column)
            unsafe high += load(values, column &+ 2)
            column &+= 4
        }
        low += high
        var sum = low[0] + low[1]
        while column < count {
            unsafe sum += values[column]
            column &+= 1
        }
        return sum.isFinite
    }

    @inline(__always)
    private static func apply(
        _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ c: UnsafePointer<Double>, _ count: Int,
        _ result: UnsafeMutablePointer<Double>, _ pair: (Pair, Pair, Pair) -> Pair,
        _ single: (Double, Double, Double) -> Double
    ) {
        var column = 0
        while column &+ 2 <= count {
            let value = unsafe pair(load(a, column), load(b, column), load(c, column))
            unsafe UnsafeMutableRawPointer(result + column).storeBytes(of: value, as: Pair.self)
            column &+= 2
        }
        if column < count { unsafe result[column] = single(a[column], b[column], c[column]) }
    }

    @inline(__always)
    private static func load(_ values: UnsafePointer<Double>, _ column: Int) -> Pair {
        unsafe UnsafeRawPointer(values + column).loadUnaligned(as: Pair.self)
    }
}
