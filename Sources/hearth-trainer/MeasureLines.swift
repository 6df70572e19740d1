import Foundation
import HearthTraining

/// Facts for a person: one per line, a name and what it is.
enum MeasureLines {
    /// The names padded to one width.
    static func aligned(_ lines: [(String, String)]) -> String {
        let width = lines.map(\.0.count).max() ?? 0
        return lines.map { "\($0.0.padding(toLength: width, withPad: " ", startingAt: 0))  \($0.1)" }
            .joined(separator: "\n")
    }

    /// What labels say of the flags; nothing without labels.
    static func lines(of evaluation: Evaluation) -> [(String, String)] {
        guard let confusion = evaluation.confusion else { return [] }
        var lines = [
            ("ROC-AUC", share(evaluation.rocAUC)), ("PR-AUC", share(evaluation.averagePrecision)),
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

    static func share(_ value: Double?) -> String {
        value.map { decimal($0, 4) } ?? "unknown"
    }

    static func decimal(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }
}
