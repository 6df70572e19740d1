import ArgumentParser
import HearthArtifacts
import HearthCore
import HearthRegistry

extension ModelsCommand {
    struct Archive: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sets a version aside: it stays on disk, and is served only when asked for by its model_id.",
            discussion: """
                Works on the registry itself; servers see it within two seconds. The production version and the \
                target of a rollback cannot be archived: promote another one first.

                EXAMPLE
                  hearth models archive churn_20251112_120000_123_k7qd --reason 'drifts since March'
                """)

        @Argument(help: "The model_id.")
        var version: String

        @Option(help: "Why, for the record.")
        var reason = ""

        @Flag(help: "Print JSON instead of text.")
        var json = false

        @OptionGroup(title: "Where the models are") var place: ModelStoreOptions

        func run() throws {
            let change = try VersionChange(version, place)
            try change.store.archive(change.modelID, actor: change.actor, reason: reason)
            try change.finish(json: json, said: "is archived")
        }
    }

    struct Pin: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Protects a version from every clean-up.",
            discussion: """
                A pinned version is never deleted by clean, --keep or --max-models, and can be served by its model_id \
                even when it is archived.

                EXAMPLE
                  hearth models pin churn_20251112_120000_123_k7qd --reason 'base line of the A/B test'
                """)

        @Argument(help: "The model_id.")
        var version: String

        @Option(help: "Why, for the record.")
        var reason = ""

        @Flag(help: "Print JSON instead of text.")
        var json = false

        @OptionGroup(title: "Where the models are") var place: ModelStoreOptions

        func run() throws {
            let change = try VersionChange(version, place)
            try change.store.setPinned(change.modelID, true, actor: change.actor, reason: reason)
            try change.finish(json: json, said: "is pinned")
        }
    }

    struct Unpin: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends a version's protection.",
            discussion: "EXAMPLE\n  hearth models unpin churn_20251112_120000_123_k7qd")

        @Argument(help: "The model_id.")
        var version: String

        @Option(help: "Why, for the record.")
        var reason = ""

        @Flag(help: "Print JSON instead of text.")
        var json = false

        @OptionGroup(title: "Where the models are") var place: ModelStoreOptions

        func run() throws {
            let change = try VersionChange(version, place)
            try change.store.setPinned(change.modelID, false, actor: change.actor, reason: reason)
            try change.finish(json: json, said: "is not pinned")
        }
    }
}

/// A change of one version in the registry itself.
private struct VersionChange {
    let modelID: ModelID
    let store: any RegistryStore
    let actor = CommandEnvironment.actor("hearth-models")
    private let place: ModelStoreOptions

    init(_ version: String, _ place: ModelStoreOptions) throws {
        modelID = try ModelID(version)
        store = try place.store()
        self.place = place
    }

    /// Tells servers, writes the index, and prints what is so now.
    func finish(json: Bool, said words: String) throws {
        do {
            let directory = try place.directory(
                fileByteCountMax: ArtifactLimits().fileByteCountMax, access: .readWrite)
            IndexFile.refresh(store, directory)
            try directory.announceChange()
        } catch {
            StandardErrorText.line("warning: \(error)")
        }
        let found = try store.version(modelID)
        guard json, let found else { return print("\(modelID) \(words)") }
        print(found.json.text)
    }
}

extension ModelVersion {
    /// What the registry knows of the version.
    var json: JSON {
        .object([
            ("model_id", .text(modelID.text)), ("model", .text(name.text)), ("status", .text(status.rawValue)),
            ("pinned", .bool(pinned)), ("created_at", .text(createdAt.iso8601)),
            ("promoted_at", promotedAt.map { .text($0.iso8601) } ?? .null),
            ("promoted_by", promotedBy.map(JSON.text) ?? .null), ("path", path.map(JSON.text) ?? .null),
            ("metrics", .verbatim(metricsJSON)), ("parameters", .verbatim(parametersJSON)),
        ])
    }
}
