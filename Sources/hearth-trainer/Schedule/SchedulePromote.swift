import ArgumentParser
import HearthConfiguration
import HearthCore
import HearthRegistry
import HearthTraining

/// `hearth-trainer schedule promote`: a person brings the result of a job into production.
struct SchedulePromote: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Brings the result of a job's last run into production, by hand.",
        discussion: """
            For jobs with promotion: manual. The verdicts of the run count, in which both versions were measured on \
            the same test window; 'hearth models promote' compares the figures that each was published with, whose \
            windows differ. A result whose gates failed, or after which another version came into production, needs \
            --force and a --reason, which the registry keeps.

            EXAMPLES
              hearth-trainer schedule promote btc-forest --config config/system.yml
              hearth-trainer schedule promote btc-forest --config config/system.yml --force --reason 'new fees'
            """)

    @Argument(help: "The job.")
    var job: String

    @OptionGroup var options: ScheduleOptions

    @Flag(help: "Promote whatever the gates said.")
    var force = false

    @Option(help: "Why, for the record.")
    var reason: String?

    func validate() throws {
        guard !force || reason?.isEmpty == false else { throw ValidationError("--force needs a --reason") }
    }

    func run() throws {
        let configuration = try options.load()
        let job = try options.job(job, in: configuration)
        let publication = try options.open(configuration)
        let (name, model) = (job.name ?? "", try job.modelName())
        guard let known = try ScheduleState(of: configuration).jobs[name], let text = known.modelID,
            let finished = known.finished
        else {
            throw ConfigurationError(
                path: options.config, "job '\(name)' has no result",
                hint: "see 'hearth-trainer schedule status'; --once --job \(name) --now runs it")
        }
        let modelID = try ModelID(text)
        let pointer = try publication.store.productionPointer(of: model)
        if pointer?.modelID == modelID {
            print("\(modelID) is in production already, generation \(pointer?.generation ?? 0)")
            return
        }
        var problems = known.verdicts.filter(\.hasFailed).map { "\($0.gate): \($0.detail)" }
        if known.verdicts.isEmpty { problems.append("the gates were not asked") }
        if let pointer, pointer.changedAt > finished {
            problems.append("'\(pointer.modelID)' came into production after the run, which was not compared with it")
        }
        guard problems.isEmpty || force else {
            throw ConfigurationError(
                path: options.config, "'\(modelID)' is not promoted: \(problems.joined(separator: "; "))",
                hint: "run the job again, or promote with --force and a --reason")
        }
        let note = problems.isEmpty ? "" : " (by force; \(problems.joined(separator: "; ")))"
        let changed = try publication.store.promote(
            modelID, of: model, expectedGeneration: pointer?.generation ?? 0, actor: publication.actor,
            reason: Self.cut((reason ?? "job \(name): promoted by hand") + note))
        publication.refreshIndex()
        let previous = changed.previousModelID.map { ", replaces \($0)" } ?? ""
        print("\(modelID) is in production, generation \(changed.generation)\(previous)")
    }

    /// As much of a text as the registry takes as a reason, in whole characters.
    private static func cut(_ text: String) -> String {
        var text = text
        while text.utf8.count > RegistryLimits.reasonByteCountMax { text.removeLast() }
        return text
    }
}
