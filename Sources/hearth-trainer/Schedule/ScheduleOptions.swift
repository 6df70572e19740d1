import ArgumentParser
import Foundation
import HearthArtifacts
import HearthConfiguration
import HearthCore
import HearthLifecycle
import HearthRegistry
import HearthRegistryOpening
import HearthTraining

/// Where the schedule is written down.
struct ScheduleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The configuration; 'hearth config keys' explains its keys.",
            discussion: """
                ml.models_dir and ml.registry say where models are. Variables of the environment go before the file.
                """, valueName: "file"))
    var config: String

    /// Reads and checks the file.
    ///
    /// Throws `ConfigurationErrors`, and `ConfigurationError` for a job that could never run.
    func load() throws -> SystemConfiguration {
        let environment = ProcessInfo.processInfo.environment
        let configuration = try SystemConfiguration.load(path: config, environment: { environment[$0] }).configuration
        guard !configuration.schedule.isEmpty else {
            throw ConfigurationError(path: config, "there are no jobs", hint: "list them under schedule:")
        }
        for job in configuration.schedule {
            func refused(_ why: String) -> ConfigurationError {
                ConfigurationError(path: config, "job \(job.name ?? ""): \(why)")
            }
            do throws(TrainingError) {
                _ = try BarsTrainingRequest(job, in: configuration)
            } catch {
                throw refused(error.description)
            }
            do throws(CallFailure) {
                for rule in job.gates { _ = try MetricRule(rule) }
            } catch {
                throw refused(error.message)
            }
        }
        return configuration
    }

    /// The job of that name. Throws `ConfigurationError` when there is none.
    func job(_ name: String, in configuration: SystemConfiguration) throws -> ScheduleJob {
        if let job = configuration.schedule.first(where: { $0.name == name }) { return job }
        let names = configuration.schedule.compactMap(\.name)
        let meant = NearestName.of(name, among: names).map { "did you mean '\($0)'?" }
        throw ConfigurationError(
            path: config, "there is no job '\(name)'", hint: meant ?? "there are \(names.joined(separator: ", "))")
    }

    /// The model directory and its registry.
    func open(_ configuration: SystemConfiguration) throws -> Publication {
        let directory = try ModelDirectory(configuration.ml.modelsDirectory, create: true)
        let store = try RegistryLocation(
            option: configuration.ml.registry, environment: nil, modelDirectory: directory.path
        ).open()
        let user = ProcessInfo.processInfo.environment["USER"] ?? String(getuid())
        return Publication(
            directory: directory, store: store, remote: nil, actor: "hearth-trainer schedule:\(user)")
    }

    /// Where the schedule keeps its state.
    func folder(_ configuration: SystemConfiguration) throws -> ScheduleFolder {
        try ScheduleFolder(
            configuration.training.scheduleFolder ?? "\(configuration.ml.modelsDirectory)/.schedule")
    }
}
