import ArgumentParser

/// `hearth-trainer`: learns models from tables and bars, and publishes them to the model directory and the registry.
@main
struct HearthTrainer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hearth-trainer",
        abstract: "Trains models from tables and from bars, and publishes them for hearthd to serve.",
        discussion: """
            A first round, from nothing to a model that can be served:

              hearth-trainer generate minibar --output minibar.csv
              hearth-trainer train isolation-forest --data minibar.csv \\
                  --series tuketim_miktar --time time --label label \\
                  --columns stok_seviye,tuketim_miktar,dolum_sure \\
                  --models-dir models --promote

            A model that trades, from generated bars to its equity curve:

              hearth-trainer generate bars --output bars.csv --timeframe 1h
              hearth-trainer train gradient-boosting --data bars.csv \\
                  --symbol TEST --timeframe 1h --models-dir models --promote
              hearth-trainer backtest gradient_boosting.TEST.1h --data bars.csv --unseen \\
                  --models-dir models --output backtest

            With --label the model is measured on rows that it has not seen; without, it is trained and published all \
            the same. The model directory is --models-dir, else the environment's ML_MODELS_DIR, else /app/ml_models.
            """,
        subcommands: [
            Train.self, Grid.self, Evaluate.self, BacktestCommand.self, Compare.self, Measure.self, Generate.self,
            Bars.self, ScheduleCommand.self,
        ])
}
