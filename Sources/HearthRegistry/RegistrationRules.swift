import HearthCore

/// What a record must satisfy before a store takes it, whatever the database behind it.
package enum RegistrationRules {
    /// Throws `.refused` when `version` may not be registered as it is.
    package static func check(_ version: ModelVersion, actor: String) throws(RegistryError) {
        try check(version.key)
        try checkStatus(of: version)
        try checkArtifact(of: version)
        try checkBytes(version.parametersJSON, "parameters", max: RegistryLimits.jsonByteCountMax)
        try checkBytes(version.metricsJSON, "metrics", max: RegistryLimits.jsonByteCountMax)
        try checkFigure(version.accuracy, "accuracy")
        try checkFigure(version.precision, "precision")
        try checkFigure(version.recall, "recall")
        try checkTime(version.trainingDate, "training_date")
        try checkTime(version.createdAt, "created_at")
        if let promotedAt = version.promotedAt { try checkTime(promotedAt, "promoted_at") }
        if let promotedBy = version.promotedBy {
            try checkBytes(promotedBy, "promoted_by", max: RegistryLimits.actorByteCountMax)
        }
        try check(actor: actor, reason: "")
    }

    /// Throws `.refused` when the words that go with a change do not fit the events table.
    package static func check(actor: String, reason: String) throws(RegistryError) {
        guard !actor.isEmpty else {
            throw RegistryError(.refused, "actor is empty", hint: "say who makes the change")
        }
        try checkBytes(actor, "actor", max: RegistryLimits.actorByteCountMax)
        try checkBytes(reason, "reason", max: RegistryLimits.reasonByteCountMax)
    }

    /// Throws `.refused` for a name of a lease's holder that is no name.
    package static func check(holder: String) throws(RegistryError) {
        guard !holder.isEmpty else { throw RegistryError(.refused, "holder is empty", hint: "name the server") }
        try checkBytes(holder, "holder", max: RegistryLimits.actorByteCountMax)
    }

    /// Throws `.conflict` when a version's key is another than its registered model's.
    package static func checkKey(_ key: ModelKey, isThatOf model: RegisteredModel) throws(RegistryError) {
        guard model.key != key else { return }
        throw RegistryError(
            .conflict, "\(model.name) has the key \(words(model.key)), not \(words(key))",
            hint: "register under another name")
    }

    private static func words(_ key: ModelKey) -> String {
        let columns = [
            ("model_type", key.modelType), ("metric_type", key.metricType), ("symbol", key.symbol),
            ("timeframe", key.timeframe),
        ]
        return columns.compactMap { column, value in value.map { "\(column) \($0)" } }.joined(separator: ", ")
    }

    /// A key has a model type and, of the rest, either nothing or text: an empty column and an absent one are the same.
    private static func check(_ key: ModelKey) throws(RegistryError) {
        try checkKeyColumn(key.modelType, "model_type")
        if let metricType = key.metricType { try checkKeyColumn(metricType, "metric_type") }
        if let symbol = key.symbol { try checkKeyColumn(symbol, "symbol") }
        if let timeframe = key.timeframe { try checkKeyColumn(timeframe, "timeframe") }
    }

    private static func checkStatus(of version: ModelVersion) throws(RegistryError) {
        switch version.status {
        case .production:
            throw RegistryError(
                .refused, "\(version.modelID) comes with status production",
                hint: "register it as success or candidate, then promote it")
        case .failed:
            guard version.path == nil, let error = version.error, !error.isEmpty else {
                throw RegistryError(
                    .refused, "\(version.modelID) has failed, but has an artifact or no error text",
                    hint: "a failed training has an error text and no path")
            }
            try checkBytes(error, "error", max: RegistryLimits.errorByteCountMax)
        case .success, .candidate, .archived:
            guard version.error == nil else {
                throw RegistryError(
                    .refused, "\(version.modelID) has status \(version.status.rawValue) and an error text",
                    hint: "only a failed training has one")
            }
        }
    }

    private static func checkArtifact(of version: ModelVersion) throws(RegistryError) {
        if let path = version.path {
            guard !path.isEmpty, path.unicodeScalars.count <= RegistryLimits.pathLengthMax, !hasNull(path) else {
                throw RegistryError(
                    .refused, "model_path of \(version.modelID) has \(path.unicodeScalars.count) characters",
                    hint: "1 to \(RegistryLimits.pathLengthMax) are allowed, none of them NUL")
            }
        }
        guard version.sizeBytes >= 0 else {
            throw RegistryError(
                .refused, "size_bytes of \(version.modelID) is \(version.sizeBytes)", hint: "0 at least")
        }
        guard version.manifestDigest.isEmpty || isDigest(version.manifestDigest) else {
            throw RegistryError(
                .refused, "manifest_digest of \(version.modelID) is '\(version.manifestDigest.prefix(80))'",
                hint: "64 lower-case hexadecimal digits or nothing")
        }
    }

    private static func checkKeyColumn(_ text: String, _ column: String) throws(RegistryError) {
        let length = text.unicodeScalars.count
        guard length >= 1, length <= RegistryLimits.keyLengthMax, !hasNull(text) else {
            throw RegistryError(
                .refused, "\(column) '\(text.prefix(80))' has \(length) characters",
                hint: "1 to \(RegistryLimits.keyLengthMax) are allowed, none of them NUL; leave out what does not apply"
            )
        }
    }

    private static func checkBytes(_ text: String, _ column: String, max: Int) throws(RegistryError) {
        guard text.utf8.count <= max, !hasNull(text) else {
            throw RegistryError(
                .refused, "\(column) has \(text.utf8.count) bytes", hint: "\(max) are allowed, none of them NUL")
        }
    }

    /// A figure that is not a number would be stored as absent by one database and as NaN by another.
    private static func checkFigure(_ value: Double?, _ column: String) throws(RegistryError) {
        guard let value, !value.isFinite else { return }
        throw RegistryError(.refused, "\(column) is \(value)", hint: "give nil for a figure that is not defined")
    }

    private static func checkTime(_ time: Timestamp, _ column: String) throws(RegistryError) {
        guard !RegistryLimits.timestamps.contains(time) else { return }
        throw RegistryError(
            .refused, "\(column) is \(time.microseconds) us since 1970", hint: "the years 0 to 9999 are allowed")
    }

    private static func hasNull(_ text: String) -> Bool {
        text.utf8.contains(0)
    }

    private static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
