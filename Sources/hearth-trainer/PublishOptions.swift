import ArgumentParser
import Foundation
import HearthArtifacts
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

    @Flag(help: "Put the new version into production at once.")
    var promote = false

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    /// Trains, publishes and prints the report.
    func run(_ request: TrainingRequest) throws {
        try request.check()
        let directory = try ModelDirectory(location.path, create: true)
        let environment = ProcessInfo.processInfo.environment
        let store = try RegistryLocation(
            option: registry, environment: environment[RegistryLocation.environmentVariable],
            modelDirectory: directory.path
        ).open()
        let run = TrainingRun(request, directory: directory, registry: store, actor: actor)
        let report = try run.run(promote: promote)
        if json {
            print(try CompactJSON.text(report.json))
        } else {
            print(HumanReport(report: report, algorithm: request.algorithm).text)
        }
    }

    /// Who the registry's events name.
    private var actor: String {
        "hearth-trainer:" + (ProcessInfo.processInfo.environment["USER"] ?? String(getuid()))
    }
}
