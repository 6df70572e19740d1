import HearthCore
package import HearthMetrics
package import HearthRegistry
import Logging

/// Writing the rows of `ml_metrics` in batches (R110).
extension RegistryKeeper {
    /// What is measured and where it is kept.
    package struct Metrics: Sendable {
        package var recorder: MetricRecorder
        package var store: any MetricStore
        /// The server's own counters.
        package var totals: [ServerCounters]
        /// Where written and dropped rows are counted.
        package var counters: ServerCounters
        /// How long rows are kept; nil for ever.
        package var retention: Duration?

        package init(
            recorder: MetricRecorder, store: any MetricStore, totals: [ServerCounters], counters: ServerCounters,
            retention: Duration?
        ) {
            self.recorder = recorder
            self.store = store
            self.totals = totals
            self.counters = counters
            self.retention = retention
        }
    }

    /// When what was done last.
    struct MetricTimes {
        var lookedAt: MonotonicTime?
        var attemptedAt: MonotonicTime?
        var purgedAt: MonotonicTime?
        /// Said once per outage.
        var hasFailed = false
    }

    private static let lookNanoseconds: Int64 = 60_000_000_000
    private static let pauseNanoseconds: Int64 = 5_000_000_000
    private static let purgeNanoseconds: Int64 = 3_600_000_000_000
    /// Rows of one transaction.
    private static let batchCount = 500

    /// Looks at the counters every minute, writes what waits, and drops old rows every hour.
    func keepMetrics(_ metrics: Metrics, _ times: inout MetricTimes, _ now: MonotonicTime, _ clock: Timestamp) {
        let lookedAt = times.lookedAt ?? now
        times.lookedAt = lookedAt
        if now - lookedAt >= Self.lookNanoseconds {
            times.lookedAt = now
            look(metrics, clock)
        }
        guard manager.isLevel else { return }
        if let attemptedAt = times.attemptedAt, now - attemptedAt < Self.pauseNanoseconds { return }
        while !metrics.recorder.isEmpty {
            times.attemptedAt = now
            guard write(metrics, &times) else { return }
        }
        purge(metrics, &times, now, clock)
    }

    /// The last look, and one attempt to write it.
    func endMetrics(_ metrics: Metrics, _ times: inout MetricTimes) {
        look(metrics, .now())
        guard !times.hasFailed else { return }
        while !metrics.recorder.isEmpty, write(metrics, &times) {}
    }

    private func look(_ metrics: Metrics, _ clock: Timestamp) {
        metrics.recorder.look(at: manager.cache.contents.map(\.servable), totals: metrics.totals, now: clock)
    }

    /// Writes one batch; false when it is to be tried again later.
    private func write(_ metrics: Metrics, _ times: inout MetricTimes) -> Bool {
        let rows = metrics.recorder.take(Self.batchCount)
        do throws(RegistryError) {
            try metrics.store.append(rows)
            metrics.counters.metricsWritten.add(UInt64(rows.count))
            times.hasFailed = false
            return true
        } catch {
            if !times.hasFailed { logger.warning("metrics not written", metadata: ["error": "\(error)"]) }
            times.hasFailed = true
            if error.code == .unavailable {
                metrics.recorder.putBack(rows)
            } else {
                // What the table does not take today it does not take tomorrow.
                metrics.counters.metricsDropped.add(UInt64(rows.count))
            }
            return false
        }
    }

    private func purge(_ metrics: Metrics, _ times: inout MetricTimes, _ now: MonotonicTime, _ clock: Timestamp) {
        guard let retention = metrics.retention else { return }
        if let purgedAt = times.purgedAt, now - purgedAt < Self.purgeNanoseconds { return }
        times.purgedAt = now
        let before = Timestamp(microseconds: clock.microseconds - retention.components.seconds * 1_000_000)
        do throws(RegistryError) {
            _ = try metrics.store.removeMetrics(MetricRecorder.names, before: before)
        } catch {
            logger.debug("old metrics not removed", metadata: ["error": "\(error)"])
        }
    }
}
