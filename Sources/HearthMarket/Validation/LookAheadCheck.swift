/// Whether a computation over a series of bars looks ahead: what it says of a bar must not change when later bars are
/// taken away.
package enum LookAheadCheck {
    /// Where the row of a bar depends on bars after it.
    package struct Leak: Sendable, Equatable {
        /// The bar whose row changed, and the column.
        package var barIndex: Int
        package var column: Int
        /// Bars that the computation was given when the row was another than with all of them.
        package var barCount: Int
        package var onPrefix: Double
        package var onWhole: Double
    }

    /// The first leak of `compute`, nil when there is none: every row on a prefix of `bars` is compared, bit by bit
    /// (one NaN equals another), with the row on all bars.
    ///
    /// - Parameters:
    ///   - barCounts: the lengths of the prefixes; each costs one computation. A leak that needs a bar `n` ahead shows
    ///     when a prefix ends less than `n` after it.
    ///   - compute: one row per bar, all of one length; bars without a row have an empty one.
    ///
    /// Throws what `compute` throws, and ``MarketError`` when it gives another number of rows than bars.
    package static func firstLeak(
        bars: [Bar], barCounts: some Sequence<Int>, compute: ([Bar]) throws -> [[Double]]
    ) throws -> Leak? {
        let whole = try rows(bars, compute)
        for count in barCounts where count > 0 && count < bars.count {
            let prefix = try rows(Array(bars.prefix(count)), compute)
            for (index, (row, expected)) in zip(prefix, whole).enumerated() {
                if let column = difference(row, expected) {
                    return Leak(
                        barIndex: index, column: column, barCount: count,
                        onPrefix: column < row.count ? row[column] : .nan,
                        onWhole: column < expected.count ? expected[column] : .nan)
                }
            }
        }
        return nil
    }

    private static func rows(_ bars: [Bar], _ compute: ([Bar]) throws -> [[Double]]) throws -> [[Double]] {
        let rows = try compute(bars)
        guard rows.count == bars.count else {
            throw MarketError(.badParameter, "the features have \(rows.count) rows for \(bars.count) bars")
        }
        return rows
    }

    /// The first column in which the rows differ; a row that is longer differs where the other ends.
    private static func difference(_ left: [Double], _ right: [Double]) -> Int? {
        for (column, (a, b)) in zip(left, right).enumerated() {
            if a.bitPattern != b.bitPattern, !(a.isNaN && b.isNaN) { return column }
        }
        return left.count == right.count ? nil : min(left.count, right.count)
    }
}
