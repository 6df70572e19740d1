import HearthCore
import HearthImport
import HearthRegistry

extension SchemaStatus {
    var text: String {
        var table = TextTable("STEP", "NAME", "CHECKSUM", "APPLIED")
        for step in steps {
            table.add("\(step.version)", step.name, step.checksum, step.appliedAt?.iso8601 ?? "pending")
        }
        let end =
            pendingCount == 0
            ? "all steps are applied"
            : "\(pendingCount) of \(steps.count) steps are pending: apply them with `hearth db upgrade`"
        return "\(place)\nml_models: \(tableText)\n\(rows.text)\n\n\(table.text)\n\(end)"
    }

    private var tableText: String {
        switch self.table {
        case .absent: "not there yet"
        case .old: "as a Python program made it: model_data NOT NULL or no model_path"
        case .migrated: "with model_path, without the registry's columns"
        case .registry: "with the registry's columns"
        }
    }

    var json: JSON {
        .object([
            ("place", .text(place)), ("ml_models", .text(self.table.rawValue)), ("rows", rows.json),
            (
                "steps",
                .array(
                    steps.map { step in
                        .object([
                            ("version", .integer(step.version)), ("name", .text(step.name)),
                            ("checksum", .text(step.checksum)),
                            ("applied_at", step.appliedAt.map { .text($0.iso8601) } ?? .null),
                        ])
                    })
            ),
            ("pending", .integer(pendingCount)),
        ])
    }
}

extension ModelRowCounts {
    var text: String {
        """
        rows: \(total), of which \(blobOnly) with model_data only, \(pathOnly) with model_path only, \(both) with \
        both, \(neither) with neither
        BLOBs: \(ByteCount(Int(clamping: blobByteCount))); versions of the registry: \(registered)
        """
    }

    var json: JSON {
        .object([
            ("total", .integer(total)), ("blob_only", .integer(blobOnly)), ("path_only", .integer(pathOnly)),
            ("both", .integer(both)), ("neither", .integer(neither)), ("registered", .integer(registered)),
            ("blob_bytes", .integer(blobByteCount)),
        ])
    }
}

extension BlobReturn.Report {
    func text(isDone: Bool) -> String {
        var lines = [
            "\(originals) rows \(isDone ? "got" : "would get") their file back into model_data"
                + " (\(ByteCount(Int(clamping: byteCount))) in all)"
        ]
        let becomes = isDone ? "is" : "becomes"
        if packed > 0 {
            lines.append("\(packed) rows have no pickle: model_data keeps model.hearth, the row \(becomes) inactive")
        }
        if empty > 0 {
            lines.append("\(empty) rows have no artifact: model_data is empty, the row \(becomes) inactive")
        }
        if refusalCount > 0 {
            lines.append("\(refusalCount) rows stand in the way; nothing would be changed:")
            lines += refusals.map { "  \($0)" }
        }
        return lines.joined(separator: "\n")
    }
}
