import Foundation
import HearthCore
import HearthTraining
import Synchronization

/// How far a training is, on one line of a terminal that is written over; nothing where standard error is no terminal.
final class TrainingProgressLine: Sendable {
    private let isShown = isatty(STDERR_FILENO) == 1
    /// When a line was last written, so that thousands of rounds do not write thousands of lines.
    private let written = Mutex<ContinuousClock.Instant?>(nil)
    private static let interval = Duration.milliseconds(100)

    func show(_ progress: TrainingProgress) {
        guard isShown else { return }
        let now = ContinuousClock.now
        let isDue = written.withLock { last in
            guard progress.step == .fitting, progress.done > 0, let time = last, time.duration(to: now) < Self.interval
            else {
                last = now
                return true
            }
            return false
        }
        if isDue { StandardError.write("\r\u{1B}[K\(Self.text(progress))") }
    }

    /// Makes room for a line of output.
    func clear() {
        if isShown { StandardError.write("\r\u{1B}[K") }
    }

    static func text(_ progress: TrainingProgress) -> String {
        var text = progress.step.rawValue
        if progress.total > 0 { text += " \(progress.done)/\(progress.total)" }
        if let loss = progress.validationLoss { text += "  validation log loss \(MeasureLines.decimal(loss, 5))" }
        return text
    }
}
