import HearthArtifacts
package import HearthCore
package import HearthRegistry

/// The production set as a server answered with it last: what it starts with when the registry cannot be read (R74).
package struct LastKnownGood: Sendable, Equatable {
    /// One name's production version.
    package struct Model: Sendable, Equatable {
        package var pointer: ProductionPointer
        /// The row of the pointer's version, without parameters, metrics and figures: what a loader needs.
        package var version: ModelVersion

        /// Takes of the row what a loader needs.
        package init(pointer: ProductionPointer, version: ModelVersion) {
            self.pointer = pointer
            self.version = ModelVersion(
                modelID: version.modelID, name: version.name, key: version.key, status: version.status,
                path: version.path, sizeBytes: version.sizeBytes, manifestDigest: version.manifestDigest,
                trainingDate: version.trainingDate, createdAt: version.createdAt, pinned: version.pinned)
        }
    }

    /// The registry that it is of, without passwords: the set of one is not served for another.
    package var registry: String
    package var savedAt: Timestamp
    package var models: [Model]

    /// A set of `registry`, as it stood at `savedAt`.
    package init(registry: String, savedAt: Timestamp, models: [Model]) {
        self.registry = registry
        self.savedAt = savedAt
        self.models = models
    }
}

/// The text of the file: `{"checksum": ..., "set": {...}}`, where the checksum is SHA-256 of the set as compact JSON
/// with sorted keys.
extension LastKnownGood {
    private static let formatVersion: Int64 = 1

    /// Throws ``ArtifactError`` when there is no SHA-256 to be had.
    func json(path: String) throws -> [UInt8] {
        let set: [String: JSONValue] = [
            "format_version": .integer(Self.formatVersion), "registry": .string(registry),
            "saved_at": .integer(savedAt.microseconds), "models": .array(models.map { .object($0.members) }),
        ]
        let digest = try SHA256Hasher.digest(of: Array(try CompactJSON.text(set).utf8), subject: path)
        return Array(try CompactJSON.text(["checksum": .string("\(digest)"), "set": .object(set)]).utf8)
    }

    /// Reads the text; believes nothing.
    ///
    /// Throws `.corrupt`, `.unsupportedVersion`.
    init(json: [UInt8], path: String) throws(ArtifactError) {
        func damage(_ message: String) -> ArtifactError {
            ArtifactError(
                .corrupt, path: path, message, hint: "it is written anew as soon as the registry can be read")
        }
        guard let text = String(validating: json, as: UTF8.self), let root = JSONValue(text: text),
            case .object(let members) = root, case .string(let checksum) = members["checksum"],
            case .object(let set) = members["set"]
        else { throw damage("no last known good set found in \(json.count) bytes") }
        guard let compact = try? CompactJSON.text(set),
            "\(try SHA256Hasher.digest(of: Array(compact.utf8), subject: path))" == checksum
        else { throw damage("its content does not have the checksum \(checksum.prefix(80))") }
        guard case .integer(let format) = set["format_version"], format == Self.formatVersion else {
            throw ArtifactError(
                .unsupportedVersion, path: path, "a format other than \(Self.formatVersion) found",
                hint: "it is written anew as soon as the registry can be read")
        }
        guard case .string(let registry) = set["registry"], case .integer(let savedAt) = set["saved_at"],
            case .array(let values) = set["models"]
        else { throw damage("a member of the set is missing") }
        var models: [Model] = []
        for value in values {
            guard case .object(let members) = value, let model = Model(members) else {
                throw damage("model \(models.count + 1) of \(values.count) is not what it must be")
            }
            models.append(model)
        }
        guard Set(models.map(\.pointer.name)).count == models.count else { throw damage("a model is there twice") }
        self.init(registry: registry, savedAt: Timestamp(microseconds: savedAt), models: models)
    }
}

extension LastKnownGood.Model {
    fileprivate var members: [String: JSONValue] {
        var members: [String: JSONValue] = [
            "name": .string(pointer.name.text), "model_id": .string(pointer.modelID.text),
            "generation": .integer(pointer.generation), "changed_at": .integer(pointer.changedAt.microseconds),
            "model_type": .string(version.key.modelType), "status": .string(version.status.rawValue),
            "size_bytes": .integer(version.sizeBytes), "manifest_digest": .string(version.manifestDigest),
            "training_date": .integer(version.trainingDate.microseconds),
            "created_at": .integer(version.createdAt.microseconds), "pinned": .bool(version.pinned),
        ]
        let optional = [
            ("previous_model_id", pointer.previousModelID?.text), ("metric_type", version.key.metricType),
            ("symbol", version.key.symbol), ("timeframe", version.key.timeframe), ("model_path", version.path),
        ]
        for (key, text) in optional { if let text { members[key] = .string(text) } }
        return members
    }

    /// nil for what no registry could have said.
    fileprivate init?(_ members: [String: JSONValue]) {
        func text(_ key: String) -> String? {
            guard case .string(let text) = members[key] else { return nil }
            return text
        }
        func integer(_ key: String) -> Int64? {
            guard case .integer(let value) = members[key] else { return nil }
            return value
        }
        let previous = text("previous_model_id")
        guard let name = text("name").flatMap({ try? ModelName($0) }),
            let modelID = text("model_id").flatMap({ try? ModelID($0) }),
            let generation = integer("generation"), generation >= 1, let changedAt = integer("changed_at"),
            let modelType = text("model_type"), let status = text("status").flatMap(VersionStatus.init(rawValue:)),
            let sizeBytes = integer("size_bytes"), let digest = text("manifest_digest"),
            let trained = integer("training_date"), let created = integer("created_at"),
            case .bool(let pinned) = members["pinned"]
        else { return nil }
        let previousID = previous.flatMap { try? ModelID($0) }
        guard (previous == nil) == (previousID == nil) else { return nil }
        self.init(
            pointer: ProductionPointer(
                name: name, modelID: modelID, previousModelID: previousID, generation: generation,
                changedAt: Timestamp(microseconds: changedAt)),
            version: ModelVersion(
                modelID: modelID, name: name,
                key: ModelKey(
                    modelType: modelType, metricType: text("metric_type"), symbol: text("symbol"),
                    timeframe: text("timeframe")), status: status, path: text("model_path"), sizeBytes: sizeBytes,
                manifestDigest: digest, trainingDate: Timestamp(microseconds: trained),
                createdAt: Timestamp(microseconds: created), pinned: pinned))
    }
}
