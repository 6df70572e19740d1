import HearthCore
import HearthImport

extension BlobMigrationReport {
    /// The specification's lines (R96), and what it does not count.
    func text(quota: Int) -> String {
        var lines: [String] = []
        if isDryRun { lines.append("dry run: nothing was changed; a run would give") }
        lines.append("✅ Migrated: \(migrated) models")
        if notServable > 0 { lines.append("⚠️ Migrated, not servable: \(notServable) models (kept as they are)") }
        lines.append("❌ Failed: \(failed) models")
        lines.append("⏭️ Skipped: \(skipped) models (already migrated)")
        if withoutData > 0 { lines.append("➖ Without data: \(withoutData) rows") }
        lines.append("💾 Total size: \(Figure.fixed(Double(byteCount) / 1e6, 1)) MB")
        if fileByteCount > 0 { lines.append("   as files: \(Figure.fixed(Double(fileByteCount) / 1e6, 1)) MB") }
        if isDryRun, fileByteCount > Int64(quota) {
            lines.append(
                "⚠️ that is more than all versions may take, \(Figure.fixed(Double(quota) / 1e6, 1)) MB: raise it "
                    + "with --max-total-size")
        }
        if purged + notPurged > 0 {
            lines.append(
                "🧹 Purged: \(purged) rows, \(Figure.fixed(Double(purgedByteCount) / 1e6, 1)) MB; "
                    + "kept: \(notPurged) rows")
        }
        if purged > 0, !isDryRun {
            lines.append("   the space is given back to the disk by VACUUM FULL ml_models, which locks readers out")
        }
        if let stopReason { lines.append("stopped: \(stopReason); the other rows were not tried") }
        return lines.joined(separator: "\n")
    }

    var json: JSON {
        .object([
            ("dry_run", .bool(isDryRun)), ("migrated", .integer(migrated)), ("not_servable", .integer(notServable)),
            ("failed", .integer(failed)), ("skipped", .integer(skipped)), ("without_data", .integer(withoutData)),
            ("total_bytes", .integer(byteCount)), ("file_bytes", .integer(fileByteCount)),
            ("purged", .integer(purged)), ("not_purged", .integer(notPurged)),
            ("purged_bytes", .integer(purgedByteCount)),
            ("stopped", stopReason.map(JSON.text) ?? .null), ("errors", .array(problems.map(\.json))),
        ])
    }
}

extension BlobMigrationReport.Row {
    private var facts: (kind: String, path: String?, reason: String)? {
        switch result {
        case .migrated, .purged: nil
        case .notServable(let path, let reason): ("not_servable", path, reason)
        case .failed(let reason): ("failed", nil, reason)
        case .notPurged(let reason): ("not_purged", nil, reason)
        }
    }

    /// A line for a row that somebody should look at.
    var problemText: String? {
        guard let facts else { return nil }
        let what =
            switch facts.kind {
            case "not_servable": "not servable, kept as \(facts.path ?? "")"
            case "failed": "failed"
            default: "not purged"
            }
        return "row \(id) (\(model)): \(what): \(facts.reason)"
    }

    var json: JSON {
        .object([
            ("id", .integer(id)), ("model", .text(model)), ("bytes", .integer(byteCount)),
            ("result", .text(facts?.kind ?? "migrated")), ("path", facts?.path.map(JSON.text) ?? .null),
            ("reason", .text(facts?.reason ?? "")),
        ])
    }
}
