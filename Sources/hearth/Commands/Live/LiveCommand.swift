import ArgumentParser

/// `hearth live …`: the live engine.
struct LiveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "live",
        abstract: "Runs the live engine: bars in, signals out, each with the model that made it.",
        discussion: """
            At the close of every bar the engine computes the features of the model in production, asks hearthd for \
            its score, and writes one signal. It trades on paper: there is no connection to any exchange.

            EXAMPLES
              hearth live --config config/system.yml
              hearth live --symbol EUR/USD --timeframe 1h --feed file:eurusd.csv --signal-log signals.ndjson
              hearth live status --control /run/hearth/live.sock
              hearth live halt && hearth live resume
            """,
        subcommands: [
            LiveRunCommand.self, LiveStatusCommand.self, LiveFollowCommand.self, LiveHaltCommand.self,
            LiveResumeCommand.self, LivePublishCommand.self,
        ], defaultSubcommand: LiveRunCommand.self)
}
