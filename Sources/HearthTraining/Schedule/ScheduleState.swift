package import HearthCore

/// What the schedule remembers of its jobs between runs of the program, by the job's name.
package struct ScheduleState: Sendable, Equatable {
    /// How the last run of a job ended.
    package enum Outcome: String, Sendable, Codable {
        /// It is under way, or the program died in it.
        case running
        /// It gave a version.
        case trained
        /// It gave none; the message says why.
        case failed
        /// It was asked to stop before it was done; it is done again.
        case stopped
        /// It was due while nothing ran, and the job does not catch up.
        case skipped
    }

    /// One job.
    package struct Job: Sendable, Equatable {
        /// When the schedule first saw the job: what was due before is none of its business.
        package var firstSeen: Timestamp
        /// The last time of the cron expression that has been dealt with.
        package var lastDue: Timestamp?
        package var started: Timestamp?
        package var finished: Timestamp?
        package var outcome: Outcome?
        /// Runs of the same due time that the program did not survive.
        package var attempts = 0
        /// The version that the last run gave; nil when it gave none.
        package var modelID: String?
        package var verdicts: [ScheduleVerdict] = []
        package var isPromoted = false
        /// Why it failed, or was not promoted.
        package var message: String?

        package init(firstSeen: Timestamp) {
            self.firstSeen = firstSeen
        }
    }

    package var jobs: [String: Job] = [:]

    package init() {}
}

/// What one gate said of a version that a job gave.
package struct ScheduleVerdict: Sendable, Equatable, Codable {
    package var gate: String
    /// `passed`, `failed` or `not applicable`.
    package var outcome: String
    package var detail: String

    package init(gate: String, outcome: String, detail: String) {
        self.gate = gate
        self.outcome = outcome
        self.detail = detail
    }

    package var hasFailed: Bool { outcome == "failed" }
}
