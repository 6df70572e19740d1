package import HearthArtifacts

/// The features that a model was trained on, in the order of its columns.
///
/// Two schemas are the same when their ``hash`` is: names, order, kinds, parameters and ``libraryVersion``. An engine
/// refuses a model whose schema it cannot compute under the very same hash.
package struct FeatureSchema: Sendable, Equatable {
    /// The preset that it came from, for people; not part of the hash.
    package var preset: String
    package var definitions: [FeatureDefinition]
    /// The version of the arithmetic of features; see ``currentLibraryVersion``.
    package var libraryVersion: String

    /// Grows whenever any feature would give other bits for the same bars.
    package static let currentLibraryVersion = "1"
    /// More columns than this are refused when a schema is read.
    package static let definitionCountMax = 1024

    package init(
        preset: String, definitions: [FeatureDefinition], libraryVersion: String = FeatureSchema.currentLibraryVersion
    ) {
        self.preset = preset
        self.definitions = definitions
        self.libraryVersion = libraryVersion
    }

    /// The columns of a row of features, in order.
    package var columnNames: [String] { definitions.map(\.name) }

    /// The SHA-256 of the canonical JSON of everything but the preset's name, in 64 hexadecimal digits.
    ///
    /// Throws ``MarketError`` where the machine's library of digests fails.
    package func hash() throws(MarketError) -> String {
        do {
            let text = try CompactJSON.text(hashedMembers)
            return try SHA256Hasher.digest(of: Array(text.utf8), subject: "feature schema").description
        } catch {
            throw MarketError(.badCard, "the feature schema cannot be hashed: \(error)", cause: error)
        }
    }

    private var hashedMembers: [String: JSONValue] {
        ["features": .array(definitions.map(\.json)), "library_version": .string(libraryVersion)]
    }

    /// The schema as a model's parameters and `meta.json` hold it.
    package var json: JSONValue {
        .object(hashedMembers.merging(["preset": .string(preset)]) { value, _ in value })
    }

    /// Reads what ``json`` wrote.
    ///
    /// Throws ``MarketError`` that says what is missing.
    package init(json: JSONValue) throws(MarketError) {
        guard case .object(let members) = json, case .array(let entries)? = members["features"],
            case .string(let version)? = members["library_version"]
        else {
            throw MarketError(
                .badCard, "the model's feature schema has no features or no library_version",
                hint: "only models that hearth-trainer trained on bars carry one; train it again")
        }
        guard entries.count <= Self.definitionCountMax else {
            throw MarketError(
                .badCard,
                "the model's feature schema has \(entries.count) features, at most "
                    + "\(Self.definitionCountMax) are read")
        }
        var definitions: [FeatureDefinition] = []
        for (index, entry) in entries.enumerated() {
            guard let definition = FeatureDefinition(json: entry) else {
                throw MarketError(.badCard, "feature \(index) of the model's schema has no name, kind or parameters")
            }
            definitions.append(definition)
        }
        guard Set(definitions.map(\.name)).count == definitions.count else {
            throw MarketError(.badCard, "the model's feature schema names a column twice")
        }
        let preset: String
        if case .string(let text)? = members["preset"] { preset = text } else { preset = "" }
        self.init(preset: preset, definitions: definitions, libraryVersion: version)
    }
}
