/// What the server has done since it started: read by `Stats`, counted without locks on the data plane.
package final class ServerCounters: Sendable {
    package let calls = Counter()
    package let rows = Counter()
    package let failures = Counter()
    package let permissionsDenied = Counter()
    package let dataDenied = Counter()
    package let readsDenied = Counter()
    package let adminDenied = Counter()
    package let rateLimited = Counter()
    package let inFlightLimited = Counter()
    package let deadlinesExceeded = Counter()
    package let batches = Counter()
    /// `Detect` calls that were answered, by whatever link of the chain.
    package let detections = Counter()
    /// Those of them that a model from a database BLOB answered.
    package let detectionsByDatabase = Counter()
    /// Those of them that a z-score answered in the place of a model that is there and could not be used.
    package let detectionsByZScore = Counter()
    /// Those of them that a z-score answered because there is no model in production (C36).
    package let detectionsUntrained = Counter()
    package let connectionsAccepted = Counter()
    package let connectionsClosed = Counter()
    package let connectionsRefused = Counter()
    package let connectionsBroken = Counter()
    package let bytesReceived = Counter()
    package let bytesSent = Counter()
    package let waits = Counter()
    package let receives = Counter()
    package let sends = Counter()
    package let loads = Counter()
    package let loadFailures = Counter()
    package let swaps = Counter()
    package let evictions = Counter()
    /// Rows of `ml_metrics`, and those for which there was no room or no place.
    package let metricsWritten = Counter()
    package let metricsDropped = Counter()

    package init() {}

    /// Names and values, in a fixed order.
    package var all: [(name: String, value: UInt64)] {
        [
            ("calls", calls.value), ("rows", rows.value), ("failures", failures.value),
            ("permissions_denied", permissionsDenied.value), ("data_denied", dataDenied.value),
            ("reads_denied", readsDenied.value), ("admin_denied", adminDenied.value),
            ("rate_limited", rateLimited.value), ("in_flight_limited", inFlightLimited.value),
            ("deadlines_exceeded", deadlinesExceeded.value),
            ("batches", batches.value), ("detections", detections.value),
            ("detections_by_database", detectionsByDatabase.value),
            ("detections_by_zscore", detectionsByZScore.value), ("detections_untrained", detectionsUntrained.value),
            ("connections_accepted", connectionsAccepted.value),
            ("connections_closed", connectionsClosed.value), ("connections_refused", connectionsRefused.value),
            ("connections_broken", connectionsBroken.value), ("bytes_received", bytesReceived.value),
            ("bytes_sent", bytesSent.value), ("syscalls_wait", waits.value), ("syscalls_receive", receives.value),
            ("syscalls_send", sends.value), ("loads", loads.value), ("load_failures", loadFailures.value),
            ("swaps", swaps.value), ("evictions", evictions.value),
            ("metrics_written", metricsWritten.value), ("metrics_dropped", metricsDropped.value),
        ]
    }
}
