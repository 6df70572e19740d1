import HearthCore
import HearthMarket
import HearthTestSupport
import Testing

struct BarFileTests {
    @Test func `the timeframe is the most common step, and gaps and weekends are told apart`() throws {
        // From a Thursday to a Tuesday, and a Thursday that is missing.
        let text = """
            ,Open,High,Low,Close,Volume
            2024-01-04,1,2,0.5,1,1
            2024-01-05,1,2,0.5,1,1
            2024-01-08,1,2,0.5,1,1
            2024-01-09,1,2,0.5,1,1
            2024-01-10,1,2,0.5,1,1
            2024-01-12,1,2,0.5,1,1
            2024-01-16,1,2,0.5,1,1
            """
        let (bars, report) = try MarketFixtures.withFile(text) { try BarFile.read($0) }
        #expect(bars.count == 7)
        #expect(report.timeframe?.description == "1d")
        #expect(report.gaps.count == 1)
        #expect(report.gaps.firstLines == [7])
        #expect(report.missingBarCount == 1)
        #expect(
            report.gaps.firstReason == "no bars from 2024-01-11T00:00:00.000000Z to 2024-01-12T00:00:00.000000Z")
        #expect(report.weekendGaps.count == 2)
        #expect(bars[0].closeTime == bars[0].openTime + .day)
    }

    @Test func `a file and a stream of the same bytes give the same bars and report`() throws {
        var text = "time;open;high;low;close;volume\r\n"
        for (index, bar) in try MarketFixtures.bars(3000).enumerated() {
            if index % 97 == 5 { text += "oops\r\n" }
            if index % 201 == 9 { text += "2000-01-01;1;1;1;1;1\r\n" }
            if index % 300 == 11 { continue }
            text += "\(bar.openTime.iso8601);\(bar.open);\(bar.high);\(bar.low);\(bar.close);\(bar.volume)\r\n"
        }
        let (bars, report) = try MarketFixtures.withFile(text) { try BarFile.read($0) }
        var decoder = BarDecoder(timeframe: try Timeframe("1h"))
        let streamed = try decoder.push(Array(text.utf8)) + decoder.finish()
        #expect(streamed == bars)
        #expect(decoder.report == report)
        #expect(report.missingBarCount == 10)
        #expect(report.barCount == 2990)
    }

    @Test func `generated bars come back from their file to the bit`() throws {
        let generated = try BarGenerator(BarGenerator.Parameters(timeframe: try Timeframe("15m"))).bars()
        let folder = try TemporaryFolder()
        let path = folder.file("bars.csv")
        try BarFile.write(generated, to: path)
        let (bars, report) = try BarFile.read(path, isStrict: true)
        #expect(bars == generated.map(\.bar))
        #expect(report.problems.isEmpty && report.gaps.count == 0)
        var decoder = BarDecoder(timeframe: try Timeframe("15m"), isStrict: true)
        let lines = bars.map(BarText.jsonLine).joined(separator: "\n")
        #expect(try decoder.push(Array(lines.utf8)) + decoder.finish() == bars)
        withExtendedLifetime(folder) {}
    }

    @Test func `a file that cannot be used says why`() throws {
        func message(_ text: String, _ timeframe: String? = nil, strict: Bool = false) throws -> String {
            let error = #expect(throws: MarketError.self) {
                try MarketFixtures.withFile(text) { path in
                    try BarFile.read(path, timeframe: try timeframe.map { try Timeframe($0) }, isStrict: strict)
                }
            }
            return (error?.line.map { "\($0): " } ?? "") + (error?.message ?? "")
        }
        #expect(try message("") == "no timeframe can be told from 0 bars")
        #expect(try message("", "1h") == "none of the 0 lines is a good bar")
        #expect(try message("time,open,high,low,close\n2024-01-01,1,1,1,1\n") == "no timeframe can be told from 1 bars")
        #expect(
            try message("time,open,high,low,close\n2024-01-01,1,1,0,1\n", "1h")
                == "2: none of the 1 lines is a good bar (a price is zero or less, or beyond all "
                + "reason: low 0.0 is no price)"
        )
        #expect(try message("time,open,high,low,close\nx\n", strict: true).hasPrefix("2: cannot be read: has not 5"))
        let hours = "time,open,high,low,close\n2024-01-01 00:00,1,1,1,1\n2024-01-01 01:00,1,1,1,1\n"
        #expect(
            try message(hours, "15m") == "the closest bars are 3600 seconds apart, the timeframe is stated to be 15m")
        #expect(try message(hours, "1d") == "most bars are 3600 seconds apart, the timeframe is stated to be 1d")
        let newestFirst = "time,open,high,low,close\n2024-01-02,1,1,1,1\n2024-01-01,1,1,1,1\n"
        let reversed = #expect(throws: MarketError.self) {
            try MarketFixtures.withFile(newestFirst) { try BarFile.read($0) }
        }
        #expect(reversed?.hint == "the newest bar comes first: sort the file by time")
        #expect(throws: MarketError.self) { try BarFile.read("/nonexistent/bars.csv") }
        #expect(throws: MarketError.self) { try BarFile.read("/tmp") }
        var limits = BarLimits()
        limits.fileBytes = .kibibytes(1)
        #expect(throws: MarketError.self) {
            try MarketFixtures.withFile(String(repeating: "x", count: 2000)) { try BarFile.read($0, limits: limits) }
        }
        limits = BarLimits()
        limits.barCountMax = 1
        #expect(throws: MarketError.self) {
            try MarketFixtures.withFile("time,open,high,low,close\n1,1,1,1,1\n2,1,1,1,1\n") {
                try BarFile.read($0, limits: limits)
            }
        }
    }
}

extension Timestamp {
    fileprivate static func + (time: Timestamp, length: Length) -> Timestamp {
        Timestamp(microseconds: time.microseconds + length.rawValue)
    }

    fileprivate enum Length: Int64 {
        case day = 86_400_000_000
    }
}
