package import HearthConfiguration
package import HearthCore

/// What a schedule is to do at one moment: a pure function of its jobs, what it remembers, and the time.
///
/// A job is due when a time that its cron expression names has come since the last one that was dealt with, or since
/// the schedule first saw the job. However many have passed meanwhile, it is due once, for the latest of them
/// (catch-up).
package struct SchedulePlan: Sendable, Equatable {
    /// What is to be done with a job now.
    package enum Action: Sendable, Equatable {
        /// The job is new: remember the time, run nothing.
        case remember
        /// Run it for this time; `isLate` when it makes up for a time in which nothing ran.
        case run(due: Timestamp, isLate: Bool)
        /// It was due while nothing ran, and does not catch up.
        case skip(due: Timestamp)
        /// The program has died in it too often.
        case giveUp(due: Timestamp)
        /// Nothing is due.
        case wait
    }

    /// One job.
    package struct Step: Sendable, Equatable {
        package var job: ScheduleJob
        package var name: String
        package var action: Action
        /// When it is due after this; nil for an expression without a future.
        package var next: Timestamp?
    }

    /// Every job: those that are due first, the longest due before the others, then in the order of the file.
    package var steps: [Step]

    /// A run that begins later than this after its time is late: the machine slept, or the program did not run.
    package static let latenessMax = Duration.seconds(3600)
    /// Runs of one due time that may end with the program's death before the job is given up until its next time.
    package static let attemptsMax = 3

    /// Decides; a job without a name or an expression, which no file can have, is left out.
    package init(jobs: [ScheduleJob], state: ScheduleState, now: Timestamp) {
        let steps = jobs.enumerated().compactMap { index, job -> (Int, Timestamp, Step)? in
            guard let name = job.name, job.cron != nil else { return nil }
            let action = Self.action(of: job, state.jobs[name], now)
            let step = Step(job: job, name: name, action: action, next: job.next(after: now))
            return (index, action.due ?? Timestamp(microseconds: .max), step)
        }
        self.steps = steps.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.2)
    }

    /// When there is something to do after this moment; nil for never.
    package var nextDue: Timestamp? { steps.compactMap(\.next).min() }

    private static func action(of job: ScheduleJob, _ known: ScheduleState.Job?, _ now: Timestamp) -> Action {
        guard let known else { return .remember }
        let base = known.lastDue ?? known.firstSeen
        switch known.outcome {
        // It did not come to its end: the same run again.
        case .running where known.attempts >= attemptsMax: return .giveUp(due: base)
        case .running, .stopped: return catchUp(job, due: job.last(after: base, upTo: now) ?? base, now)
        case .trained, .failed, .skipped, nil: break
        }
        guard let due = job.last(after: base, upTo: now) else { return .wait }
        return catchUp(job, due: due, now)
    }

    private static func catchUp(_ job: ScheduleJob, due: Timestamp, _ now: Timestamp) -> Action {
        let (late, overflow) = now.microseconds.subtractingReportingOverflow(due.microseconds)
        let isLate = overflow || Duration.microseconds(late) > latenessMax
        return isLate && !job.catchesUp ? .skip(due: due) : .run(due: due, isLate: isLate)
    }
}

extension SchedulePlan.Action {
    /// The time that it is about; nil for none.
    package var due: Timestamp? {
        switch self {
        case .run(let due, _), .skip(let due), .giveUp(let due): due
        case .remember, .wait: nil
        }
    }
}
