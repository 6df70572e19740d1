import Foundation
import HearthArtifacts
import HearthCore
import HearthMarket
import HearthRegistry
import HearthTraining

/// The report of a training on bars for a person: one fact per line, aligned.
struct BarsHumanReport {
    let report: BarsTrainingReport
    let classifier: Classifier

    var text: String { MeasureLines.aligned([("model", "\(report.name)")] + data + fit + test + publication) }

    private var data: [(String, String)] {
        let model = report.model
        let split = model.split
        let validated = split.validation.isEmpty ? "" : ", \(split.validation.count) watched by early stopping"
        let refused = model.barReport.problemCount
        return [
            (
                "bars",
                "\(model.bars.count) read" + (refused > 0 ? ", \(refused) lines passed over" : "")
                    + ", \(model.barReport.missingBarCount) missing in between"
            ),
            ("learned from", "\(split.training.count) rows\(validated), \(window("train"))"),
            ("features", "\(model.card.schema.columnNames.count) of preset \(model.card.schema.preset)"),
        ]
    }

    private func window(_ name: String) -> String {
        let parameters = report.model.windowParameters
        func day(_ key: String) -> String {
            guard case .string(let text)? = parameters[key] else { return "?" }
            return String(text.prefix(16))
        }
        return "\(day("\(name)_start")) to \(day("\(name)_end"))"
    }

    private var fit: [(String, String)] {
        let facts = report.model.fitted.facts
        let time = "\(MeasureLines.decimal(report.model.duration.seconds, 3)) s"
        var lines: [(String, String)] = []
        switch classifier {
        case .gradientBoosting:
            lines.append(("rounds", number(facts["rounds"]) + stopped(facts)))
        case .randomForest(let forest):
            lines.append(("trees", "\(forest.treeCount), at most \(forest.maxDepth) deep, seed \(forest.seed)"))
        case .logisticRegression:
            lines.append(("converged", "after \(number(facts["n_iter"])) iterations"))
        }
        let columns = zip(report.model.card.schema.columnNames, report.model.fitted.importances)
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(4)
        let shares = columns.map { "\($0.0) \(MeasureLines.decimal($0.1 * 100, 0)) %" }
        return lines + [("most important", shares.joined(separator: ", ")), ("trained in", time)]
    }

    private func stopped(_ facts: [String: JSONValue]) -> String {
        guard let loss = facts["validation_log_loss"]?.double else { return "" }
        return ", the best by validation log loss (\(MeasureLines.decimal(loss, 5)))"
    }

    private func number(_ value: JSONValue?) -> String {
        value?.double.map { MeasureLines.decimal($0, 0) } ?? "unknown"
    }

    private var test: [(String, String)] {
        let evaluation = report.model.test
        let classes = evaluation.classification
        var lines = [
            ("tested on", "\(classes.rowCount) labelled rows, \(window("test"))"),
            (
                "per row",
                "accuracy \(MeasureLines.share(classes.accuracy))  ROC-AUC \(MeasureLines.share(evaluation.rocAUC))  "
                    + "log loss \(MeasureLines.share(classes.logLoss))  Brier \(MeasureLines.share(classes.brier))"
            ),
        ]
        for (name, measures) in zip(["down", "up"], classes.classes) {
            lines.append(
                (
                    name,
                    "precision \(MeasureLines.share(measures.precision))  recall \(MeasureLines.share(measures.recall))"
                        + "  F1 \(MeasureLines.share(measures.f1))  (\(measures.support) rows)"
                ))
        }
        guard let backtest = evaluation.backtest else { return lines }
        func traded(_ measures: PerformanceMeasures) -> String {
            "return \(MeasureLines.decimal(measures.cumulativeReturn * 100, 2)) %  "
                + "Sharpe \(measures.annualSharpe.map { MeasureLines.decimal($0, 2) } ?? "unknown")  "
                + "drawdown \(MeasureLines.decimal(measures.maxDrawdown * 100, 2)) %"
        }
        lines.append(
            ("traded", "\(traded(backtest.measures))  in \(backtest.measures.tradeCount) trades, costs taken off"))
        lines.append(("buy and hold", traded(backtest.buyAndHoldMeasures)))
        return lines
    }

    private var publication: [(String, String)] {
        var status = "\(report.status.rawValue) (trained and stored; --promote puts it into production)"
        if let pointer = report.pointer {
            let previous = pointer.previousModelID.map { ", replaces \($0)" } ?? ""
            status = "\(report.status.rawValue), generation \(pointer.generation)\(previous)"
        }
        return [
            ("model_id", "\(report.modelID)"), ("path", report.path),
            ("size", "\(ByteCount(Int(clamping: report.sizeBytes)))"), ("status", status),
        ]
    }
}
