import ArgumentParser
import HearthClient

struct LatencyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency",
        abstract: "Measures how long a call of one row takes.",
        discussion: """
            Closed loop: each connection sends its next call when the last one is answered. With --rate it is an open \
            loop: calls are due at fixed times, and a call's latency counts from when it was due, so a stalled server \
            cannot hide behind calls that were never sent (coordinated omission).

            --floor runs, in turns of 200 ms within the same run, the same frame sizes through a bare echo loop in a \
            second process, with the same waiting on both sides, and prints the ratios: what Hearth adds to the socket \
            and the model.

            EXAMPLES
              hearth bench latency --model isolation_forest.stok_seviye --floor --models-dir models
              hearth bench latency --model isolation_forest.stok_seviye --rate 500 --seconds 30
              hearth bench latency --model isolation_forest.stok_seviye --connections 8 --pipeline 16
            """)

    @OptionGroup var target: BenchTarget

    @Option(help: "Seconds to measure.")
    var seconds = 5.0

    @Option(help: "Connections, one thread each.")
    var connections = 1

    @Option(help: "Calls a second over all connections: an open loop.")
    var rate: Double?

    @Option(help: "Calls that are sent together on each connection before their answers are read.")
    var pipeline = 1

    @Flag(help: "Also measure a bare echo of the same frames, in turns.")
    var floor = false

    @Option(help: "Microseconds that the model itself takes, for the ratio; measured when --models-dir is given.")
    var kernelMicroseconds: Double?

    @Option(help: "The server's model directory, to measure the model itself in this process.")
    var modelsDir: String?

    func validate() throws {
        guard seconds > 0, (1...1024) ~= connections, (1...1024) ~= pipeline, (rate ?? 1) > 0 else {
            throw ValidationError("--seconds and --rate must be above 0, --connections and --pipeline 1 to 1024.")
        }
        guard !floor || connections == 1 && rate == nil && pipeline == 1 else {
            throw ValidationError("--floor is for one connection, one call at a time.")
        }
        guard rate == nil || pipeline == 1 else { throw ValidationError("--rate and --pipeline exclude each other.") }
    }

    func run() throws {
        let client = target.client()
        let details = try client.get(model: target.model)
        let rows = BenchRows(count: 1024, columnCount: details.columnCount)
        if floor {
            let report = try FloorRun(
                client: client, model: target.model, rows: rows, wait: target.wait,
                serverWait: WaitPolicy(try client.stats().waitPolicy) ?? .block, seconds: seconds
            ).run()
            let kernel = try kernelNanoseconds(details, rows)
            return report.print(kernelNanoseconds: kernel, asJSON: target.options.json)
        }
        let signal = LoadSignal()
        let load = PredictLoad(
            client: client, model: target.model, rows: rows, signal: signal,
            interval: rate.map { UInt64(1e9 * Double(connections) / $0) }, pipeline: pipeline,
            waiting: target.wait)
        let results = try LoadThreads.run(count: connections, signal: signal) {
            load.run(thread: $0)
        } conductor: {
            LoadClock.sleep(UInt64(seconds * 1e9))
        }
        LoadReport(results, seconds: seconds).print(
            title: "\(target.model), \(connections) connection\(connections == 1 ? "" : "s"), wait \(target.wait)",
            asJSON: target.options.json)
        if let message = results.compactMap(\.firstFailure).first { throw DataError("calls failed: \(message)") }
    }

    private func kernelNanoseconds(_ details: ModelDetails, _ rows: BenchRows) throws -> UInt64? {
        if let kernelMicroseconds { return UInt64(max(0, kernelMicroseconds) * 1000) }
        guard let modelsDir, let version = details.version?.modelVersion ?? details.served?.modelVersion else {
            return nil
        }
        return try KernelTimer.nanosecondsPerRow(modelsDirectory: modelsDir, version: version, rows: rows)
    }
}
