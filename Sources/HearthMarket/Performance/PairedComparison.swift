/// Two strategies over the same bars: how much better the first is per bar, and how sure that is.
///
/// The bars are paired, so what the market did to both cancels out. The intervals are percentile intervals of a
/// ``StationaryBootstrap`` that draws the same bars for both.
package struct PairedComparison: Sendable, Equatable {
    /// An estimate and where 95 % of the resamples lie.
    package struct Difference: Sendable, Equatable {
        package var estimate: Double
        package var low: Double
        package var high: Double

        /// Whether the interval leaves 0 out.
        package var isClear: Bool { low > 0 || high < 0 }
    }

    package let returnCount: Int
    /// Of the mean net return per bar: first less second.
    package let meanReturn: Difference
    /// Of the Sharpe ratio per bar: first less second; nil when either is unknown.
    package let sharpePerBar: Difference?
    /// The correlation of the two series of returns; nil when either does not vary.
    package let correlation: Double?
    /// The bars in which the first had more than the second, and less.
    package let betterCount: Int
    package let worseCount: Int
    package let blockLength: Double
    package let bootstrap: StationaryBootstrap

    /// Throws ``MarketError`` when the series differ in length or have fewer than ``SharpeRatio/returnCountMin``
    /// returns.
    package init(
        first: [Double], second: [Double], bootstrap: StationaryBootstrap
    ) throws(MarketError) {
        guard first.count == second.count else {
            throw MarketError(
                .badParameter, "the runs have \(first.count) and \(second.count) returns, expected as many",
                hint: "compare two models over the same bars")
        }
        guard first.count >= SharpeRatio.returnCountMin else {
            throw MarketError(
                .badData,
                "\(first.count) returns cannot be compared, expected at least \(SharpeRatio.returnCountMin)",
                hint: "give more bars")
        }
        let (sharpeA, sharpeB) = (SharpeRatio(first), SharpeRatio(second))
        let pairs = Moments.Pairs(first, second)
        var means: [Double] = []
        var sharpes: [Double] = []
        means.reserveCapacity(bootstrap.resampleCount)
        bootstrap.forEachResample(count: first.count) { indices in
            let moments = Moments(pairs, indices)
            means.append(moments.meanDifference)
            if sharpeA != nil, sharpeB != nil { sharpes.append(moments.sharpeDifference) }
        }
        returnCount = first.count
        meanReturn = Self.difference(SharpeRatio.mean(first) - SharpeRatio.mean(second), &means)
        if let sharpeA, let sharpeB {
            sharpePerBar = Self.difference(sharpeA.perBar - sharpeB.perBar, &sharpes)
        } else {
            sharpePerBar = nil
        }
        correlation = Moments(pairs, Array(first.indices)).correlation
        betterCount = zip(first, second).count { $0 > $1 }
        worseCount = zip(first, second).count { $0 < $1 }
        blockLength = bootstrap.blockLength(count: first.count)
        self.bootstrap = bootstrap
    }

    /// The 2.5 % and 97.5 % quantiles, interpolated as R's type 7 and NumPy's default.
    private static func difference(_ estimate: Double, _ values: inout [Double]) -> Difference {
        values.sort()
        return Difference(estimate: estimate, low: quantile(values, 0.025), high: quantile(values, 0.975))
    }

    /// `sorted` is ascending and not empty.
    static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = Int(place.rounded(.down))
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }

    /// What these bars say, and what they do not.
    package func verdict(first: String, second: String) -> String {
        guard meanReturn.isClear else {
            return "These \(returnCount) bars do not tell \(first) and \(second) apart: the 95 % interval of the "
                + "difference in mean net return holds 0. That is no proof that they are equal."
        }
        let better = meanReturn.low > 0 ? first : second
        let sharpe =
            sharpePerBar.map { $0.isClear && ($0.low > 0) == (meanReturn.low > 0) } == true
            ? "The Sharpe ratio says the same." : "The Sharpe ratio does not tell them apart."
        return "\(better) had the higher mean net return over these \(returnCount) bars: the 95 % interval of the "
            + "difference leaves 0 out. \(sharpe) One stretch of one market; among many models that are compared, one "
            + "in twenty equal ones looks different so."
    }
}

/// Sums over resampled pairs of returns.
private struct Moments {
    /// Returns less the mean of the whole series: the sums of squares lose no digits to it.
    struct Pairs {
        let first: [Double]
        let second: [Double]
        let firstMean: Double
        let secondMean: Double

        init(_ first: [Double], _ second: [Double]) {
            let (firstMean, secondMean) = (SharpeRatio.mean(first), SharpeRatio.mean(second))
            self.first = first.map { $0 - firstMean }
            self.second = second.map { $0 - secondMean }
            (self.firstMean, self.secondMean) = (firstMean, secondMean)
        }
    }

    private let meanA: Double
    private let meanB: Double
    private let deviationA: Double
    private let deviationB: Double
    private let covariance: Double

    init(_ pairs: Pairs, _ indices: [Int]) {
        var (a, b, aa, bb, ab) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for index in indices {
            let (x, y) = (pairs.first[index], pairs.second[index])
            a += x
            b += y
            aa += x * x
            bb += y * y
            ab += x * y
        }
        let count = Double(indices.count)
        meanA = pairs.firstMean + a / count
        meanB = pairs.secondMean + b / count
        deviationA = (max(0, aa - a * a / count) / (count - 1)).squareRoot()
        deviationB = (max(0, bb - b * b / count) / (count - 1)).squareRoot()
        covariance = (ab - a * b / count) / (count - 1)
    }

    var meanDifference: Double { meanA - meanB }
    /// A resample in which nothing varies counts as a ratio of 0.
    var sharpeDifference: Double {
        (deviationA > 0 ? meanA / deviationA : 0) - (deviationB > 0 ? meanB / deviationB : 0)
    }
    var correlation: Double? {
        deviationA > 0 && deviationB > 0 ? covariance / (deviationA * deviationB) : nil
    }
}
