/// Random numbers that are the same in every run (Steele, Lea, Flood: "Fast splittable pseudorandom number generators",
/// 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

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
