import Glibc

/// What features look at: the last bars, as series of numbers, and what follows from two neighbours.
struct RecentBars: Sendable {
    /// Bars seen so far.
    private(set) var count = 0
    private(set) var newest: Bar?
    private(set) var closes: RecentValues
    private(set) var volumes: RecentValues
    /// ln(close / close before); one less than there are bars.
    private(set) var logReturns: RecentValues
    /// Close less close before; one less than there are bars.
    private(set) var changes: RecentValues
    /// Wilder's true range; one less than there are bars.
    private(set) var trueRanges: RecentValues

    /// Holds `capacity` bars.
    init(capacity: Int) {
        closes = RecentValues(capacity: capacity)
        volumes = RecentValues(capacity: capacity)
        logReturns = RecentValues(capacity: capacity)
        changes = RecentValues(capacity: capacity)
        trueRanges = RecentValues(capacity: capacity)
    }

    mutating func append(_ bar: Bar) {
        if let before = newest?.close {
            logReturns.append(log(bar.close / before))
            changes.append(bar.close - before)
            trueRanges.append(max(bar.high - bar.low, abs(bar.high - before), abs(bar.low - before)))
        }
        closes.append(bar.close)
        volumes.append(bar.volume)
        newest = bar
        count += 1
    }
}
