import ArgumentParser
import HearthConfiguration

/// `hearth config …`: what `config/system.yml` says, and whether it says it right.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Checks config/system.yml, shows the values in force, lists its keys.",
        discussion: """
            The live engine (hearth live) and the schedule (hearth-trainer schedule) read the file; a variable of the \
            environment goes before it, so one value can be changed without touching the file.

            EXAMPLES
              hearth config check config/system.yml
              hearth config show --config config/system.yml
              HEARTH_LIVE_STALE_DAYS=7 hearth config show --config config/system.yml | grep stale
              hearth config keys
            """,
        subcommands: [Check.self, Show.self, Keys.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says everything that is wrong with a file, with line and column.",
            discussion: """
                The variables of the environment are checked as well, as the programs would see them; --no-environment \
                checks the file alone.

                EXIT STATUS: 0 the file can be used, 1 it cannot.
                """)

        @Argument(help: ArgumentHelp("The file.", valueName: "file"))
        var path: String

        @Flag(help: "Leave the environment out.")
        var noEnvironment = false

        func run() throws {
            let loaded = try SystemConfiguration.load(
                path: path, environment: { noEnvironment ? nil : CommandEnvironment.text($0) })
            let jobs = loaded.configuration.schedule
            let names = jobs.compactMap(\.name).joined(separator: ", ")
            print(
                "\(path): good, \(jobs.count) \(jobs.count == 1 ? "job" : "jobs")" + (names.isEmpty ? "" : ": \(names)")
            )
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints every value in force and where it comes from: default, file:line or $VARIABLE.",
            discussion: "A value that is - is none: the key was left out and has no default, or was left empty.")

        @Option(name: .customLong("config"), help: ArgumentHelp("The file; none unless given.", valueName: "file"))
        var path: String?

        @Flag(help: "Only what does not have its default.")
        var changed = false

        @Flag(help: "Print JSON instead of text.")
        var json = false

        func run() throws {
            let loaded = try SystemConfiguration.load(path: path, environment: CommandEnvironment.text)
            let values = loaded.values.filter { !changed || $0.origin != .standard }
            if json {
                let members = values.map { value in
                    JSON.object([
                        ("key", .text(value.key)), ("value", value.text.map(JSON.text) ?? .null),
                        ("origin", .text(value.origin.description)),
                    ])
                }
                print(JSON.array(members).text)
            } else {
                var table = TextTable("KEY", "VALUE", "FROM")
                for value in values { table.add(value.key, value.text ?? "-", value.origin.description) }
                print(table.text)
            }
        }
    }

    struct Keys: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints every key with its default, its variable and what it is for, as Markdown.")

        func run() {
            print(ConfigurationPage.text, terminator: "")
        }
    }
}
