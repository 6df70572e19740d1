package import HearthCore

/// What was found while bars were read: how many, and what was wrong with the others.
package struct BarReport: Sendable, Equatable {
    /// How often something occurred, and where first.
    package struct Tally: Sendable, Equatable {
        package var count = 0
        /// The first few lines, the first of the file or stream being 1.
        package var firstLines: [Int] = []
        /// What exactly was wrong with the first one.
        package var firstReason = ""

        /// How many lines are named.
        package static let firstLineCountMax = 5

        package init() {}

        /// Counts one more.
        mutating func count(line: Int, reason: String) {
            if count == 0 { firstReason = reason }
            count += 1
            if firstLines.count < Self.firstLineCountMax { firstLines.append(line) }
        }
    }

    /// Lines that are neither blank nor a header.
    package var lineCount = 0
    /// Bars that are good and in order.
    package var barCount = 0
    /// Given, or inferred from the file.
    package var timeframe: Timeframe?
    /// The open times of the first and the last good bar.
    package var firstOpen: Timestamp?
    package var lastOpen: Timestamp?
    /// Lines that gave no bar, by reason; a reason that did not occur is not in it.
    package var problems: [BarProblem: Tally] = [:]
    /// Gaps between good bars over a weekend (see ``BarValidator``), which markets that close have every week.
    package var weekendGaps = Tally()
    /// All other gaps; the lines are those of the bars after them.
    package var gaps = Tally()
    /// Good bars without any volume; all of them where the source has none, and then features of volume say nothing.
    package var zeroVolumeCount = 0
    /// The bars that would fill ``gaps``.
    package var missingBarCount = 0

    package init() {}

    /// Lines that gave no bar.
    package var problemCount: Int { problems.values.reduce(0) { $0 + $1.count } }

    /// Counts a line that gave no bar.
    mutating func count(_ problem: BarProblem, line: Int, reason: String) {
        problems[problem, default: Tally()].count(line: line, reason: reason)
    }
}
