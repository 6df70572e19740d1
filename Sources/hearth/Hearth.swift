import ArgumentParser

/// The command line of a running hearthd.
@main
struct Hearth: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hearth",
        abstract: "Asks, watches and steers a running hearthd; brings it models that you already have.",
        discussion: """
            Commands that ask the server use its Unix socket: --socket, else HEARTH_SOCKET, else \
            /run/hearth/hearth.sock. inspect, import, verify, verify-corpus and artifacts read files, db, migrate, \
            registry, validate and clean work on the registry; they need no server.

            EXAMPLES
              hearth inspect model.pkl
              hearth import model.pkl --name isolation_forest.stok_seviye --promote
              hearth models list
              hearth predict --model isolation_forest.stok_seviye --row 41,3.5,0.2
              hearth detect --series stok_seviye --data minibar.csv --column stok_seviye --label label
              hearth models promote isolation_forest.stok_seviye isolation_forest_stok_seviye_20251112_120000_123_k7qd
              hearth bench latency --model isolation_forest.stok_seviye --floor
              hearth live --config config/system.yml
              hearth parity backtest.ndjson live.ndjson
              hearth db status --registry postgresql://app@/minibar
              hearth migrate blobs --dry-run --registry postgresql://app@/minibar

            EXIT STATUS: 0 done, 1 the server or the call failed, 64 the command line is wrong.
            """,
        subcommands: [
            PredictCommand.self, DetectCommand.self, ReloadCommand.self, ModelsCommand.self, StatsCommand.self,
            WatchCommand.self, InspectCommand.self, ImportCommand.self, VerifyCommand.self, VerifyCorpusCommand.self,
            DbCommand.self, MigrateCommand.self, RegistryCommand.self, ValidateCommand.self, CleanCommand.self,
            ArtifactsCommand.self, LiveCommand.self, ParityCommand.self, ConfigCommand.self, BenchCommand.self,
        ])
}
