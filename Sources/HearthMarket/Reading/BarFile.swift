import HearthCore

/// Bars of a file, read whole.
package enum BarFile {
    /// Reads the good bars of `path`, in order, and says what was wrong with the other lines.
    ///
    /// - Parameters:
    ///   - timeframe: how long a bar lasts; nil to take the most common step between the lines.
    ///   - isStrict: throw at the first line that gives no bar.
    /// - Returns: the bars, at least one, and the report, whose `timeframe` is the one given or found.
    ///
    /// Throws ``MarketError`` when the file cannot be read, is larger than `limits` allow, has no layout of bars, no
    /// good bar, or bars that are not of `timeframe`; without one,
    /// fewer than two.
    package static func read(
        _ path: String, timeframe: Timeframe? = nil, isStrict: Bool = false, limits: BarLimits = BarLimits()
    ) throws(MarketError) -> (bars: [Bar], report: BarReport) {
        var splitter = LineSplitter(byteCountMax: limits.lineByteCountMax)
        var parser = BarLineParser(path: path, limits: limits)
        var lines = Lines()
        try FileChunks.read(path, byteCountMax: limits.fileBytes) { (chunk) throws(MarketError) in
            var rest = chunk
            while let line = splitter.next(from: &rest) {
                try lines.take(line, &parser, path, isStrict, limits)
            }
        }
        if let line = splitter.finish() { try lines.take(line, &parser, path, isStrict, limits) }
        let length = try Self.timeframe(of: lines.rows, given: timeframe, path: path)
        return try checked(lines, timeframe: length, path: path, isStrict: isStrict)
    }

    /// The timeframe given, when the bars can be of it, else the most common step.
    private static func timeframe(
        of rows: [BarRow], given: Timeframe?, path: String
    ) throws(MarketError) -> Timeframe {
        let steps = Timeframe.steps(openTimes: rows.lazy.map(\.openTime.microseconds))
        guard let given else {
            if let steps, let timeframe = Timeframe(microseconds: steps.mostCommon) { return timeframe }
            let isReversed = rows.count > 1 && steps == nil
            throw MarketError(
                .badData, path: path, "no timeframe can be told from \(rows.count) bars",
                hint: isReversed
                    ? "the newest bar comes first: sort the file by time"
                    : "give the timeframe, such as 1h, or a file of at least two bars")
        }
        // Bars that are further apart than stated would be taken for complete before they are.
        let isTooShort = steps.map { $0.shortest / 4 * 3 > given.microseconds } ?? false
        guard let steps, isTooShort || Timeframe.overlaps(step: steps.mostCommon, timeframe: given) else {
            return given
        }
        let found =
            isTooShort
            ? "the closest bars are \(steps.shortest / 1_000_000)" : "most bars are \(steps.mostCommon / 1_000_000)"
        throw MarketError(
            .badData, path: path, "\(found) seconds apart, the timeframe is stated to be \(given)",
            hint: "state the timeframe of the file, or none")
    }

    private static func checked(
        _ lines: Lines, timeframe: Timeframe, path: String, isStrict: Bool
    ) throws(MarketError) -> (bars: [Bar], report: BarReport) {
        var validator = BarValidator(timeframe: timeframe, report: lines.report)
        var bars: [Bar] = []
        bars.reserveCapacity(lines.rows.count)
        for row in lines.rows {
            let bar = row.bar(timeframe: timeframe)
            guard let found = validator.check(bar, line: row.line) else {
                bars.append(bar)
                continue
            }
            if isStrict { throw MarketError.refused(found.problem, path, row.line, found.reason) }
        }
        guard !bars.isEmpty else {
            let first = validator.report.problems.min {
                ($0.value.firstLines.first ?? 0) < ($1.value.firstLines.first ?? 0)
            }
            throw MarketError(
                .badData, path: path, line: first?.value.firstLines.first,
                "none of the \(validator.report.lineCount) lines is a good bar"
                    + (first.map { " (\($0.key.sentence): \($0.value.firstReason))" } ?? ""),
                hint: "begin with a header such as time,open,high,low,close,volume")
        }
        return (bars, validator.report)
    }

    /// What the lines of a file gave before the timeframe was known.
    private struct Lines {
        var rows: [BarRow] = []
        /// The lines that are no rows.
        var report = BarReport()

        mutating func take(
            _ line: LineSplitter.Line, _ parser: inout BarLineParser, _ path: String, _ isStrict: Bool,
            _ limits: BarLimits
        ) throws(MarketError) {
            switch line {
            case .overlong(let number): try refuse(.overlong, path, number, "the line is longer than is read", isStrict)
            case .bytes(let bytes, let number):
                switch try parser.parse(bytes, number: number) {
                case .nothing: break
                case .row(let row):
                    guard rows.count < limits.barCountMax else {
                        throw MarketError(
                            .badData, path: path, line: number, "more than \(limits.barCountMax) bars",
                            hint: "give a file of a shorter time")
                    }
                    rows.append(row)
                case .bad(let problem, let reason): try refuse(problem, path, number, reason, isStrict)
                }
            }
        }

        private mutating func refuse(
            _ problem: BarProblem, _ path: String, _ line: Int, _ reason: String, _ isStrict: Bool
        ) throws(MarketError) {
            if isStrict { throw MarketError.refused(problem, path, line, reason) }
            report.lineCount += 1
            report.count(problem, line: line, reason: reason)
        }
    }
}
