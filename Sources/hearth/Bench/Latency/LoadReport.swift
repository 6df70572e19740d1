/// What the threads of a load saw together.
struct LoadReport {
    let latency: LatencyHistogram
    let failed: Int
    let callsPerSecond: Double
    /// Most calls of one client against the fewest; 1 is perfectly fair.
    let fairness: Double
    let clientCount: Int

    init(_ results: [PredictLoad.Result], seconds: Double) {
        var latency = LatencyHistogram()
        for result in results { latency.add(result.histogram) }
        self.latency = latency
        failed = results.reduce(0) { $0 + $1.failed }
        callsPerSecond = Double(latency.count) / seconds
        let counts = results.map(\.histogram.count)
        fairness = Double(counts.max() ?? 0) / Double(Swift.max(1, counts.min() ?? 0))
        clientCount = results.count
    }

    static let headings = LatencyHistogram.headings + ["CALLS/S", "FAILED", "MAX/MIN PER CLIENT"]

    var cells: [String] {
        latency.cells + [Figure.fixed(callsPerSecond, 0), "\(failed)", Figure.fixed(fairness, 2)]
    }

    var json: [(String, JSON)] {
        latency.json + [
            ("calls_per_second", .number(callsPerSecond)), ("failed", .integer(failed)),
            ("max_min_calls_per_client", .number(fairness)), ("clients", .integer(clientCount)),
        ]
    }

    func print(title: String, asJSON: Bool) {
        if asJSON { return Swift.print(JSON.object(json).text) }
        var table = TextTable(headings: Self.headings)
        table.add(cells: cells)
        Swift.print("\(title)\n\n\(table.text)")
    }
}
