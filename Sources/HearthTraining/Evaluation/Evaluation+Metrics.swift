package import HearthArtifacts

extension Evaluation {
    /// The measures under the names of scikit-learn's functions; what is unknown is null (C29).
    package var metrics: [String: JSONValue] {
        [
            "flagged": .integer(Int64(flaggedCount)),
            "roc_auc": .of(rocAUC),
            "pr_auc": .of(averagePrecision),
            "accuracy": .of(confusion?.accuracy),
            "precision": .of(confusion?.precision),
            "recall": .of(confusion?.recall),
            "f1": .of(confusion?.f1),
            "true_positives": .of(confusion?.truePositives),
            "false_positives": .of(confusion?.falsePositives),
            "false_negatives": .of(confusion?.falseNegatives),
            "true_negatives": .of(confusion?.trueNegatives),
            "events": .of(events?.eventCount),
            "events_found": .of(events?.foundEventCount),
            "event_recall": .of(events?.recall),
            "alarms": .of(events?.alarmCount),
            "event_precision": .of(events?.precision),
        ]
    }
}
