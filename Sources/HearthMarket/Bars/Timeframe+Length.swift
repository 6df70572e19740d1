extension Timeframe {
    /// The timeframe of that length in the largest unit that divides it: `1h` for 3,600,000,000.
    ///
    /// Nil when it is no whole number of seconds, not more than 0, or more than 53 weeks.
    package init?(microseconds: Int64) {
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        guard rest == 0, seconds > 0 else { return nil }
        let units: [(Int64, String)] = [(7 * 86_400, "w"), (86_400, "d"), (3600, "h"), (60, "m"), (1, "s")]
        guard let (length, unit) = units.first(where: { seconds % $0.0 == 0 }),
            let timeframe = try? Timeframe("\(seconds / length)\(unit)")
        else { return nil }
        self = timeframe
    }

    /// Whether bars `step` microseconds apart cannot be of `timeframe`.
    ///
    /// A quarter is left for what calendars do: a day of 23 hours, a month of 28 days among bars of 31.
    static func overlaps(step: Int64, timeframe: Timeframe) -> Bool {
        step < timeframe.microseconds / 4 * 3
    }

    /// The steps forward between bars, in microseconds: the most common one (the shorter on a tie) and the shortest.
    ///
    /// Nil without two different times in order.
    ///
    /// - Parameter openTimes: in microseconds, in the order of the file; steps back are not counted.
    static func steps(openTimes: some Sequence<Int64>) -> (mostCommon: Int64, shortest: Int64)? {
        var counts: [Int64: Int] = [:]
        var previous: Int64?
        for time in openTimes {
            defer { previous = time }
            guard let previous, time > previous else { continue }
            let (step, overflow) = time.subtractingReportingOverflow(previous)
            if !overflow { counts[step, default: 0] += 1 }
        }
        guard let most = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }), let shortest = counts.keys.min()
        else { return nil }
        return (most.key, shortest)
    }
}
