import HearthClient
import HearthCore

extension ModelVersion {
    var json: JSON {
        .object([
            ("model_name", .text(modelName)), ("model_version", .text(modelVersion)), ("status", .text(status)),
            ("model_type", .text(modelType)), ("metric_type", .text(metricType)), ("symbol", .text(symbol)),
            ("timeframe", .text(timeframe)), ("path", .text(path)), ("size_bytes", .integer(sizeBytes)),
            ("created_at", .text(createdAt)), ("metrics", .verbatim(metricsJSON)),
            ("parameters", .verbatim(parametersJSON)), ("production", .bool(isProduction)),
            ("generation", .integer(generation)), ("error", .text(error)),
        ])
    }
}

extension ServedModel {
    var json: JSON {
        .object([
            ("model_name", .text(modelName)), ("model_version", .text(modelVersion)),
            ("generation", .integer(generation)), ("state", .text(state)), ("production", .bool(isProduction)),
            ("pinned", .bool(isPinned)), ("mapped_bytes", .integer(mappedBytes)), ("calls", .integer(calls)),
            ("error", .text(error)), ("load_milliseconds", .number(loadMilliseconds)),
        ])
    }

    static func table(_ models: [ServedModel]) -> String {
        var table = TextTable("MODEL", "VERSION", "STATE", "GENERATION", "MEMORY", "LOADED IN", "CALLS", "NOTE")
        for model in models {
            let notes = [model.isProduction ? "production" : "", model.isPinned ? "pinned" : "", model.error]
            table.add(
                model.modelName, model.modelVersion, model.state.lowercased(), "\(model.generation)",
                ByteCount(Int(clamping: model.mappedBytes)).description,
                "\(Figure.fixed(model.loadMilliseconds, 2)) ms",
                "\(model.calls)", notes.filter { !$0.isEmpty }.joined(separator: ", "))
        }
        return table.text
    }
}

extension ModelDetails {
    var json: JSON {
        .object([
            ("version", version?.json ?? .null), ("served", served?.json ?? .null),
            ("columns", .array(columns.map(JSON.text))), ("column_count", .integer(columnCount)),
            ("outputs", .array(outputs.map(JSON.text))), ("threshold", .number(threshold)),
        ])
    }

    var text: String {
        var lines: [(String, String)] = []
        if let version {
            lines += [
                ("model", version.modelName), ("version", version.modelVersion), ("status", version.status),
                ("generation", "\(version.generation)"), ("created", version.createdAt),
                ("size", ByteCount(Int(clamping: version.sizeBytes)).description), ("path", version.path),
                ("metrics", version.metricsJSON), ("parameters", version.parametersJSON), ("error", version.error),
            ]
        }
        lines += [
            ("columns", columns.isEmpty ? "\(columnCount)" : "\(columnCount): \(columns.joined(separator: ", "))"),
            ("outputs", outputs.joined(separator: ", ")), ("threshold", Figure.short(threshold)),
        ]
        if let served {
            lines += [
                ("loaded", "\(served.state.lowercased()), in \(Figure.fixed(served.loadMilliseconds, 2)) ms"),
                ("memory", ByteCount(Int(clamping: served.mappedBytes)).description), ("calls", "\(served.calls)"),
                ("load error", served.error),
            ]
        } else {
            lines.append(("loaded", "no"))
        }
        return Self.aligned(lines)
    }

    /// `name  value` lines; those without a value are left out.
    static func aligned(_ lines: [(String, String)]) -> String {
        let shown = lines.filter { !$0.1.isEmpty }
        let width = shown.map(\.0.count).max() ?? 0
        return shown.map { "\($0.0)\(String(repeating: " ", count: width - $0.0.count))  \($0.1)" }
            .joined(separator: "\n")
    }
}

extension PointerChange {
    var json: JSON {
        .object([
            ("model_name", .text(modelName)), ("model_version", .text(modelVersion)),
            ("previous_model_version", .text(previousModelVersion)), ("generation", .integer(generation)),
            ("head_version", .integer(headVersion)), ("changed_at_microseconds", .integer(changedAtMicroseconds)),
        ])
    }

    var text: String {
        """
        \(modelName): \(modelVersion) is in production, generation \(generation)\
        \(previousModelVersion.isEmpty ? "" : "; before: \(previousModelVersion)")
        """
    }
}

extension ModelEvent {
    var json: JSON {
        .object([
            ("kind", .text(kind)), ("model_name", .text(modelName)), ("model_version", .text(modelVersion)),
            ("previous_model_version", .text(previousModelVersion)), ("generation", .integer(generation)),
            ("error", .text(error)), ("at_microseconds", .integer(atMicroseconds)),
        ])
    }

    var text: String {
        let before = previousModelVersion.isEmpty ? "" : " (before: \(previousModelVersion))"
        return "\(Timestamp(microseconds: atMicroseconds).iso8601)  \(kind)  \(modelName)  \(modelVersion)\(before)  "
            + "generation \(generation)\(error.isEmpty ? "" : "  \(error)")"
    }
}

extension ServerStats {
    var json: JSON {
        .object([
            ("version", .text(version)), ("uptime_seconds", .number(uptimeSeconds)), ("wait_policy", .text(waitPolicy)),
            ("workers", .integer(workers)), ("cache_bytes", .integer(cacheBytes)),
            ("cache_byte_budget", .integer(cacheByteBudget)), ("head_version", .integer(headVersion)),
            ("counters", .object(counters.map { ($0.name, .integer($0.value)) })),
            ("models", .array(models.map(\.json))),
        ])
    }

    var text: String {
        let facts = ModelDetails.aligned([
            ("version", version), ("uptime", "\(Figure.fixed(uptimeSeconds, 0)) s"), ("waiting", waitPolicy),
            ("workers", "\(workers)"),
            (
                "cache",
                "\(ByteCount(Int(clamping: cacheBytes))) of \(ByteCount(Int(clamping: cacheByteBudget))), "
                    + "\(models.count) models"
            ),
            ("registry head", "\(headVersion)"),
        ])
        let counts = ModelDetails.aligned(counters.map { ($0.name, "\($0.value)") })
        return [facts, counts, models.isEmpty ? "" : ServedModel.table(models)].filter { !$0.isEmpty }
            .joined(separator: "\n\n")
    }
}
