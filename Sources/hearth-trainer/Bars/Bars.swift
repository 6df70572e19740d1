import ArgumentParser

/// `hearth-trainer bars …`: files of bars, before anything is learned from them.
struct Bars: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks at files of bars.", subcommands: [BarsCheck.self])
}
