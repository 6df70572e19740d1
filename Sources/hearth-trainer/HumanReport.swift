import Foundation
import HearthCore
import HearthModel
import HearthTraining

/// A report for a person: one fact per line, aligned.
struct HumanReport {
    let report: TrainingReport
    let algorithm: Algorithm

    var text: String {
        let width = lines.map(\.0.count).max() ?? 0
        return lines.map { "\($0.0.padding(toLength: width, withPad: " ", startingAt: 0))  \($0.1)" }
            .joined(separator: "\n")
    }

    private var lines: [(String, String)] {
        [("model", "\(report.name)")] + data + model + quality + publication
    }

    private var data: [(String, String)] {
        let signature = report.model.definition.signature
        let rows = report.model.rows
        let points = signature.window == 1 ? "" : ", \(signature.window) points per row"
        let names = signature.columnNames.suffix(signature.columnCount / signature.window).map { name in
            signature.window == 1 ? name : String(name.dropLast(2))
        }
        let shown = names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
        return [
            ("rows", "\(rows.table) read, \(rows.training) learned from, \(rows.heldOut) held out"),
            ("columns", "\(names.count): \(shown)\(points)"),
        ]
    }

    private var model: [(String, String)] {
        let threshold = report.model.definition.threshold.map { decimal($0, 4) } ?? "none"
        let time = "\(decimal(report.model.trainingDuration.seconds, 3)) s"
        switch algorithm {
        case .isolationForest(let forest):
            return [
                ("trees", "\(forest.treeCount) of at most \(forest.maxSamples) rows, seed \(forest.seed)"),
                ("threshold", "\(threshold) (a row is an anomaly when its score is above)"), ("trained in", time),
            ]
        case .zScore(let score):
            let method = score.method == .standard ? "mean and standard deviation" : "median and MAD"
            return [
                ("method", method), ("threshold", "\(threshold) (a row is an anomaly when its score is above)"),
                ("trained in", time),
            ]
        }
    }

    private var quality: [(String, String)] {
        guard let evaluation = report.model.evaluation else {
            return [("measured", "nothing: no rows were held out (--test-fraction 0)")]
        }
        let flagged = "\(evaluation.flaggedCount) of \(evaluation.rowCount) rows held out"
        guard let confusion = evaluation.confusion else {
            return [("flagged", flagged), ("measured", "nothing more: there are no labels (--label)")]
        }
        let anomalies = report.model.rows.heldOutAnomalies ?? 0
        var lines = [
            ("flagged", "\(flagged), \(anomalies) of them anomalies by label"),
            ("ROC-AUC", "\(share(evaluation.rocAUC))   PR-AUC \(share(evaluation.averagePrecision))"),
            (
                "per row",
                "precision \(share(confusion.precision))  recall \(share(confusion.recall))  F1 \(share(confusion.f1))"
            ),
        ]
        if let events = evaluation.events {
            lines.append(
                (
                    "per event",
                    "\(events.foundEventCount) of \(events.eventCount) events found, "
                        + "\(events.rightAlarmCount) of \(events.alarmCount) alarms right"
                ))
        }
        return lines
    }

    private var publication: [(String, String)] {
        [
            ("model_id", "\(report.modelID)"), ("path", report.path),
            ("size", "\(ByteCount(Int(report.sizeBytes)))"), ("status", status),
        ]
    }

    private var status: String {
        guard let pointer = report.pointer else {
            return "\(report.status.rawValue) (trained and stored; --promote puts it into production)"
        }
        let previous = pointer.previousModelID.map { ", replaces \($0)" } ?? ""
        return "\(report.status.rawValue), generation \(pointer.generation)\(previous)"
    }

    private func share(_ value: Double?) -> String {
        value.map { decimal($0, 4) } ?? "unknown"
    }

    private func decimal(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }
}
