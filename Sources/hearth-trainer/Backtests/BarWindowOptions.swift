import ArgumentParser
import HearthCore
import HearthMarket

/// Which bars are measured.
struct BarWindowOptions: ParsableArguments {
    @Option(
        help: """
            The bars: CSV with a header such as time,open,high,low,close,volume, or NDJSON. Lines that are no bars are \
            passed over and counted; `hearth-trainer bars check` says what is wrong with them.
            """)
    var data: String

    @Option(help: "How long a bar lasts, e.g. 15m, 1h, 1d; the most common step of the file unless given.")
    var timeframe: String?

    @Option(
        help: "Measure bars that close at this time or later (2025-01-31 or 2025-01-31T12:00:00Z); all unless given.")
    var from: String?

    @Option(help: "Measure bars that close before this time; all unless given.")
    var to: String?

    /// Reads the file.
    func read() throws -> BarWindow {
        let (bars, report) = try BarFile.read(data, timeframe: timeframe.map(Timeframe.init))
        if report.problemCount > 0 || report.missingBarCount > 0 {
            StandardError.write(
                "warning: \(data): \(report.problemCount) of \(report.lineCount) lines gave no bar, "
                    + "\(report.missingBarCount) bars are missing in between\n")
        }
        let (from, to) = (try Self.time(from, "--from"), try Self.time(to, "--to"))
        let first = from.map { time in bars.firstIndex { $0.closeTime >= time } ?? bars.count } ?? 0
        let end = to.map { time in bars.firstIndex { $0.closeTime >= time } ?? bars.count } ?? bars.count
        guard end - first >= 2 else {
            throw MarketError(
                .badData, path: data,
                "\(max(0, end - first)) of its \(bars.count) bars lie between --from and --to, expected at least 2",
                hint: "the first closes at \(bars[0].closeTime.iso8601), the last at "
                    + "\(bars[bars.count - 1].closeTime.iso8601)")
        }
        return BarWindow(bars: bars, measured: first..<end, timeframe: report.timeframe)
    }

    func validate() throws {
        _ = try Self.time(from, "--from")
        _ = try Self.time(to, "--to")
        do throws(MarketError) {
            _ = try timeframe.map { (text) throws(MarketError) in try Timeframe(text) }
        } catch {
            throw ValidationError(error.description)
        }
    }

    private static func time(_ text: String?, _ option: String) throws -> Timestamp? {
        guard let text else { return nil }
        guard let time = FieldTime.timestamp(ArraySlice(text.utf8)) else {
            throw ValidationError("\(option) is '\(text)', expected a time such as 2025-01-31 or 2025-01-31T12:00:00Z")
        }
        return time
    }
}

/// Bars of a file, and those of them that are measured; the ones before warm up features.
struct BarWindow {
    var bars: [Bar]
    /// At least two.
    var measured: Range<Int>
    /// Given, or found in the file.
    var timeframe: Timeframe?
}
