import ArgumentParser

/// `hearth-trainer generate …`: series to try things out on.
struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Generates a series to try models on, its truth known.",
        subcommands: [GenerateMinibar.self, GenerateBars.self])
}
