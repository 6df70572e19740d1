import Glibc
import HearthCore

extension FeatureKind {
    /// The feature at the newest of `bars`, of which there are at least ``warmUpBarCount``.
    ///
    /// Always finite for bars that ``BarValidator`` let through: where a deviation is zero, so is the distance.
    func value(_ bars: RecentBars) -> Double {
        guard let bar = bars.newest else { return 0 }
        switch self {
        case .logReturn(let lag): return log(bar.close / bars.closes.value(back: lag))
        case .volatility(let window):
            let returns = bars.logReturns.last(window)
            return SeriesMath.deviation(returns, around: SeriesMath.mean(returns), isSample: true)
        case .rsi(let period):
            return SeriesMath.relativeStrength(
                changes: bars.changes.last(period * Self.wilderMemory), period: period)
        case .averageTrueRange(let period):
            return SeriesMath.wilderAverage(bars.trueRanges.last(period * Self.wilderMemory), period: period)
                / bar.close
        case .movingAverageDistance(let window): return bar.close / SeriesMath.mean(bars.closes.last(window)) - 1
        case .exponentialDistance(let period):
            let closes = bars.closes.last(period * Self.exponentialMemory)
            return bar.close / SeriesMath.exponentialAverage(closes, period: period) - 1
        case .bollingerPosition(let window, let deviations):
            return Self.standardised(bar.close, bars.closes.last(window), isSample: false) / deviations
        case .volumeZ(let window): return Self.standardised(bar.volume, bars.volumes.last(window), isSample: true)
        case .barRange: return (bar.high - bar.low) / bar.close
        case .timeOfDaySine: return sin(Self.angle(bar, period: 86_400_000_000, offset: 0))
        case .timeOfDayCosine: return cos(Self.angle(bar, period: 86_400_000_000, offset: 0))
        case .dayOfWeekSine: return sin(Self.angle(bar, period: 604_800_000_000, offset: Self.monday))
        case .dayOfWeekCosine: return cos(Self.angle(bar, period: 604_800_000_000, offset: Self.monday))
        }
    }

    /// Monday 1970-01-05.
    private static let monday: Int64 = 4 * 86_400_000_000

    /// How many deviations `value` is above the mean of `values`; 0 when they are all the same.
    private static func standardised(_ value: Double, _ values: ArraySlice<Double>, isSample: Bool) -> Double {
        let mean = SeriesMath.mean(values)
        let deviation = SeriesMath.deviation(values, around: mean, isSample: isSample)
        // The mean of equal values may miss them by a rounding: what is left then is no deviation.
        return deviation > abs(mean) * 1e-12 ? (value - mean) / deviation : 0
    }

    /// Where the bar's open time is in a period, from 0 to 2 pi, in UTC.
    private static func angle(_ bar: Bar, period: Int64, offset: Int64) -> Double {
        let remainder = (bar.openTime.microseconds - offset) % period
        let position = remainder < 0 ? remainder + period : remainder
        return 2 * Double.pi * Double(position) / Double(period)
    }
}
