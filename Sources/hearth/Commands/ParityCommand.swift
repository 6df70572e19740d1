import ArgumentParser
import FoundationEssentials
import HearthArtifacts
import HearthClient
import HearthRegistryOpening
import HearthStrategy

struct ParityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parity",
        abstract: "Holds signal logs against each other and prints the first difference.",
        discussion: """
            With two files it compares them. With --data it makes the logs itself: the bars read whole as a backtest \
            reads them, replayed from the file, and sent over a socket in pieces of random sizes, once in this process \
            and, with --socket, once through the server; all logs have to be the same, byte for byte.

            EXAMPLES
              hearth parity backtest.ndjson live.ndjson
              hearth parity --data eurusd.csv --symbol EUR/USD --timeframe 1h --models-dir models --socket hearth.sock

            EXIT STATUS: 0 all are the same, 1 they differ or cannot be read, 64 the command line is wrong.
            """)

    @Argument(help: "Two signal logs.")
    var logs: [String] = []

    @Flag(help: "Do not compare latency_us, which differs between runs by the wall clock.")
    var ignoreLatency = false

    @Option(help: "Bars to make the logs from.")
    var data: String?

    @OptionGroup var settings: LiveSettings

    @OptionGroup var registry: RegistryOptions

    @Option(help: "hearthd's socket; without it everything runs in this process.")
    var socket: String?

    @Option(help: "Seeds of the random pieces, one run each.")
    var seeds = 3

    @Option(help: "An existing folder that keeps the logs.")
    var keep: String?

    func validate() throws {
        guard (logs.count == 2 && data == nil) || (logs.isEmpty && data != nil) else {
            throw ValidationError("Give two logs, or --data.")
        }
        guard (0...1000).contains(seeds) else { throw ValidationError("--seeds is \(seeds), expected 0 to 1000.") }
    }

    func run() throws {
        guard let data else {
            let parity = try SignalParity(logs[0], logs[1], ignoresLatency: ignoreLatency)
            if let difference = parity.difference {
                print("\(logs[0]) and \(logs[1]) differ after \(parity.equalLineCount) equal lines")
                print(difference)
                throw ExitCode.failure
            }
            print("\(parity.equalLineCount) lines, all the same")
            return
        }
        guard let keep else {
            let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-parity-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            defer { try? FileManager.default.removeItem(at: folder) }
            return try compare(data, folder.path)
        }
        try compare(data, keep)
    }

    private func compare(_ data: String, _ folder: String) throws {
        let ways = try makeLogs(data, folder)
        var differences = 0
        for way in ways.dropFirst() {
            let parity = try SignalParity(ways[0].log, way.log)
            guard let difference = parity.difference else {
                print("\(ways[0].name) = \(way.name): \(parity.equalLineCount) lines")
                continue
            }
            differences += 1
            print("\(ways[0].name) and \(way.name) differ, \(difference)")
        }
        guard differences == 0 else { throw ExitCode.failure }
        print("all \(ways.count) ways wrote the same bytes")
    }

    private func makeLogs(_ data: String, _ folder: String) throws -> [ParityRun.Way] {
        let configuration = try settings.loaded()
        let choice = try settings.choice(configuration)
        let store = try registry.location.open()
        let directory = try ModelDirectory(registry.path, create: false, access: .readOnly)
        let inProcess = try ServableScorer(choice, directory: directory, store: store)
        let engine = try settings.engine(configuration, after: nil)
        let run = ParityRun(data: data, folder: folder) { engine }
        var ways = [
            try run.whole("backtest", by: inProcess), try run.replay("replay", by: inProcess),
        ]
        for seed in 0..<UInt64(seeds) {
            ways.append(try run.socket("pieces-\(seed + 1)", seed: seed + 1, by: inProcess))
        }
        guard let socket else { return ways }
        let client = settings.client(configuration, socket: socket)
        ways.append(try run.replay("server-replay", by: SocketScorer(choice, client: client)))
        ways.append(
            try run.socket("server-socket", seed: 1, connectionCount: 2, by: SocketScorer(choice, client: client)))
        return ways
    }
}
