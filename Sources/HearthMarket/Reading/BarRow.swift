import HearthCore

/// A line read, not yet checked: a bar whose close time may not be known.
struct BarRow: Sendable, Equatable {
    var line: Int
    var openTime: Timestamp
    var closeTime: Timestamp?
    var open: Double
    var high: Double
    var low: Double
    var close: Double
    var volume: Double

    /// The bar, which ends one timeframe after it opens unless the line said when.
    ///
    /// Some sources name the last millisecond or second of the bar instead of its end; a close time at most one second
    /// before the end of the timeframe is the end of the timeframe.
    func bar(timeframe: Timeframe) -> Bar {
        let (sum, overflow) = openTime.microseconds.addingReportingOverflow(timeframe.microseconds)
        let end = Timestamp(microseconds: overflow ? .max : sum)
        var close = closeTime ?? end
        if close < end, timeframe.microseconds > 1_000_000, close.microseconds >= end.microseconds - 1_000_000 {
            close = end
        }
        return Bar(
            openTime: openTime, closeTime: close, open: open, high: high, low: low, close: self.close, volume: volume)
    }
}
