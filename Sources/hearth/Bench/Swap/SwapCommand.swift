import ArgumentParser
import HearthClient

struct SwapCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swap",
        abstract: "Exchanges versions while calls are in flight, and checks every answer.",
        discussion: """
            First each version is asked by its id for its answers to fixed rows. Then calls run in an open loop at \
            --rate and on --closed-loop threads without pause, while the production pointer is moved. Every answer \
            must be, bit for bit, that of the version it names. Needs the right to promote.

            EXAMPLES
              hearth bench swap --model isolation_forest.shuttle --to isolation_forest_shuttle_20251112_120000_123_k7qd
              hearth bench swap --model isolation_forest.shuttle --between ID1,ID2 --swaps 1000 --seconds 100

            Exit status 1 when a call failed or an answer was inconsistent.
            """)

    @OptionGroup var target: BenchTarget

    @Option(help: "The model_id to put into production, in the place of the present one.")
    var to: String?

    @Option(help: "Two model_ids to go back and forth between, with a comma between them.")
    var between: String?

    @Option(help: "How often to exchange.")
    var swaps = 1

    @Option(help: "Calls a second of the open loop.")
    var rate = 500.0

    @Option(help: "Threads that call without pause beside it.")
    var closedLoop = 1

    @Option(help: "Seconds in all; the exchanges are spread evenly over them.")
    var seconds = 5.0

    func validate() throws {
        guard (to == nil) != (between == nil) else { throw ValidationError("Give either --to or --between.") }
        guard between == nil || ids(of: between).count == 2 else {
            throw ValidationError("--between is '\(between ?? "")', expected two model_ids with a comma between them.")
        }
        guard (1...100_000) ~= swaps, rate > 0, (0...256) ~= closedLoop, seconds > 0 else {
            throw ValidationError("--swaps, --rate and --seconds must be above 0, --closed-loop 0 to 256.")
        }
        guard seconds / Double(swaps + 1) >= 0.02 else {
            throw ValidationError("\(swaps) exchanges in \(seconds) s are closer than 20 ms; give more --seconds.")
        }
    }

    private func ids(of text: String?) -> [String] { text?.split(separator: ",").map(String.init) ?? [] }

    func run() throws {
        let client = target.client()
        let details = try client.get(model: target.model)
        guard let present = details.served?.modelVersion ?? details.version?.modelVersion else {
            throw DataError("\(target.model) has no production version; promote one with `hearth models promote`")
        }
        let versions = try versions(present)
        let rows = BenchRows(count: 64, columnCount: details.columnCount)
        let expected = try versions.map { try ExpectedAnswers(client, model: target.model, version: $0, rows: rows) }
        let run = SwapRun(
            client: client, model: target.model, versions: versions, rows: rows, expected: expected, rate: rate,
            closedLoopCount: closedLoop)
        let report = try run.run(swapCount: swaps, seconds: seconds)
        print(target.options.json ? report.json.text : report.text)
        if let problem = report.problem { throw DataError(problem) }
    }

    /// The two versions; the first is the one in production when the load starts.
    private func versions(_ present: String) throws -> [String] {
        let wanted = to.map { [present, $0] } ?? ids(of: between)
        guard wanted[0] != wanted[1] else {
            throw DataError("\(wanted[1]) is in production already; name another version (`hearth models list`)")
        }
        return wanted[1] == present ? [wanted[1], wanted[0]] : wanted
    }
}
