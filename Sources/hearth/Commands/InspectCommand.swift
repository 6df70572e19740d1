import ArgumentParser

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Says what is in a model file, without running anything of it.",
        discussion: """
            Reads pickle and joblib files of scikit-learn, XGBoost and LightGBM (compressed ones too), XGBoost's .json \
            and .ubj, LightGBM's .txt and model.hearth. What a file is shows in its bytes: its name does not matter.

            EXAMPLES
              hearth inspect model.pkl
              hearth inspect old-models/*.joblib --json

            EXIT STATUS: 0 all can be served, 1 one was refused (the reason and the mend are printed).
            """)

    @Argument(help: "Model files.")
    var files: [String]

    @OptionGroup var limit: FileLimitOptions

    @Flag(help: "Print JSON instead of text: a list with one object per file.")
    var json = false

    func run() throws {
        let reports = files.map { FileReport(path: $0, limits: limit.limits) }
        if json {
            print(JSON.array(reports.map(\.json)).text)
        } else {
            print(reports.map(\.text).joined(separator: "\n\n"))
        }
        if reports.contains(where: \.isRefused) { throw ExitCode.failure }
    }
}
