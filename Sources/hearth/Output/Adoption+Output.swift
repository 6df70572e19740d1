import HearthCore
import HearthImport

extension RegistryAdoptionReport {
    var text: String {
        var lines = rows.compactMap(\.problemText)
        lines += notes
        for promotion in promotions {
            lines.append(
                promotion.problem.map { "\(promotion.name): \(promotion.modelID) was not promoted: \($0)" }
                    ?? "\(promotion.name): \(promotion.modelID) \(isDryRun ? "would come" : "is") in"
                    + "\(isDryRun ? "to" : "") production")
        }
        let verb = isDryRun ? "would be taken" : "taken"
        lines.append(
            "\(adopted) versions \(verb), \(failedTrainings) failed trainings \(verb), \(present) were here before, "
                + "\(missing) missing, \(refused) refused")
        if let stopReason { lines.append("the rest was not tried: \(stopReason)") }
        return lines.joined(separator: "\n")
    }

    var json: JSON {
        .object([
            ("dry_run", .bool(isDryRun)), ("adopted", .integer(adopted)), ("present", .integer(present)),
            ("failed_trainings", .integer(failedTrainings)), ("missing", .integer(missing)),
            ("refused", .integer(refused)), ("stop_reason", stopReason.map(JSON.text) ?? .null),
            ("rows", .array(rows.map(\.json))),
            (
                "promoted",
                .array(
                    promotions.map { promotion in
                        .object([
                            ("model", .text(promotion.name.text)), ("model_id", .text(promotion.modelID.text)),
                            ("problem", promotion.problem.map(JSON.text) ?? .null),
                        ])
                    })
            ),
            ("notes", .array(notes.map(JSON.text))),
        ])
    }
}

extension RegistryAdoptionReport.Row {
    private var outcome: (word: String, reason: String?) {
        switch result {
        case .adopted: ("adopted", nil)
        case .present: ("present", nil)
        case .failedTraining: ("failed training", nil)
        case .missing(let reason): ("missing", reason)
        case .refused(let reason): ("refused", reason)
        }
    }

    fileprivate var problemText: String? {
        outcome.reason.map { "line \(line), \(originalID): \(outcome.word): \($0)" }
    }

    fileprivate var json: JSON {
        .object([
            ("line", .integer(line)), ("original_model_id", .text(originalID)),
            ("model_id", modelID.map { .text($0.text) } ?? .null), ("status", .text(status)),
            ("result", .text(outcome.word)), ("reason", outcome.reason.map(JSON.text) ?? .null),
        ])
    }
}
