import ArgumentParser

/// `hearth-trainer train …`.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Learns a model from a CSV file, measures it, publishes it and registers it.",
        discussion: """
            The last 30 % of the rows are held out and measured (--test-fraction, --split). The model is written to \
            the model directory, read back and checked bit for bit, then registered with status success; --promote \
            puts it into production.
            """,
        subcommands: [TrainIsolationForest.self, TrainZScore.self])
}
