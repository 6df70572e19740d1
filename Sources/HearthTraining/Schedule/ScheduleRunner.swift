package import HearthConfiguration
package import HearthCore

/// What a job gave.
package struct ScheduleResult: Sendable, Equatable {
    package var modelID: ModelID
    package var verdicts: [ScheduleVerdict]
    package var isPromoted: Bool
    /// Why it was not promoted, where the job wanted that; nil otherwise.
    package var message: String?

    package init(modelID: ModelID, verdicts: [ScheduleVerdict], isPromoted: Bool, message: String? = nil) {
        self.modelID = modelID
        self.verdicts = verdicts
        self.isPromoted = isPromoted
        self.message = message
    }
}

/// What happens in a schedule, for the log.
package enum ScheduleEvent: Sendable {
    /// The job is new, and due at this time for the first time.
    case remembered(job: String, next: Timestamp?)
    case started(job: String, model: ModelName, due: Timestamp, isLate: Bool)
    case trained(job: String, result: ScheduleResult)
    case failed(job: String, error: TrainingError)
    case stopped(job: String)
    case skipped(job: String, due: Timestamp)
    case gaveUp(job: String, due: Timestamp, attempts: Int)
    /// Another program trains the model; the job is looked at again later.
    case busy(job: String, model: ModelName)
}

/// Does what a ``SchedulePlan`` says, one job after the other, and remembers it.
///
/// Several programs may run the same jobs: a model is trained by one of them at a time, and a due time is dealt with
/// once. What a job does comes in as a closure; this type only decides when, and keeps the state.
package struct ScheduleRunner: Sendable {
    private let jobs: [ScheduleJob]
    private let folder: ScheduleFolder
    private let clock: @Sendable () -> Timestamp
    private let train: @Sendable (ScheduleJob, ModelName) throws(TrainingError) -> ScheduleResult
    private let report: @Sendable (ScheduleEvent) -> Void

    /// - Parameters:
    ///   - clock: the wall clock, unless a test holds it still.
    ///   - train: trains, holds against the gates and promotes; throws `.stopped` when it was asked to stop.
    ///   - report: is told of every step, on the thread that runs.
    package init(
        jobs: [ScheduleJob], folder: ScheduleFolder, clock: @escaping @Sendable () -> Timestamp = { .now() },
        report: @escaping @Sendable (ScheduleEvent) -> Void,
        train: @escaping @Sendable (ScheduleJob, ModelName) throws(TrainingError) -> ScheduleResult
    ) {
        self.jobs = jobs
        self.folder = folder
        self.clock = clock
        self.report = report
        self.train = train
    }

    /// What one pass came to.
    package struct Pass: Sendable, Equatable {
        package var trained = 0
        package var failed = 0
        /// Jobs whose model another program was training.
        package var busy = 0
        /// When something is due next; nil for never.
        package var next: Timestamp?
    }

    /// Does what is due now.
    ///
    /// - Parameters:
    ///   - now: runs this job whether it is due or not; nil for none.
    ///   - isStopped: asked before each job; true leaves the rest for later.
    /// - Throws: ``TrainingError`` when the state cannot be kept. A job that fails throws nothing: it is reported.
    package func runDue(now forced: String? = nil, isStopped: () -> Bool) throws(TrainingError) -> Pass {
        var pass = Pass()
        let time = clock()
        for step in SchedulePlan(jobs: jobs, state: try folder.state(), now: time).steps {
            guard !isStopped() else { break }
            if step.name == forced {
                try run(step, due: time, isLate: false, isForced: true, &pass)
                continue
            }
            guard forced == nil else { continue }
            switch step.action {
            case .wait: break
            case .remember:
                try folder.update { state in
                    if state.jobs[step.name] == nil { state.jobs[step.name] = .init(firstSeen: time) }
                }
                report(.remembered(job: step.name, next: step.next))
            case .skip(let due):
                try change(step, at: time) { job in
                    job.lastDue = due
                    job.outcome = .skipped
                    job.attempts = 0
                }
                report(.skipped(job: step.name, due: due))
            case .giveUp(let due):
                let message = "the program ended \(SchedulePlan.attemptsMax) times while it trained"
                try change(step, at: time) { job in
                    job.outcome = .failed
                    job.finished = time
                    job.message = message
                    job.attempts = 0
                }
                report(.gaveUp(job: step.name, due: due, attempts: SchedulePlan.attemptsMax))
            case .run(let due, let isLate):
                try run(step, due: due, isLate: isLate, isForced: false, &pass)
            }
        }
        pass.next = SchedulePlan(jobs: jobs, state: try folder.state(), now: clock()).nextDue
        return pass
    }

    /// One job, when nobody else trains its model.
    private func run(
        _ step: SchedulePlan.Step, due: Timestamp, isLate: Bool, isForced: Bool, _ pass: inout Pass
    ) throws(TrainingError) {
        let model: ModelName
        do throws(TrainingError) {
            model = try step.job.modelName()
        } catch {
            pass.failed += 1
            try finish(step, due: due) { $0.fail(error.description) }
            report(.failed(job: step.name, error: error))
            return
        }
        guard let lock = try folder.lock(model: model) else {
            pass.busy += 1
            report(.busy(job: step.name, model: model))
            return
        }
        // Before the lock was there, another program may have done it.
        let known = try folder.state().jobs[step.name]
        let isDone = known.map {
            ($0.lastDue ?? $0.firstSeen) >= due && $0.outcome != .running && $0.outcome != .stopped
        }
        guard isForced || isDone != true else { return }
        let start = clock()
        try change(step, at: start) { job in
            job.attempts = job.lastDue == due ? job.attempts + 1 : 1
            job.lastDue = due
            job.started = start
            job.finished = nil
            job.outcome = .running
        }
        report(.started(job: step.name, model: model, due: due, isLate: isLate))
        do throws(TrainingError) {
            let result = try train(step.job, model)
            pass.trained += 1
            try finish(step, due: due) { $0.succeed(result) }
            report(.trained(job: step.name, result: result))
        } catch {
            if error.code == .stopped {
                try finish(step, due: due) { $0.stop() }
                report(.stopped(job: step.name))
            } else {
                pass.failed += 1
                try finish(step, due: due) { $0.fail(error.description) }
                report(.failed(job: step.name, error: error))
            }
        }
        _ = consume lock
    }

    private func finish(
        _ step: SchedulePlan.Step, due: Timestamp, _ body: (inout ScheduleState.Job) -> Void
    ) throws(TrainingError) {
        let time = clock()
        try change(step, at: time) { job in
            job.lastDue = due
            job.finished = time
            body(&job)
        }
    }

    private func change(
        _ step: SchedulePlan.Step, at time: Timestamp, _ body: (inout ScheduleState.Job) -> Void
    ) throws(TrainingError) {
        try folder.update { state in
            var job = state.jobs[step.name] ?? ScheduleState.Job(firstSeen: time)
            body(&job)
            state.jobs[step.name] = job
        }
    }
}

extension ScheduleState.Job {
    fileprivate mutating func succeed(_ result: ScheduleResult) {
        outcome = .trained
        modelID = result.modelID.text
        verdicts = result.verdicts
        isPromoted = result.isPromoted
        message = result.message
        attempts = 0
    }

    fileprivate mutating func fail(_ text: String) {
        outcome = .failed
        (modelID, verdicts, isPromoted, message, attempts) = (nil, [], false, text, 0)
    }

    /// Asked to stop is no attempt that failed.
    fileprivate mutating func stop() {
        outcome = .stopped
        attempts = max(0, attempts - 1)
    }
}
