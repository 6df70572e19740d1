import Synchronization

/// Asks a training to stop; set by one thread (a signal, a schedule), looked at by the training between its steps.
package final class StopFlag: Sendable {
    private let isRaised = Atomic(false)

    package init() {}

    /// Asks to stop; once asked, always asked.
    package func stop() {
        isRaised.store(true, ordering: .relaxed)
    }

    package var isStopped: Bool { isRaised.load(ordering: .relaxed) }
}

/// How far a training is.
package struct TrainingProgress: Sendable, Equatable {
    /// What is being done.
    package enum Step: String, Sendable {
        case reading
        case features
        case fitting
        case verifying
        case measuring
        case publishing
    }

    package var step: Step
    /// Rounds, bars or combinations that are done, and how many there are at most; 0 of 0 where it cannot be said.
    package var done: Int
    package var total: Int
    /// The log loss on the validation rows, while boosting with early stopping.
    package var validationLoss: Double?

    package init(_ step: Step, done: Int = 0, total: Int = 0, validationLoss: Double? = nil) {
        self.step = step
        self.done = done
        self.total = total
        self.validationLoss = validationLoss
    }
}

/// What a long training listens to and tells.
package struct TrainingControl: Sendable {
    package var stop: StopFlag
    /// Called on the thread that trains, between steps; it should return at once.
    package var report: @Sendable (TrainingProgress) -> Void

    package init(stop: StopFlag = StopFlag(), report: @escaping @Sendable (TrainingProgress) -> Void = { _ in }) {
        self.stop = stop
        self.report = report
    }

    /// Tells how far it is; throws ``TrainingError`` with `.stopped` when it is to stop.
    func pass(_ progress: TrainingProgress) throws(TrainingError) {
        guard !stop.isStopped else {
            throw TrainingError(.stopped, "stopped while \(progress.step.rawValue); nothing was published")
        }
        report(progress)
    }
}
