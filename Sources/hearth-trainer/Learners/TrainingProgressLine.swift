import ArgumentParser
import Foundation
import HearthCore
import HearthTraining
import Synchronization

/// How far a training is, on standard error: one line of a terminal that is written over, or, where it is no terminal
/// and lines were asked for, a line per step and tenth.
final class TrainingProgressLine: Sendable {
    private enum Form {
        case terminal
        case lines
        case nothing
    }

    private struct State {
        /// When a line was last written, so that thousands of rounds do not write thousands of lines.
        var written: ContinuousClock.Instant?
        /// The step and tenth that were last written.
        var part = ""
    }

    private let form: Form
    private let state = Mutex(State())
    private static let interval = Duration.milliseconds(100)

    /// - Parameter writesLines: whether lines are written where standard error is no terminal.
    init(writesLines: Bool = false) {
        form = isatty(STDERR_FILENO) == 1 ? .terminal : writesLines ? .lines : .nothing
    }

    /// Tells it, unless it has only just been told.
    func show(_ progress: TrainingProgress) {
        switch form {
        case .nothing: return
        case .terminal:
            let now = ContinuousClock.now
            let isDue = state.withLock { state in
                if progress.step == .fitting, progress.done > 0, let time = state.written,
                    time.duration(to: now) < Self.interval
                {
                    return false
                }
                state.written = now
                return true
            }
            if isDue { StandardError.write("\r\u{1B}[K\(Self.text(progress))") }
        case .lines:
            let tenth = progress.total > 0 ? 10 * progress.done / progress.total : 0
            let part = "\(progress.step) \(tenth)"
            let isNew = state.withLock { state in
                defer { state.part = part }
                return state.part != part
            }
            if isNew { StandardError.write("\(Self.text(progress))\n") }
        }
    }

    /// Makes room for a line of output.
    func clear() {
        if form == .terminal { StandardError.write("\r\u{1B}[K") }
    }

    private static func text(_ progress: TrainingProgress) -> String {
        var text = progress.step.rawValue
        if progress.total > 0 { text += " \(progress.done)/\(progress.total)" }
        if let loss = progress.validationLoss { text += "  validation log loss \(MeasureLines.decimal(loss, 5))" }
        return text
    }
}

/// Whether progress is written where nobody watches a terminal.
struct ProgressOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Write progress to standard error in lines: for logs.",
            discussion: "On a terminal it is always shown, on one line."))
    var progress = false

    var line: TrainingProgressLine { TrainingProgressLine(writesLines: progress) }
}
