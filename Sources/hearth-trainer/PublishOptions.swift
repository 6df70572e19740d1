import ArgumentParser
import Foundation
import HearthArtifacts
import HearthRegistry
import HearthRegistrySQLite
import HearthTraining

/// Where a trained model goes.
struct PublishOptions: ParsableArguments {
    @OptionGroup var location: LocationOptions

    @Option(help: "The registry's file; registry.sqlite in the model directory unless given.")
    var registry: String?

    @Flag(help: "Put the new version into production at once.")
    var promote = false

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    /// Trains, publishes and prints the report.
    func run(_ request: TrainingRequest) throws {
        try request.check()
        let directory = try ModelDirectory(location.path, create: true)
        let store =
            try registry.map { path throws(RegistryError) in try SQLiteRegistryStore.open(path: path) }
            ?? SQLiteRegistryStore.open(modelDirectory: directory.path)
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
