import Foundation
import HearthArtifacts
import HearthMarket
import HearthTraining

/// `--output`: the folder of a backtest's files.
struct BacktestFolder {
    let path: String

    /// Writes `metrics.csv`, `equity.csv` and `equity.svg`, and `signals.ndjson` where there are signals; the folder is
    /// made when it is not there, files of these names are replaced.
    func write(_ backtest: Backtest, metrics: [String: JSONValue], title: String, signals: [UInt8]?) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try write("metrics.csv", MetricsCSV.text(metrics))
            try write("equity.csv", Array(backtest.curve.csv.utf8))
            try write("equity.svg", Array(EquityPlot(backtest.curve, title: title).svg.utf8))
            if let signals { try write("signals.ndjson", signals) }
        } catch {
            throw MarketError(
                .unreadable, path: path, "the backtest's files cannot be written: \(error.localizedDescription)",
                hint: "check that the folder may be written to", cause: error)
        }
    }

    private func write(_ name: String, _ bytes: [UInt8]) throws {
        let file = URL(fileURLWithPath: path, isDirectory: true).appendingPathComponent(name)
        try Data(bytes).write(to: file, options: .atomic)
    }
}
