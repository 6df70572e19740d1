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
        let live = try ProgramRun(
            "hearth",
            ["live", "--feed", "file:\(data)", "--socket", server.socketPath, "--signal-log", log] + market + limits)
        #expect(live.status == 0, "\(live.errors)")
        #expect(live.errors.contains("signals        150, 148 of them with a model that answered\n"))
        #expect(live.errors.contains("missed bars    0\n"))
        #expect(live.errors.contains("1, 0 switches: \(modelID) (generation 1, 148 bars)\n"))
        let parity = try ProgramRun(
            "hearth",
            [
                "parity", "--data", data, "--models-dir", shelf.directory.path, "--socket", server.socketPath,
                "--keep", shelf.folder.path,
            ] + market + limits)
        #expect(parity.status == 0, "\(parity.output)\(parity.errors)")
        #expect(parity.output.hasSuffix("all 7 ways wrote the same bytes\n"))
        let same = try ProgramRun("hearth", ["parity", log, shelf.folder.file("backtest.ndjson")])
        #expect(same.output == "150 lines, all the same\n")
    }

    @Test func `signals go to standard output without a log, and ML_ENABLED=false is flat (R92)`() throws {
        _ = try shelf.publish(seed: 1, promotes: true)
        let server = try ServerProcess(shelf)
        let data = try shelf.write(TradingShelf.bars(10))
        let live = try ProgramRun(
            "hearth", ["live", "--feed", "file:\(data)", "--socket", server.socketPath] + market,
            environment: ["ML_ENABLED": "false"])
        #expect(live.status == 0)
        let lines = live.output.split(separator: "\n")
        #expect(lines.count == 10)
        #expect(lines.allSatisfy { $0.contains("\"state\":\"halted\",\"reasons\":[\"ml_disabled\"]") })
        #expect(live.errors.contains("state          halted: ml_disabled\n"))
    }

    @Test func `config/system.yml says what decides, and the environment goes before it (R155)`() throws {
        let pinned = try shelf.publish(seed: 1)
        let production = try shelf.publish(seed: 2, promotes: true)
        let server = try ServerProcess(shelf)
        let data = try shelf.write(TradingShelf.bars(12))
        let config = shelf.folder.file("system.yml")
        try """
        ml:
          production_model: \(pinned)
          socket: \(server.socketPath)
        market:
          symbol: \(StrategySamples.symbol)
          timeframe: 15m
          feed: file:\(data)
        strategy:
          model_type: \(TradingShelf.modelType)
          shadow_model: \(shelf.name)
        live:
          stale_days:
          drawdown_limit_percent:
          snapshot: \(shelf.folder.file("snapshot.json"))
        """.write(toFile: config, atomically: true, encoding: .utf8)
        let live = try ProgramRun("hearth", ["live", "--config", config])
        #expect(live.status == 0, "\(live.errors)")
        #expect(live.output.split(separator: "\n").count == 12)
        #expect(live.output.contains("\"used_model_id\":\"\(pinned)\",\"generation\":0"))
        #expect(!live.output.contains("\(production)"))
        #expect(live.errors.contains("shadow         10 bars, same decision "))
        let snapshot = try String(contentsOfFile: shelf.folder.file("snapshot.json"), encoding: .utf8)
        #expect(snapshot.contains("\"used_model_id\":\"\(pinned)\""))
        let auto = try ProgramRun(
            "hearth", ["live", "--config", config], environment: ["HEARTH_ML_PRODUCTION_MODEL": "auto"])
        #expect(auto.output.contains("\"used_model_id\":\"\(production)\",\"generation\":1"))
    }

    @Test func `SIGTERM ends a run after the bar under way, with a summary and a last snapshot`() throws {
        _ = try shelf.publish(seed: 1, promotes: true)
        let server = try ServerProcess(shelf)
        _ = try server.client().list()
        let data = try shelf.write(TradingShelf.bars(40))
        let control = shelf.folder.file("live.sock")
        let snapshot = shelf.folder.file("snapshot.json")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: ProgramRun.path("hearth"))
        process.arguments =
            [
                "live", "--feed", "tail:\(data)", "--clock", "replay", "--socket", server.socketPath, "--control",
                control,
                "--snapshot", snapshot, "--signal-log", shelf.folder.file("log"),
            ] + market + limits
        let pipe = Pipe()
        process.standardError = pipe
        try process.run()
        try pipe.fileHandleForWriting.close()
        // Its first words come after the socket is there.
        _ = pipe.fileHandleForReading.availableData
        try ControlClient(path: control).ask("follow") { !$0.contains("\"signals\":40") }
        process.terminate()
        let errors = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(errors.contains("signals        40, 38 of them with a model that answered\n"))
        #expect(try String(contentsOfFile: snapshot, encoding: .utf8).contains("\"running\":false"))
        #expect(!FileManager.default.fileExists(atPath: control))
    }

    @Test func `the first difference of two logs is named and the exit code is 1`() throws {
        let scorer = ScriptedScorer(try StrategySamples.model())
        var engine = try StrategySamples.engine()
        var records = StrategySamples.bars(6).compactMap { engine.take($0, by: scorer) }
        let paths = ["a", "b"].map { shelf.folder.file($0) }
        try Data(records.flatMap(\.line)).write(to: URL(fileURLWithPath: paths[0]))
        records[3].decision = records[3].decision == .long ? .short : .long
        try Data(records.flatMap(\.line)).write(to: URL(fileURLWithPath: paths[1]))
        let result = try ProgramRun("hearth", ["parity"] + paths)
        #expect(result.status == 1)
        #expect(
            result.output.hasPrefix("\(paths[0]) and \(paths[1]) differ after 3 equal lines\nline 4, field decision: "))
    }

    @Test(arguments: [
        (["live"], "give --symbol and --timeframe, or a --config with market.symbol and timeframe"),
        (["live", "--symbol", "A", "--timeframe", "1h", "--feed", "ftp:x"], "expected stdin, file:PATH, tail:PATH or"),
        (["live", "--symbol", "A", "--timeframe", "1h", "--errors-in-a-row", "0"], "errors in a row is 0, expected 1"),
        (["live", "--stale-days", "nan"], "--stale-days must be 0, for no limit, to 36600."),
        (["live", "--deadline-seconds-max", "inf"], "--deadline-seconds-max must be above 0 and at most 86400."),
        (["live", "--clock", "moon"], "--clock is 'moon', expected replay or wall."),
        (["parity", "only-one"], "Give two logs, or --data."),
        (["live", "status", "--control", "/nowhere.sock"], "no engine answers at '/nowhere.sock'"),
    ]) func `a mistake on the command line is told with its mend`(arguments: [String], words: String) throws {
        let result = try ProgramRun("hearth", arguments)
        #expect(result.status != 0)
        #expect(result.errors.contains(words), "\(result.errors)")
    }
}
