package import HearthCore

/// Lets only good bars through, in order, and counts the others and the gaps.
///
/// A gap is a step between the open times of two good bars of more than one timeframe; it is a weekend's when it takes
/// less than ``weekendMicrosecondsMax`` and a whole Saturday (UTC) lies in it. A gap is counted, not filled: features
/// count bars, not hours. The state is a few numbers, whatever the number of bars. Not thread safe; one owner.
package struct BarValidator: Sendable {
    package let timeframe: Timeframe
    /// What was found so far.
    package private(set) var report: BarReport

    private var lastOpen: Timestamp?
    private let clock: (@Sendable () -> Timestamp)?

    /// From Friday's close to Tuesday's opening, for a weekend with a holiday.
    package static let weekendMicrosecondsMax: Int64 = 84 * 3600 * 1_000_000
    /// 1900-01-01 to 2200-01-01: times outside are mistakes of a unit, and one of them would make all later bars late.
    static let timeRange =
        Timestamp(microseconds: -2_208_988_800_000_000)..<Timestamp(microseconds: 7_258_118_400_000_000)
    /// Prices of real markets lie well within; features of what lies outside could overflow.
    package static let priceRange = 1e-15...1e15
    /// The most that is traded in one bar, for the same reason.
    package static let volumeMax = 1e24
    /// How far the clock of who sends bars may be ahead of this machine's.
    package static let earlinessMicrosecondsMax: Int64 = 5_000_000
    private static let day: Int64 = 86_400_000_000

    /// A validator that has seen nothing.
    ///
    /// - Parameters:
    ///   - report: what was found already while the lines were read.
    ///   - clock: the time now, where bars come as they close: then one that closes later is refused, so that a wrong
    ///     time does not make all later bars late. Nil for bars of the past.
    package init(
        timeframe: Timeframe, report: BarReport = BarReport(), clock: (@Sendable () -> Timestamp)? = nil
    ) {
        self.timeframe = timeframe
        self.clock = clock
        self.report = report
        self.report.timeframe = timeframe
    }

    /// What is wrong with `bar`, and in which words; nil when it is good and later than all before it.
    ///
    /// - Parameter line: where the bar stands, for the report.
    package mutating func check(_ bar: Bar, line: Int) -> (problem: BarProblem, reason: String)? {
        report.lineCount += 1
        if let found = Self.fault(of: bar, timeframe: timeframe) ?? timeFault(of: bar) ?? orderFault(of: bar) {
            report.count(found.problem, line: line, reason: found.reason)
            return found
        }
        countGap(before: bar, line: line)
        lastOpen = bar.openTime
        report.firstOpen = report.firstOpen ?? bar.openTime
        report.lastOpen = bar.openTime
        report.barCount += 1
        if bar.volume == 0 { report.zeroVolumeCount += 1 }
        return nil
    }

    /// Counts a line that could not even be read as a bar.
    package mutating func count(_ problem: BarProblem, line: Int, reason: String) {
        report.lineCount += 1
        report.count(problem, line: line, reason: reason)
    }

    private static func fault(of bar: Bar, timeframe: Timeframe) -> (problem: BarProblem, reason: String)? {
        // Without arrays, which would be allocated for every bar; what is wrong is looked up when something is.
        guard bar.open.isFinite, bar.high.isFinite, bar.low.isFinite, bar.close.isFinite else {
            return (.notANumber, "\(name(of: bar) { !$0.isFinite }) is missing or not a number")
        }
        guard
            priceRange.contains(bar.open), priceRange.contains(bar.high), priceRange.contains(bar.low),
            priceRange.contains(bar.close)
        else {
            return (.badPrice, "\(name(of: bar) { !priceRange.contains($0) }) is no price")
        }
        guard max(bar.open, bar.low, bar.close) <= bar.high else {
            return (.inconsistent, "\(name(of: bar) { $0 > bar.high }) is above the high \(bar.high)")
        }
        guard min(bar.open, bar.close) >= bar.low else {
            return (.inconsistent, "\(name(of: bar) { $0 < bar.low }) is below the low \(bar.low)")
        }
        guard bar.volume >= 0, bar.volume <= volumeMax else { return (.badVolume, "volume is \(bar.volume)") }
        guard timeRange.contains(bar.openTime), timeRange.contains(bar.closeTime) else {
            return (.badTimes, "the time lies before 1900 or after 2199")
        }
        guard bar.closeTime > bar.openTime else { return (.badTimes, "closes no later than it opens") }
        guard bar.closeTime.microseconds - bar.openTime.microseconds <= timeframe.microseconds else {
            return (.badTimes, "lasts longer than \(timeframe)")
        }
        return nil
    }

    /// The name of the first price that `isWrong`, with the price where that is a number.
    private static func name(of bar: Bar, _ isWrong: (Double) -> Bool) -> String {
        let prices = [("open", bar.open), ("high", bar.high), ("low", bar.low), ("close", bar.close)]
        guard let (name, price) = prices.first(where: { isWrong($0.1) }) else { return "a price" }
        return price.isFinite ? "\(name) \(price)" : name
    }

    private func timeFault(of bar: Bar) -> (problem: BarProblem, reason: String)? {
        guard let now = clock?(), bar.closeTime.microseconds - now.microseconds > Self.earlinessMicrosecondsMax else {
            return nil
        }
        return (.notYet, "closes at \(bar.closeTime.iso8601), it is \(now.iso8601) now")
    }

    private func orderFault(of bar: Bar) -> (problem: BarProblem, reason: String)? {
        guard let lastOpen else { return nil }
        if bar.openTime == lastOpen { return (.duplicate, "opens at \(bar.openTime.iso8601) once more") }
        if bar.openTime > lastOpen {
            let step = bar.openTime.microseconds - lastOpen.microseconds
            guard Timeframe.overlaps(step: step, timeframe: timeframe) else { return nil }
            return (.overlapping, "opens \(step / 1_000_000) s after the bar before it, which lasts \(timeframe)")
        }
        return (.outOfOrder, "opens at \(bar.openTime.iso8601), the bar before it at \(lastOpen.iso8601)")
    }

    private mutating func countGap(before bar: Bar, line: Int) {
        guard let lastOpen else { return }
        let step = bar.openTime.microseconds - lastOpen.microseconds
        guard step > timeframe.microseconds else { return }
        let first = lastOpen.microseconds + timeframe.microseconds
        let reason = "no bars from \(Timestamp(microseconds: first).iso8601) to \(bar.openTime.iso8601)"
        if Self.isWeekend(first..<bar.openTime.microseconds) {
            report.weekendGaps.count(line: line, reason: reason)
        } else {
            report.gaps.count(line: line, reason: reason)
            // A step of 1.5 timeframes misses no whole bar, yet is a gap: it counts as one.
            report.missingBarCount += max(1, Int(step / timeframe.microseconds) - 1)
        }
    }

    /// Whether the time without bars, from where the first missing bar would open, is that of a weekend.
    static func isWeekend(_ gap: Range<Int64>) -> Bool {
        guard gap.upperBound - gap.lowerBound < weekendMicrosecondsMax else { return false }
        // 1970-01-01 was a Thursday, so Saturdays are the days 2, 9, 16, ...
        var day = floorDivision(gap.lowerBound, Self.day)
        if gap.lowerBound > day * Self.day { day += 1 }
        while (day + 1) * Self.day <= gap.upperBound {
            if floorRemainder(day, 7) == 2 { return true }
            day += 1
        }
        return false
    }

    private static func floorDivision(_ value: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    private static func floorRemainder(_ value: Int64, _ divisor: Int64) -> Int64 {
        value - floorDivision(value, divisor) * divisor
    }
}
