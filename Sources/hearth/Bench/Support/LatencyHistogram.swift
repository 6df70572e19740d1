import Histogram

/// Latencies of calls in nanoseconds, up to a minute, three significant digits. Recording allocates nothing.
struct LatencyHistogram: Sendable {
    private var histogram = Histogram<UInt64>(
        highestTrackableValue: 60_000_000_000, numberOfSignificantValueDigits: .three)

    mutating func record(_ nanoseconds: UInt64) {
        histogram.record(min(nanoseconds, 60_000_000_000))
    }

    mutating func add(_ other: LatencyHistogram) {
        histogram.add(other.histogram)
    }

    var count: UInt64 { histogram.totalCount }
    var max: UInt64 { count == 0 ? 0 : histogram.max }

    /// The latency that `percent` % of the calls did not exceed; 0 when there are none.
    func percentile(_ percent: Double) -> UInt64 {
        count == 0 ? 0 : histogram.valueAtPercentile(percent)
    }

    static let headings = ["CALLS", "P50 US", "P90 US", "P99 US", "P99.9 US", "MAX US"]

    var cells: [String] {
        ["\(count)"] + [50, 90, 99, 99.9].map { Figure.microseconds(percentile($0)) } + [Figure.microseconds(max)]
    }

    var json: [(String, JSON)] {
        [("calls", .integer(count))]
            + [("p50_us", 50), ("p90_us", 90), ("p99_us", 99), ("p99_9_us", 99.9)].map {
                ($0.0, .number(Double(percentile($0.1)) / 1000))
            } + [("max_us", .number(Double(max) / 1000))]
    }
}
