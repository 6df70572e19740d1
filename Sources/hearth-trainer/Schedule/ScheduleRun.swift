import ArgumentParser
import Foundation
import HearthConfiguration
import HearthCore
import HearthLifecycle
import HearthTraining

/// `hearth-trainer schedule`: runs until it is stopped, or once.
struct ScheduleRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Waits for the jobs and runs them; the default.",
        discussion: """
            A job that the schedule sees for the first time waits for its next time. Each step is a line on standard \
            error.

            EXIT STATUS: 0 stopped, or with --once everything that was due is done; 1 with --once a job failed.
            """)

    @OptionGroup var options: ScheduleOptions

    @Flag(help: "Do what is due now, then end: for a timer of systemd, or cron.")
    var once = false

    @Flag(help: "Say what would be done now, and when each job is due next; change nothing.")
    var dryRun = false

    @Option(help: ArgumentHelp("Only this job.", valueName: "name"))
    var job: String?

    @Flag(help: "With --once and --job: run it whether it is due or not.")
    var now = false

    func validate() throws {
        guard !now || (once && job != nil) else { throw ValidationError("--now needs --once and --job NAME") }
        guard !dryRun || !now else { throw ValidationError("--dry-run and --now contradict each other") }
    }

    func run() throws {
        // Before any other thread is started.
        let stop = dryRun ? StopFlag() : try StopSignals.flag()
        let configuration = try options.load()
        let jobs = try job.map { [try options.job($0, in: configuration)] } ?? configuration.schedule
        if dryRun {
            let state = try ScheduleState(of: configuration)
            print(ScheduleTable.plan(SchedulePlan(jobs: jobs, state: state, now: .now())))
            return
        }
        let publication = try options.open(configuration)
        let training = ScheduledTraining(
            configuration: configuration, directory: publication.directory, registry: publication.store,
            actor: publication.actor
        ) { candidate, production, rules in
            try VersionComparison.verdicts(
                on: candidate, production: production, store: publication.store, directory: publication.directory,
                rules: rules.map { rule in try MetricRule(rule) }
            ).map { ScheduleVerdict(gate: $0.gate, outcome: $0.outcome.rawValue, detail: $0.detail) }
        }
        let runner = ScheduleRunner(
            jobs: jobs, folder: try options.folder(configuration),
            report: { StandardError.write(ScheduleLine.text($0, at: .now()) + "\n") },
            train: { (job, _) throws(TrainingError) in
                let line = TrainingProgressLine()
                defer {
                    line.clear()
                    publication.refreshIndex()
                }
                return try training.run(job, control: TrainingControl(stop: stop) { line.show($0) })
            })
        if once {
            let pass = try runner.runDue(now: now ? job : nil, isStopped: { stop.isStopped })
            if pass.failed > 0 { throw ExitCode.failure }
            return
        }
        try keepRunning(runner, stop)
    }

    private func keepRunning(_ runner: ScheduleRunner, _ stop: StopFlag) throws {
        while !stop.isStopped {
            let pass = try runner.runDue(isStopped: { stop.isStopped })
            let next = pass.busy > 0 ? nil : pass.next
            Self.wait(until: next, stop)
        }
        StandardError.write(ScheduleLine.text("stopped", at: .now()) + "\n")
    }

    /// Waits until `time`, a minute at most, or until it is to stop. In steps of a second, so that neither a stop nor a
    /// change of the wall clock goes unnoticed.
    private static func wait(until time: Timestamp?, _ stop: StopFlag) {
        for _ in 0..<60 {
            if stop.isStopped { return }
            if let time, Timestamp.now() >= time { return }
            sleep(1)
        }
    }
}

extension ScheduleState {
    /// What is remembered, without making a folder for it.
    init(of configuration: SystemConfiguration) throws {
        let path = configuration.training.scheduleFolder ?? "\(configuration.ml.modelsDirectory)/.schedule"
        self = FileManager.default.fileExists(atPath: path) ? try ScheduleFolder(path).state() : ScheduleState()
    }
}
