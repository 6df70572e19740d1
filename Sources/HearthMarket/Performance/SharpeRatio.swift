/// The mean return of a bar over its standard deviation, and how far it can be trusted.
///
/// - `sharpe = mean(r) / sd(r)`, the standard deviation with `n - 1` below it, no interest taken off (Sharpe, "The
///   Sharpe Ratio", 1994).
/// - Standard error `sqrt((1 + sharpe² / 2) / n)`: Lo, "The Statistics of Sharpe Ratios", 2002, for returns that are
///   independent and normal. Dependence, skew and fat tails make the true error larger or smaller.
/// - Per year both are multiplied with `sqrt(bars per year)`, which likewise holds for independent returns alone
///   (Lo 2002, section "Time Aggregation").
package struct SharpeRatio: Sendable, Equatable {
    package let mean: Double
    package let standardDeviation: Double
    package let returnCount: Int
    /// Per bar.
    package var perBar: Double { mean / standardDeviation }
    /// Of ``perBar``.
    package var standardError: Double { ((1 + perBar * perBar / 2) / Double(returnCount)).squareRoot() }

    /// With fewer returns there is no ratio: its error would be larger than anything it could say.
    package static let returnCountMin = 30

    /// Nil below ``returnCountMin`` returns, and when they all are the same: a spread below 10⁻¹² of the mean is the
    /// rounding of the sum.
    package init?(_ returns: [Double]) {
        guard returns.count >= Self.returnCountMin else { return nil }
        let mean = Self.mean(returns)
        let squares = returns.reduce(into: 0.0) { $0 += ($1 - mean) * ($1 - mean) }
        let deviation = (squares / Double(returns.count - 1)).squareRoot()
        guard deviation > abs(mean) * 1e-12, deviation.isFinite else { return nil }
        self.mean = mean
        standardDeviation = deviation
        returnCount = returns.count
    }

    /// Per year, of so many bars.
    package func annualised(barsPerYear: Double) -> Double { perBar * barsPerYear.squareRoot() }

    /// The standard error of ``annualised(barsPerYear:)``.
    package func annualisedStandardError(barsPerYear: Double) -> Double { standardError * barsPerYear.squareRoot() }

    /// 0 for none.
    static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }
}
