import Foundation
import HearthArtifacts
import HearthClient
import HearthMarket
import HearthStrategy
import HearthTestSupport
import Testing

/// `hearth live` and `hearth parity` as programs.
struct LiveProgramTests {
    private let shelf: TradingShelf
    private let market = [
        "--symbol", StrategySamples.symbol, "--timeframe", "15m", "--model-type", TradingShelf.modelType,
    ]
    private let limits = [
        "--stale-days", "0", "--drawdown-limit-percent", "0", "--fee-bps", "5", "--slippage-bps", "2",
        "--feature-range-tolerance", "1000", "--out-of-range-share", "1",
    ]

    init() throws {
        shelf = try TradingShelf()
    }

    @Test func `a replay through the server writes the log, tells a summary, and is the backtest's to the byte`() throws
    {
        let modelID = try shelf.publish(seed: 1, promotes: true)
        let server = try ServerProcess(shelf)
        _ = try server.client().list()
        let data = try shelf.write(TradingShelf.bars(150))
        let log = shelf.folder.file("signals.ndjson")
        let live = try ProgramResult(
            "hearth",
            ["live", "--feed", "file:\(data)", "--socket", server.socketPath, "--signal-log", log] + market + limits)
        #expect(live.status == 0, "\(live.errors)")
        #expect(live.errors.contains("signals        150, 148 of them with a model that answered\n"))
        #expect(live.errors.contains("missed bars    0\n"))
        #expect(live.errors.contains("1, 0 switches: \(modelID) (generation 1, 148 bars)\n"))
        let parity = try ProgramResult(
            "hearth",
            [
                "parity", "--data", data, "--models-dir", shelf.directory.path, "--socket", server.socketPath,
                "--keep", shelf.folder.path,
            ] + market + limits)
        #expect(parity.status == 0, "\(parity.output)\(parity.errors)")
        #expect(parity.output.hasSuffix("all 7 ways wrote the same bytes\n"))
        let same = try ProgramResult("hearth", ["parity", log, shelf.folder.file("backtest.ndjson")])
        #expect(same.output == "150 lines, all the same\n")
    }

    @Test func `signals go to standard output without a log, and ML_ENABLED=false is flat (R92)`() throws {
        _ = try shelf.publish(seed: 1, promotes: true)
        let server = try ServerProcess(shelf)
        let data = try shelf.write(TradingShelf.bars(10))
        let live = try ProgramResult(
            "hearth", ["live", "--feed", "file:\(data)", "--socket", server.socketPath] + market,
            environment: ["ML_ENABLED": "false"])
        #expect(live.status == 0)
        let lines = live.output.split(separator: "\n")
        #expect(lines.count == 10)
        #expect(lines.allSatisfy { $0.contains("\"state\":\"halted\",\"reasons\":[\"ml_disabled\"]") })
        #expect(live.errors.contains("state          halted: ml_disabled\n"))
    }

    @Test func `the first difference of two logs is named and the exit code is 1`() throws {
        let scorer = ScriptedScorer(try StrategySamples.model())
        var engine = try StrategySamples.engine()
        var records = StrategySamples.bars(6).compactMap { engine.take($0, by: scorer) }
        let paths = ["a", "b"].map { shelf.folder.file($0) }
        try Data(records.flatMap(\.line)).write(to: URL(fileURLWithPath: paths[0]))
        records[3].decision = records[3].decision == .long ? .short : .long
        try Data(records.flatMap(\.line)).write(to: URL(fileURLWithPath: paths[1]))
        let result = try ProgramResult("hearth", ["parity"] + paths)
        #expect(result.status == 1)
        #expect(
            result.output.hasPrefix("\(paths[0]) and \(paths[1]) differ after 3 equal lines\nline 4, field decision: "))
    }

    @Test(arguments: [
        (["live"], "give --symbol and --timeframe, or a --config with market.symbol and timeframe"),
        (["live", "--symbol", "A", "--timeframe", "1h", "--feed", "ftp:x"], "expected stdin, file:PATH, tail:PATH or"),
        (["live", "--symbol", "A", "--timeframe", "1h", "--errors-in-a-row", "0"], "errors in a row is 0, expected 1"),
        (["live", "--clock", "moon"], "--clock is 'moon', expected replay or wall."),
        (["parity", "only-one"], "Give two logs, or --data."),
        (["live", "status", "--control", "/nowhere.sock"], "no engine answers at '/nowhere.sock'"),
    ]) func `a mistake on the command line is told with its mend`(arguments: [String], words: String) throws {
        let result = try ProgramResult("hearth", arguments)
        #expect(result.status != 0)
        #expect(result.errors.contains(words), "\(result.errors)")
    }
}
