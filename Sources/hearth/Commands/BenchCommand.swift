import ArgumentParser

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures a running server.",
        subcommands: [LatencyCommand.self, ThroughputCommand.self, SwapCommand.self, EchoCommand.self])
}
