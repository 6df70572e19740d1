import HearthCore
import HearthTraining

/// One line of the schedule's log: when, which job, what.
enum ScheduleLine {
    static func text(_ event: ScheduleEvent, at time: Timestamp) -> String {
        switch event {
        case .remembered(let job, let next):
            text("\(job): seen for the first time; due next \(next.map(minute) ?? "never")", at: time)
        case .started(let job, let model, let due, let isLate):
            text("\(job): training \(model), due \(minute(due))" + (isLate ? " (made up for)" : ""), at: time)
        case .trained(let job, let result):
            text("\(job): trained \(result.modelID), \(status(result)); gates: \(gates(result.verdicts))", at: time)
        case .failed(let job, let error):
            text("\(job): failed: \(error)", at: time)
        case .stopped(let job):
            text("\(job): stopped; it runs again at the next start", at: time)
        case .skipped(let job, let due):
            text("\(job): was due \(minute(due)) while nothing ran; skipped, it does not catch up", at: time)
        case .gaveUp(let job, let due, let attempts):
            text("\(job): given up for \(minute(due)): the program ended \(attempts) times while it trained", at: time)
        case .busy(let job, let model):
            text("\(job): passed over: another program is training \(model)", at: time)
        }
    }

    static func text(_ message: String, at time: Timestamp) -> String { "\(second(time)) \(message)" }

    /// `2025-11-12T03:00Z`.
    static func minute(_ time: Timestamp) -> String { "\(time.iso8601.prefix(16))Z" }

    /// The gates that failed, or that all is well.
    static func gates(_ verdicts: [ScheduleVerdict]) -> String {
        let failed = verdicts.filter(\.hasFailed)
        let passed = verdicts.count { $0.outcome == "passed" }
        return failed.isEmpty
            ? "\(passed) passed" : "\(failed.map(\.gate).joined(separator: ", ")) failed, \(passed) passed"
    }

    private static func status(_ result: ScheduleResult) -> String {
        if result.isPromoted { return "in production now" }
        return "a candidate" + (result.message.map { " (\($0))" } ?? "")
    }

    private static func second(_ time: Timestamp) -> String { "\(time.iso8601.prefix(19))Z" }
}
