import HearthCore
import HearthMarket
import Testing

struct BarDecoderTests {
    private static let first = Bar(
        openTime: Timestamp(microseconds: 1_492_592_400_000_000),
        closeTime: Timestamp(microseconds: 1_492_596_000_000_000), open: 1.0716, high: 1.0722, low: 1.07083,
        close: 1.07219, volume: 1413)

    private func decode(_ text: String, pieces: Int = .max, timeframe: String = "1h") throws -> ([Bar], BarReport) {
        var decoder = BarDecoder(timeframe: try Timeframe(timeframe), path: "bars")
        var bars: [Bar] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            bars += try decoder.push(rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
        }
        bars += try decoder.finish()
        return (bars, decoder.report)
    }

    @Test(arguments: [
        ",Open,High,Low,Close,Volume\n2017-04-19 09:00:00,1.0716,1.0722,1.07083,1.07219,1413\n",
        "Date,Open,High,Low,Close,Adj Close,Volume\n2017-04-19T09:00:00Z,1.0716,1.0722,1.07083,1.07219,9,1413\n",
        "open_time,open,high,low,close,volume,close_time,quote_volume,count\n"
            + "1492592400000,1.0716,1.0722,1.07083,1.07219,1413,1492595999999,5,6\n",
        "1492592400000,1.0716,1.0722,1.07083,1.07219,1413,1492595999999,0,1,2,3,4\n",
        "1492592400000000,1.0716,1.0722,1.07083,1.07219,1413,1492595999999999,0,1,2,3,4",
        "timestamp;o;h;l;c;v\n1492592400;1.0716;1.0722;1.07083;1.07219;1413\n",
        "DATETIME\tCLOSE\tOPEN\tHIGH\tLOW\tVOLUME\r\n"
            + "2017-04-19T11:00:00+02:00\t1.07219\t1.0716\t1.0722\t1.07083\t1413\r\n",
        "\u{FEFF}\"time\",\"open\",\"high\",\"low\",\"close\",\"volume\"\n"
            + "\"1492592400000000000\",\"1.0716\",\"1.0722\",\"1.07083\",\"1.07219\",\"1413\"\n",
        "{\"time\": \"2017-04-19T09:00:00Z\", \"open\": 1.0716, \"high\": 1.0722, \"low\": 1.07083, "
            + "\"close\": 1.07219, \"volume\": 1413, \"symbol\": \"EURUSD\"}\n",
        "{\"t\":1492592400000,\"T\":1492595999999,\"o\":\"1.0716\",\"h\":\"1.0722\",\"l\":\"1.07083\","
            + "\"c\":\"1.07219\",\"v\":\"1413\",\"x\":true}\n",
        "\n  \ntime,open,high,low,close,volume,close_time\n"
            + "2017-04-19 09:00,1.0716,1.0722,1.07083,1.07219,1413,2017-04-19 09:59:59\n",
    ])
    func `one bar is read from every layout, in whatever pieces it comes`(text: String) throws {
        for pieces in [Int.max, 1, 2, 7] {
            let (bars, report) = try decode(text, pieces: pieces)
            #expect(bars == [Self.first])
            #expect(report.lineCount == 1)
            #expect(report.problems.isEmpty)
        }
    }

    @Test func `any chunking gives the same bars and the same report`() throws {
        var text = "time,open,high,low,close,volume\n"
        for (index, bar) in try MarketFixtures.bars(300).enumerated() {
            text += "\(bar.openTime.iso8601),\(bar.open),\(bar.high),\(bar.low),\(bar.close),\(bar.volume)\n"
            if index % 20 == 3 { text += "not a bar\n" }
            if index % 50 == 7 { text += String(repeating: "x", count: 40_000) + "\r\n" }
        }
        let (whole, report) = try decode(text)
        #expect(whole.count == 300)
        #expect(report.problems[.malformed]?.count == 15)
        #expect(report.problems[.overlong]?.count == 6)
        var random = SplitMix64(seed: 3)
        for _ in 0..<20 {
            var decoder = BarDecoder(timeframe: try Timeframe("1h"))
            var (bars, rest) = ([Bar](), Array(text.utf8)[...])
            while !rest.isEmpty {
                let length = Int(random.next() % 5000) + 1
                bars += try decoder.push(rest.prefix(length))
                rest = rest.dropFirst(length)
            }
            bars += try decoder.finish()
            #expect(bars == whole)
            #expect(decoder.report == report)
        }
    }

    @Test func `every line that gives no bar is counted with its line and reason`() throws {
        let (bars, report) = try decode(
            """
            time,open,high,low,close,volume
            2024-01-01 00:00,1,2,0.5,1,1
            2024-01-01 01:00,1,2,0.5,nan,1
            2024-01-01 01:00,1,2,,1,1
            2024-01-01 01:00,1,2,0,1,1
            2024-01-01 01:00,1,2,-1,1,1
            2024-01-01 01:00,1,2,0.5,3,1
            2024-01-01 01:00,1,2,1.5,1.6,1
            2024-01-01 01:00,1,2,0.5,1,-1
            2024-01-01 00:00,1,2,0.5,1,1
            2023-12-31 23:00,1,2,0.5,1,1
            2024-01-01 01:00,1,2,0.5,1
            2024-01-01 01:00,1,2,0.5,one,1
            tomorrow,1,2,0.5,1,1
            20240101,1,2,0.5,1,1
            2500-01-01 01:00,1,2,0.5,1,1
            time,open,high,low,close,volume
            2024-01-01 01:00,1,2,0.5,1,

            """)
        #expect(bars.map(\.volume) == [1, 0])
        #expect(report.lineCount == 16)
        #expect(
            report.problems.mapValues(\.count) == [
                .notANumber: 2, .badPrice: 2, .inconsistent: 2, .badVolume: 1, .duplicate: 1, .outOfOrder: 1,
                .malformed: 4, .badTimes: 1,
            ])
        #expect(report.problems[.notANumber]?.firstLines == [3, 4])
        #expect(report.problems[.inconsistent]?.firstReason == "close 3.0 is above the high 2.0")
        #expect(report.problems[.malformed]?.firstLines == [12, 13, 14, 15])
        #expect(report.problems[.malformed]?.firstReason == "has not 6 fields as the first line")
    }

    @Test(arguments: [
        ("{\"time\":1700006400,\"open\":1,\"high\":1,\"low\":1,\"close\":1} x", "text follows the object"),
        ("{\"k\":{\"t\":1}}", "a value is missing or nested"), ("{\"time\":1", "the closing } is missing"),
        ("{time:1}", "a name in quotes is missing"), ("{\"time\" 1}", "a colon after a name is missing"),
        ("{\"time\":1,\"t\":1}", "two members mean the time"), ("{}", "has no time"),
        ("{\"time\":\"\\\"}", "a value is missing or nested"),
    ])
    func `JSON that is no flat object of a bar is counted with its reason`(line: String, reason: String) throws {
        let (bars, report) = try decode("{\"time\":0}\n" + line + "\n")
        #expect(bars.isEmpty)
        #expect(report.problemCount == 2)
        let reasons = [report.problems[.notANumber]?.firstReason, report.problems[.malformed]?.firstReason]
        #expect(reasons.contains { $0?.hasSuffix(reason) == true }, "\(reasons)")
    }

    @Test func `a line too long is one, wherever its pieces end`() throws {
        for pieces in [["\n"], ["", "\n"], ["x", "\n"], ["\r", "\n"], ["x\n"]] {
            var decoder = BarDecoder(timeframe: try Timeframe("1h"))
            let long = String(repeating: "x", count: 20_000)
            for piece in ["t,o,h,l,c\n", long] + pieces + ["0,1,1,1,1\n"] {
                _ = try decoder.push(Array(piece.utf8))
            }
            #expect(decoder.report.problems.mapValues(\.count) == [.overlong: 1])
            #expect(decoder.report.problems[.overlong]?.firstLines == [2])
            #expect(decoder.report.barCount == 1)
        }
    }

    @Test func `a bar of the future is refused where bars come as they close, and spoils none after it`() throws {
        let now = Timestamp(microseconds: 7200 * 1_000_000)
        var decoder = BarDecoder(timeframe: try Timeframe("1h"), clock: { now })
        let lines = "t,o,h,l,c\n4102444800,1,1,1,1\n0,1,1,1,1\n3600,1,1,1,1\n7200,1,1,1,1\n"
        #expect(try decoder.push(Array(lines.utf8)).count == 2)
        #expect(decoder.report.problems.mapValues(\.count) == [.notYet: 2])
        #expect(
            decoder.report.problems[.notYet]?.firstReason
                == "closes at 2100-01-01T01:00:00.000000Z, it is 1970-01-01T02:00:00.000000Z now")
        // A clock that is a little ahead is no mistake; bars of the past are not held against a clock.
        let early = Timestamp(microseconds: 3_596_000_000)
        var ahead = BarDecoder(timeframe: try Timeframe("1h"), clock: { early })
        #expect(try ahead.push(Array("t,o,h,l,c\n0,1,1,1,1\n".utf8)).count == 1)
        #expect(try decode(lines).0.count == 1)
    }

    @Test func `bars of a shorter timeframe than the stream's are refused, a day of 23 hours is not`() throws {
        let (bars, report) = try decode("t,o,h,l,c\n0,1,1,1,1\n900,1,1,1,1\n1800,1,1,1,1\n3600,1,1,1,1\n")
        #expect(bars.count == 2)
        #expect(report.problems[.overlapping]?.count == 2)
        #expect(report.problems[.overlapping]?.firstReason == "opens 900 s after the bar before it, which lasts 1h")
        #expect(report.zeroVolumeCount == 2)
        let days =
            "t,o,h,l,c\n2024-03-30T00:00+01:00,1,1,1,1\n2024-03-31T00:00+01:00,1,1,1,1\n"
            + "2024-04-01T00:00+02:00,1,1,1,1\n"
        #expect(try decode(days, timeframe: "1d").0.count == 3)
    }

    @Test func `a strict decoder throws at the first bad line and says which`() throws {
        var decoder = BarDecoder(timeframe: try Timeframe("1h"), path: "feed", isStrict: true)
        _ = try decoder.push(Array("time,open,high,low,close\n2024-01-01,1,1,1,1\n".utf8))
        let error = #expect(throws: MarketError.self) {
            try decoder.push(Array("2024-01-01,1,1,1,1\n".utf8))
        }
        #expect(
            error?.description
                == "feed:3: opens when the bar before it opened: opens at 2024-01-01T00:00:00.000000Z once more; "
                + "mend the line, or let such lines be skipped and counted")
    }

    @Test(arguments: [
        ("p,q,r,s,u\n", "the first line is neither a header of bars, nor a bar, nor JSON: 'p,q,r,s,u'"),
        ("hello\n", "the first line is neither a header of bars, nor a bar, nor JSON: 'hello'"),
        ("time,open,high,close,x\n", "the header 'time,open,high,close,x' names no column for low"),
        ("time,date,open,high,low,close\n", "the header names two columns for time: 'time,date,open,high,low,close'"),
    ])
    func `a first line that is no layout is an error`(text: String, message: String) throws {
        var decoder = BarDecoder(timeframe: try Timeframe("1h"), path: "feed")
        let error = #expect(throws: MarketError.self) { try decoder.push(Array(text.utf8)) }
        #expect(error?.message == message)
        #expect(error?.line == 1)
        #expect(error?.path == "feed")
    }

    @Test func `after a restart a header may come again and old bars are refused`() throws {
        var decoder = BarDecoder(timeframe: try Timeframe("1h"))
        let one = "time,open,high,low,close\n2024-01-01 00:00,1,1,1,1\n2024-01-01 01:00,1,1,1,1\n"
        #expect(try decoder.push(Array((one + "2024-01-01 02:").utf8)).count == 2)
        decoder.restart()
        #expect(try decoder.push(Array((one + "2024-01-01 02:00,1,1,1,1\n").utf8)).count == 1)
        #expect(decoder.report.problems.mapValues(\.count) == [.outOfOrder: 1, .duplicate: 1])
    }

    @Test func `no bytes whatever make the decoder fail other than by an error`() throws {
        var random = SplitMix64(seed: 11)
        let alphabet = Array("{}\",:;\t\n\r .-+0123456789eEnaN\\tohlcv\u{FF}".utf8)
        for round in 0..<400 {
            var bytes = round % 2 == 0 ? Array("time,open,high,low,close\n".utf8) : Array("{\"t\":1}\n".utf8)
            for _ in 0..<200 { bytes.append(alphabet[Int(random.next() % UInt64(alphabet.count))]) }
            var decoder = BarDecoder(timeframe: try Timeframe("1s"))
            let bars = try decoder.push(bytes) + decoder.finish()
            #expect(bars.count == decoder.report.barCount)
            #expect(decoder.report.lineCount == decoder.report.barCount + decoder.report.problemCount)
        }
    }
}
