import ArgumentParser
import HearthArtifacts
import HearthImport

struct VerifyCorpusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-corpus",
        abstract: "Reads every file of a corpus and holds every answer against the library's.",
        discussion: """
            DIR holds folders named after library versions, and in each <case>.json (rows, outputs, how exact they \
            must be) beside the files that it lists. All files of a case are read; outputs must be equal bit for bit, \
            those that go through BLAS within the bound of their sums.

            EXAMPLES
              hearth verify-corpus Tests/Fixtures/corpus
              hearth verify-corpus my-corpus --json > report.json

            The table has one line per estimator and library versions: arrays compared, those that are equal to the \
            last bit, those that differ within their bound, the largest difference, and what is wrong.

            EXIT STATUS: 0 everything was read and is as it must be; 1 a value differs or a file is refused: each is \
            listed with its case, file and place, or reason.
            """)

    @Argument(help: "The folder of the corpus.")
    var folder: String

    @OptionGroup var limit: FileLimitOptions

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func run() throws {
        let verifier = CaseVerifier(limits: limit.limits)
        let cases = try CorpusFolder.cases(in: folder)
        let progress = ProgressLine(total: cases.count)
        var outcomes: [CaseOutcome] = []
        for (index, example) in cases.enumerated() {
            progress.show(index, "\(example.folder)/\(example.name)")
            outcomes.append(verifier.verify(example))
        }
        progress.clear()
        let report = CorpusReport(outcomes)
        print(json ? report.json.text : report.text)
        if !report.isAccepted { throw ExitCode.failure }
    }
}
