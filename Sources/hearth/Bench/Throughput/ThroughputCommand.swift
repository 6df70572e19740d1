import ArgumentParser
import HearthClient

struct ThroughputCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "throughput",
        abstract: "Measures calls a second with several clients at once, and whether each gets its share.",
        discussion: """
            Each client is a thread with a connection of its own, calling one row after the other.

            EXAMPLE
              hearth bench throughput --model isolation_forest.stok_seviye --clients 1,8,64 --seconds 10
            """)

    @OptionGroup var target: BenchTarget

    @Option(help: "Numbers of clients, one run each, with commas between them.")
    var clients = "1,8,64"

    @Option(help: "Seconds of each run.")
    var seconds = 10.0

    func validate() throws {
        guard seconds > 0, !counts.isEmpty, counts.allSatisfy({ (1...4096) ~= $0 }) else {
            throw ValidationError("--clients is '\(clients)', expected e.g. 1,8,64; --seconds must be above 0.")
        }
    }

    private var counts: [Int] { clients.split(separator: ",").map { Int($0) ?? 0 } }

    func run() throws {
        let client = target.client()
        let rows = BenchRows(count: 1024, columnCount: try client.get(model: target.model).columnCount)
        var table = TextTable(headings: ["CLIENTS"] + LoadReport.headings)
        var reports: [JSON] = []
        var failure: String?
        for count in counts {
            let signal = LoadSignal()
            let load = PredictLoad(
                client: client, model: target.model, rows: rows, signal: signal, interval: nil, pipeline: 1,
                waiting: target.wait)
            let results = try LoadThreads.run(count: count, signal: signal) {
                load.run(thread: $0)
            } conductor: {
                LoadClock.sleep(UInt64(seconds * 1e9))
            }
            let report = LoadReport(results, seconds: seconds)
            table.add(cells: ["\(count)"] + report.cells)
            reports.append(.object(report.json))
            failure = failure ?? results.compactMap(\.firstFailure).first
        }
        print(target.options.json ? JSON.array(reports).text : "\(target.model), wait \(target.wait)\n\n\(table.text)")
        if let failure { throw DataError("calls failed: \(failure)") }
    }
}
