import ArgumentParser

/// `hearth-trainer schedule …`: trainings that come back (R150, R151).
struct ScheduleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Trains models again when it is time, as config/system.yml says.",
        discussion: """
            Each job under schedule: has a cron expression (UTC), a file of bars, and the days to look back. When it \
            is due, a version is trained as a candidate, the version in production is measured on the same test \
            window, and the gates compare both. With promotion: gate the candidate comes into production when no gate \
            fails; with manual a person decides (schedule promote).

            One job runs at a time, and a model is trained by one program at a time: a second schedule passes it over \
            and says so. What was missed while nothing ran is made up for by one run, not by many; jobs with \
            catch_up: false skip it. SIGTERM and Ctrl-C end the schedule between two steps of a training: nothing is \
            half written, and the job runs again at the next start.

            EXAMPLES
              hearth-trainer schedule --config config/system.yml --dry-run
              hearth-trainer schedule --config config/system.yml
              hearth-trainer schedule --config config/system.yml --once --job btc-weekly --now
              hearth-trainer schedule status --config config/system.yml
              hearth-trainer schedule promote btc-forest --config config/system.yml
            """,
        subcommands: [ScheduleRun.self, ScheduleStatus.self, SchedulePromote.self], defaultSubcommand: ScheduleRun.self)
}
