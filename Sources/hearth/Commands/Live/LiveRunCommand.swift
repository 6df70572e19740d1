import ArgumentParser
import Glibc
import HearthClient
import HearthConfiguration
import HearthCore
import HearthStrategy

struct LiveRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs the engine until its feed ends or it is told to stop (the default).",
        discussion: """
            Bars are CSV with a header, or a JSON object per line; bad lines are counted and passed over. A signal is \
            one line of JSON and counts once it is in --signal-log. Started again, the engine goes on after the last \
            record there: no bar gets two signals.

            warming   the features have not seen enough bars: flat
            live      it trades on paper
            degraded  something holds it back and may pass by itself: flat
            halted    ML_ENABLED=false, or a limit that latches, or a person: flat until `hearth live resume`

            A file is replayed as fast as it goes and its log holds no latencies, so the same bars give the same \
            bytes; every other feed goes by the wall clock (--clock).

            EXAMPLES
              hearth live --config config/system.yml
              hearth live --symbol EUR/USD --timeframe 1h --feed file:eurusd.csv --stale-days 0 --signal-log s.ndjson
              bars | hearth live --symbol BTC/USDT --timeframe 1m --control /run/hearth/live.sock > signals.ndjson
              hearth live --config config/system.yml --shadow random_forest.BTC-USDT.15m --shadow-log shadow.ndjson

            SIGINT and SIGTERM end it after the bar under way, with a summary. EXIT STATUS: 0 the feed ended or it \
            was stopped, 1 a signal could not be logged or the feed not be read, 64 the command line is wrong.
            """)

    @OptionGroup var settings: LiveSettings

    @Option(help: "Where bars come from: stdin, file:PATH, tail:PATH or socket:PATH (default: stdin).")
    var feed: String?

    @Option(help: "hearthd's socket (default: $HEARTH_SOCKET, else \(HearthClient.defaultSocketPath)).")
    var socket: String?

    @Option(help: "The log of signals; standard output when there is none.")
    var signalLog: String?

    @Flag(help: "Wait at every signal until the disk has it.")
    var sync = false

    @Option(help: "A file that always holds the engine's state, replaced in one step.")
    var snapshot: String?

    @Option(help: "A Unix socket of the engine's own for `hearth live status`, follow, halt and resume.")
    var control: String?

    @Option(help: "While this file is there the engine is halted; a halt outlasts a restart in it.")
    var haltFile: String?

    @Option(help: "replay counts a deadline from a bar's turn, wall from its close (default: replay for a file).")
    var clock: String?

    @Option(help: "Bars per second at most.")
    var pace: Double?

    @Option(help: "Connections to a socket: feed after which its end is the end of the run; any number unless given.")
    var connections: Int?

    @Option(help: "A second model, by name or model_id, that is asked as well and decides nothing.")
    var shadow: String?

    @Option(help: "The log of the second model's signals.")
    var shadowLog: String?

    func validate() throws {
        guard pace.map({ $0 >= 0.1 }) ?? true else { throw ValidationError("--pace must be at least 0.1.") }
        guard (connections ?? 1) > 0 else { throw ValidationError("--connections must be above 0.") }
        guard ["replay", "wall", nil].contains(clock) else {
            throw ValidationError("--clock is '\(clock ?? "")', expected replay or wall.")
        }
    }

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        let configuration = try settings.loaded()
        let log = try (signalLog ?? configuration.live.signalLog).map { try SignalLog(path: $0, isSynchronized: sync) }
        if let log, log.tornByteCount > 0 { note("cut a torn last line of \(log.tornByteCount) bytes in \(log.path)") }
        let client = settings.client(configuration, socket: socket)
        let options = try options(configuration)
        let live = try LiveRun(
            engine: try settings.engine(configuration, after: log?.last),
            scorer: SocketScorer(try settings.choice(configuration), client: client),
            shadow: try shadowTrader(configuration, client), options: options,
            record: { record throws(StrategyError) in
                if let log { try log.append(record) } else { try StandardOutput.write(record.line) }
            }, note: note)
        Interruption.note()
        defer { StandardError.write(LiveReport(live: live).text) }
        try live.run(stop: { Interruption.isWanted })
    }

    private func options(_ configuration: SystemConfiguration) throws -> LiveOptions {
        var options = LiveOptions(source: try BarSource(feed ?? configuration.market.feed ?? "stdin"))
        if let clock { options.clock = clock == "replay" ? .replay : .wall }
        options.barsPerSecond = pace
        options.connectionCountMax = connections
        options.haltFile = haltFile ?? configuration.live.haltFile
        options.snapshotFile = snapshot ?? configuration.live.snapshot
        options.controlSocket = control ?? configuration.live.snapshotSocket
        return options
    }

    private func shadowTrader(_ configuration: SystemConfiguration, _ client: HearthClient) throws -> ShadowTrader? {
        guard let shadow = shadow ?? configuration.strategy.shadowModel else { return nil }
        let log = try shadowLog.map { try SignalLog(path: $0, isSynchronized: sync) }
        return ShadowTrader(
            engine: try settings.engine(configuration, after: log?.last),
            scorer: SocketScorer(try Self.reference(shadow, client), client: client), log: log)
    }

    /// A model_id that the server knows is one; anything else is the name of a registered model.
    private static func reference(_ text: String, _ client: HearthClient) throws -> ProductionModel {
        let found = Result { () throws(HearthError) in
            try client.get(model: "", version: text, timeout: .seconds(5))
        }
        switch found {
        case .success: return .pinned(modelID: text)
        case .failure(let error):
            guard error.code == .notFound || error.code == .invalidArgument else { throw error }
            return .auto(name: text)
        }
    }

    private func note(_ text: String) {
        StandardError.write("hearth live: \(text)\n")
    }
}
