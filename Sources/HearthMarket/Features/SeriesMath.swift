/// Sums over the newest values of a series, from the oldest to the newest: never kept and updated, so nothing drifts
/// and the bits depend on the values alone.
enum SeriesMath {
    static func mean(_ values: ArraySlice<Double>) -> Double {
        var sum = 0.0
        for value in values { sum += value }
        return sum / Double(values.count)
    }

    /// The sum of squared distances from `mean`.
    static func squares(_ values: ArraySlice<Double>, around mean: Double) -> Double {
        var sum = 0.0
        for value in values {
            let distance = value - mean
            sum += distance * distance
        }
        return sum
    }

    /// The square root of the mean squared distance from the mean, with Bessel's correction (`n - 1`) for a sample.
    static func deviation(_ values: ArraySlice<Double>, around mean: Double, isSample: Bool) -> Double {
        (squares(values, around: mean) / Double(values.count - (isSample ? 1 : 0))).squareRoot()
    }

    /// Wilder's average: the mean of the first `period` values, then for each further one
    /// `average + (value - average) / period`.
    static func wilderAverage(_ values: ArraySlice<Double>, period: Int) -> Double {
        smoothed(values, period: period, weight: 1 / Double(period))
    }

    /// The exponential average of weight 2 / (period + 1), which begins with the mean of the first `period` values.
    static func exponentialAverage(_ values: ArraySlice<Double>, period: Int) -> Double {
        smoothed(values, period: period, weight: 2 / (Double(period) + 1))
    }

    private static func smoothed(_ values: ArraySlice<Double>, period: Int, weight: Double) -> Double {
        var average = mean(values.prefix(period))
        for value in values.dropFirst(period) { average += weight * (value - average) }
        return average
    }

    /// Wilder's relative strength index of `changes`, 0 to 100; 50 when nothing moved.
    static func relativeStrength(changes: ArraySlice<Double>, period: Int) -> Double {
        var (gains, losses) = (0.0, 0.0)
        for change in changes.prefix(period) {
            gains += max(change, 0)
            losses += max(-change, 0)
        }
        gains /= Double(period)
        losses /= Double(period)
        let weight = 1 / Double(period)
        for change in changes.dropFirst(period) {
            gains += weight * (max(change, 0) - gains)
            losses += weight * (max(-change, 0) - losses)
        }
        let total = gains + losses
        return total > 0 ? 100 * (gains / total) : 50
    }
}
