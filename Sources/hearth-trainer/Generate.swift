import ArgumentParser

/// `hearth-trainer generate …`: series to try things out on.
struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Generates a labelled series to try models on.", subcommands: [GenerateMinibar.self])
}
