import Foundation
import HearthCore
import HearthModel
import HearthRegistry
import HearthTraining

/// A report for a person: one fact per line, aligned.
struct HumanReport {
    let report: TrainingReport
    let algorithm: Algorithm

    var text: String { MeasureLines.aligned(lines) }

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
        let threshold = report.model.definition.threshold.map { MeasureLines.decimal($0, 4) } ?? "none"
        let time = "\(MeasureLines.decimal(report.model.trainingDuration.seconds, 3)) s"
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
        guard evaluation.confusion != nil else {
            return [("flagged", flagged), ("measured", "nothing more: there are no labels (--label)")]
        }
        let anomalies = report.model.rows.heldOutAnomalies ?? 0
        return [("flagged", "\(flagged), \(anomalies) of them anomalies by label")] + MeasureLines.lines(of: evaluation)
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
}
