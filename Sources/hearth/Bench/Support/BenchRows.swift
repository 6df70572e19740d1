import HearthCore

/// Rows to ask for, made before the clock runs.
struct BenchRows: Sendable {
    let rows: [[Double]]

    /// `count` rows of `columnCount` values, evenly spread between -3 and 3.
    init(count: Int, columnCount: Int, seed: UInt64 = 1) {
        var random = SplitMix64(seed: seed)
        rows = (0..<count).map { _ in
            (0..<columnCount).map { _ in Double.random(in: -3..<3, using: &random) }
        }
    }

    /// The row of call number `call`.
    @inline(__always)
    subscript(call: Int) -> [Double] { rows[call % rows.count] }
}
