import ArgumentParser
import Foundation
import HearthArtifacts
import HearthCore
import HearthLifecycle
import HearthObjectStore
import HearthRegistry
import HearthRegistryOpening
import HearthTraining

/// Where a trained model goes.
struct PublishOptions: ParsableArguments {
    @OptionGroup var location: LocationOptions

    @Option(
        help: """
            The registry: a SQLite file, or postgresql://user@host/database. Unless given: HEARTH_REGISTRY, else \
            registry.sqlite in the model directory.
            """)
    var registry: String?

    @Option(help: "The largest file of a version, e.g. 10MB or 64MiB.")
    var maxFileSize = "10MB"

    @Option(help: "The most that all versions together may take, e.g. 100MB.")
    var maxTotalSize = "100MB"

    @Option(
        help: ArgumentHelp(
            "Push the new version there before it is registered: s3://bucket or s3://bucket/prefix.",
            discussion: """
                Then every hearthd with the same --artifact-store and registry can fetch it. Credentials come from \
                AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, the region from AWS_REGION. When it \
                cannot be pushed, nothing is published.
                """, valueName: "url"))
    var artifactStore: String?

    @Option(
        help: ArgumentHelp(
            "The server of --artifact-store, where it is not Amazon's (default: $AWS_ENDPOINT_URL).",
            valueName: "url"))
    var s3Endpoint: String?

    @Flag(
        help: ArgumentHelp(
            "Store the model compressed by gzip.",
            discussion: "Smaller on the disk and in a bucket, slower to load; once loaded there is no difference."))
    var gzip = false

    @Option(help: "Afterwards keep at most so many versions of the model; the oldest go that nothing protects.")
    var maxModels: Int?

    @Flag(help: "Put the new version into production at once.")
    var promote = false

    @Option(help: "Also write what was done to standard error as a log line: english or specification.")
    var logTexts: LifecycleLine.Texts?

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    /// Opens the model directory, the registry and the store.
    ///
    /// Before the training, which may take long: what is wrong with the options is said now.
    func open() throws -> Publication {
        let directory = try ModelDirectory(
            location.path, create: true,
            limits: ArtifactLimits(
                fileByteCountMax: try Self.bytes(maxFileSize, "--max-file-size"),
                totalByteCountMax: try Self.bytes(maxTotalSize, "--max-total-size")))
        let environment = ProcessInfo.processInfo.environment
        let store = try RegistryLocation(
            option: registry, environment: environment[RegistryLocation.environmentVariable],
            modelDirectory: directory.path
        ).open()
        let remote = try artifactStore.map { (url) throws(ArtifactError) in
            try S3ArtifactStore(
                url: url, endpoint: s3Endpoint, limits: directory.limits, patience: .command,
                environment: { environment[$0] })
        }
        return Publication(directory: directory, store: store, remote: remote, actor: actor)
    }

    /// Trains, publishes and prints the report.
    func run(_ request: TrainingRequest) throws {
        try request.check()
        let publication = try open()
        let run = TrainingRun(
            request, directory: publication.directory, registry: publication.store, remote: publication.remote,
            actor: publication.actor, isCompressed: gzip)
        // A training that failed is in the index as well (C17).
        defer { publication.refreshIndex() }
        let report = try run.run(promote: promote)
        var accuracy: Double?
        if case .number(let value) = report.model.metrics["accuracy"] { accuracy = value }
        try finish(
            Publication.Outcome(
                modelID: report.modelID, name: report.name, path: report.path, sizeBytes: report.sizeBytes,
                accuracy: accuracy, json: report.json,
                text: HumanReport(report: report, algorithm: request.algorithm).text), publication)
    }

    /// Takes older versions away where that was asked for, and prints what was done.
    func finish(_ outcome: Publication.Outcome, _ publication: Publication) throws {
        let removed = try limitVersions(
            outcome, Cleaner(store: publication.store, directory: publication.directory))
        if let logTexts {
            let line = LifecycleLine.saved(
                path: outcome.path, byteCount: Int(clamping: outcome.sizeBytes), accuracy: outcome.accuracy)
            StandardError.write(line.text(logTexts, program: "hearth-trainer") + "\n")
        }
        if json {
            var members = outcome.json
            if maxModels != nil { members["removed"] = .array(removed.map { .string($0) }) }
            print(try CompactJSON.text(members))
        } else {
            print(outcome.text)
            if maxModels != nil { print("\(removed.count) older versions removed") }
        }
    }

    /// `--max-models` (R163). What cannot be removed is said; the version is published all the same.
    private func limitVersions(_ outcome: Publication.Outcome, _ cleaner: Cleaner) throws -> [String] {
        guard let maxModels else { return [] }
        let cleaned = try cleaner.limit(outcome.name, to: maxModels, newest: outcome.modelID, actor: actor)
        for (item, reason) in cleaned.failures {
            StandardError.write("warning: \(item.modelID) was not removed: \(reason)\n")
        }
        return cleaned.done.map(\.modelID.text)
    }

    func validate() throws {
        if let maxModels, maxModels < 1 { throw ValidationError("--max-models \(maxModels): at least 1") }
        _ = try Self.bytes(maxFileSize, "--max-file-size")
        _ = try Self.bytes(maxTotalSize, "--max-total-size")
        guard artifactStore != nil || s3Endpoint == nil else {
            throw ValidationError("--s3-endpoint needs --artifact-store")
        }
    }

    private static func bytes(_ text: String, _ option: String) throws -> Int {
        guard let count = ByteCount(decimalText: text), count.bytes > 0 else {
            throw ValidationError("\(option) '\(text)' is no size; write 10MB, 64MiB or a number of bytes")
        }
        return count.bytes
    }

    /// Who the registry's events name.
    private var actor: String {
        "hearth-trainer:" + (ProcessInfo.processInfo.environment["USER"] ?? String(getuid()))
    }
}
