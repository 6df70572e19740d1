package import HearthCore

/// Resamples a series in blocks, so that what depends on its neighbours in time stays beside them.
///
/// Politis and Romano, "The Stationary Bootstrap", 1994: a block begins anywhere in the series with equal probability,
/// goes on with probability `1 - 1 / meanBlockLength`, and what runs over the end goes on at the beginning.
package struct StationaryBootstrap: Sendable, Equatable {
    package let resampleCount: Int
    /// In points; nil for `max(1, n^(1/3))` of a series of `n` points, rounded: the rate at which the best length
    /// grows (Politis and White 2004, section 2).
    package let meanBlockLength: Double?
    /// Equal seeds give equal intervals.
    package let seed: UInt64

    package static let resampleCountMax = 1_000_000

    /// Throws ``MarketError`` for fewer than 100 resamples, more than ``resampleCountMax``, and blocks shorter than 1.
    package init(
        resampleCount: Int = 2000, meanBlockLength: Double? = nil, seed: UInt64 = 1
    ) throws(MarketError) {
        guard (100...Self.resampleCountMax).contains(resampleCount) else {
            throw MarketError(
                .badParameter, "\(resampleCount) resamples were asked for, expected 100 to \(Self.resampleCountMax)",
                hint: "2000 give the ends of a 95 % interval to two digits")
        }
        if let meanBlockLength {
            guard meanBlockLength >= 1, meanBlockLength <= 1e9 else {
                throw MarketError(
                    .badParameter, "the mean length of a block is \(meanBlockLength), expected 1 or more bars")
            }
        }
        self.resampleCount = resampleCount
        self.meanBlockLength = meanBlockLength
        self.seed = seed
    }

    /// The mean length of a block in a series of `count` points.
    package func blockLength(count: Int) -> Double {
        meanBlockLength ?? max(1, Double(count).cubeRoot.rounded())
    }

    /// Calls `body` once per resample with the indices of its points, as many as the series has.
    ///
    /// The same array is used again for every resample: nothing is allocated between them.
    package func forEachResample(count: Int, _ body: (_ indices: [Int]) -> Void) {
        guard count > 0 else { return }
        var generator = SplitMix64(seed: seed)
        let newBlock = 1 / blockLength(count: count)
        var indices = [Int](repeating: 0, count: count)
        for _ in 0..<resampleCount {
            var index = 0
            for point in 0..<count {
                if point == 0 || generator.unit() < newBlock {
                    index = generator.index(below: count)
                } else {
                    index = index + 1 == count ? 0 : index + 1
                }
                indices[point] = index
            }
            body(indices)
        }
    }
}

extension SplitMix64 {
    /// From 0 to below 1, in steps of 2⁻⁵³.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// From 0 to below `count`, which is more than 0 (Lemire 2019 without the rejection: the bias is `count` / 2⁶⁴).
    package mutating func index(below count: Int) -> Int {
        Int(UInt64(count).multipliedFullWidth(by: next()).high)
    }
}

extension Double {
    /// Newton's steps from above: exact enough for rounding to a whole number.
    fileprivate var cubeRoot: Double {
        guard self > 0 else { return 0 }
        var root = Swift.max(1, self)
        while true {
            let next = (2 * root + self / (root * root)) / 3
            guard next < root else { return root }
            root = next
        }
    }
}
