import HearthArtifacts
package import HearthCore
package import HearthMetrics
package import HearthRegistry
import Synchronization

/// Makes rows of `ml_metrics` of what the counters say (R110): one per load, and per model what was counted since the
/// last look. A call costs nothing here: it counts as it always did.
///
/// What cannot be written waits, so many rows at most; the oldest beyond that are dropped and counted.
package final class MetricRecorder: Sendable {
    /// How long a load took, in milliseconds.
    package static let loadTime = "model_load_time"
    /// Calls, rows, failed calls and detections since the row before.
    private static let countNames = ["calls", "rows", "failures", "detections"]
    /// All measures that are recorded.
    package static let names = [loadTime] + countNames
    /// Some 200 bytes each; a thousand models give a row or two a minute each.
    package static let pendingCountMax = 20_000
    private static let rememberedCountMax = 20_000

    private struct Series {
        var key: ModelKey
        /// What was counted up to the last look, in the order of the names.
        var counted: [UInt64] = [0, 0, 0, 0]
    }

    private struct State {
        var pending: [MetricRow] = []
        var series: [ModelID: Series] = [:]
        var zscores: UInt64 = 0
        var untrained: UInt64 = 0
    }

    private let state = Mutex(State())
    private let counters: ServerCounters

    /// - Parameter counters: where rows that were written or dropped are counted.
    package init(counters: ServerCounters) {
        self.counters = counters
    }

    /// A version was loaded.
    package func loaded(_ version: ModelVersion, _ servable: Servable, at now: Timestamp = .now()) {
        var extra = Self.extra(version.key)
        extra["file_size_kb"] = .number(Double(version.sizeBytes) / 1024)
        let row = MetricRow(
            name: Self.loadTime, entityID: version.modelID.text, value: servable.loadMilliseconds, at: now,
            extraJSON: Self.text(extra))
        state.withLock { state in
            if state.series.count < Self.rememberedCountMax { state.series[version.modelID] = Series(key: version.key) }
            state.pending.append(row)
        }
        drop()
    }

    /// A version left the memory: what it counted since the last look is kept.
    package func retired(_ servable: Servable, at now: Timestamp = .now()) {
        state.withLock { state in
            Self.count(servable, &state, now)
            state.series[servable.modelID] = nil
        }
        drop()
    }

    /// Takes up what was counted since the last look.
    package func look(at servables: [Servable], totals: [ServerCounters], now: Timestamp) {
        let zscores = totals.reduce(0) { $0 + $1.detectionsByZScore.value }
        let untrained = totals.reduce(0) { $0 + $1.detectionsUntrained.value }
        state.withLock { state in
            for servable in servables { Self.count(servable, &state, now) }
            for (count, before, isTrained) in [(zscores, state.zscores, true), (untrained, state.untrained, false)]
            where count > before {
                let extra: [String: JSONValue] = ["source": .string("zscore"), "trained": .bool(isTrained)]
                state.pending.append(
                    MetricRow(
                        name: "detections", entityID: nil, value: Double(count - before), at: now,
                        extraJSON: Self.text(extra)))
            }
            (state.zscores, state.untrained) = (zscores, untrained)
        }
        drop()
    }

    /// The oldest rows that wait.
    package func take(_ countMax: Int) -> [MetricRow] {
        state.withLock { state in
            let rows = Array(state.pending.prefix(countMax))
            state.pending.removeFirst(rows.count)
            return rows
        }
    }

    /// Rows that could not be written wait again.
    package func putBack(_ rows: [MetricRow]) {
        state.withLock { $0.pending.insert(contentsOf: rows, at: 0) }
        drop()
    }

    package var isEmpty: Bool { state.withLock { $0.pending.isEmpty } }

    private func drop() {
        let count = state.withLock { state in
            let surplus = max(0, state.pending.count - Self.pendingCountMax)
            state.pending.removeFirst(surplus)
            return surplus
        }
        if count > 0 { counters.metricsDropped.add(UInt64(count)) }
    }

    private static func count(_ servable: Servable, _ state: inout State, _ now: Timestamp) {
        guard let series = state.series[servable.modelID] else { return }
        let reading = servable.statistics.reading
        let counts = [
            servable.calls.load(ordering: .relaxed), reading.rows, reading.failures,
            servable.detections.load(ordering: .relaxed),
        ]
        var extra = extra(series.key)
        extra["source"] = .string(servable.source.rawValue)
        for (index, count) in counts.enumerated() where count > series.counted[index] {
            state.pending.append(
                MetricRow(
                    name: countNames[index], entityID: servable.modelID.text,
                    value: Double(count - series.counted[index]), at: now, extraJSON: text(extra)))
        }
        state.series[servable.modelID]?.counted = counts
    }

    /// `metric_type` in here is the series (C30).
    private static func extra(_ key: ModelKey) -> [String: JSONValue] {
        var extra: [String: JSONValue] = ["model_type": .string(key.modelType)]
        let columns = [("metric_type", key.metricType), ("symbol", key.symbol), ("timeframe", key.timeframe)]
        for (column, text) in columns { if let text { extra[column] = .string(text) } }
        return extra
    }

    private static func text(_ extra: [String: JSONValue]) -> String { (try? CompactJSON.text(extra)) ?? "{}" }
}
