import ArgumentParser

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures a running server, or a model by itself.",
        subcommands: [
            LatencyCommand.self, ThroughputCommand.self, SwapCommand.self, KernelCommand.self, LoadCommand.self,
            PredictTimeCommand.self, EchoCommand.self,
        ])
}
