import HearthConfiguration
import HearthCore
import HearthTraining

/// What a schedule will do, as a table.
enum ScheduleTable {
    static func plan(_ plan: SchedulePlan) -> String {
        var rows = [["JOB", "MODEL", "NOW", "NEXT"]]
        for step in plan.steps {
            let model = (try? step.job.modelName().text) ?? "-"
            rows.append([step.name, model, now(step.action), step.next.map(ScheduleLine.minute) ?? "never"])
        }
        return text(rows)
    }

    /// Columns as wide as their widest cell, two blanks between them.
    static func text(_ rows: [[String]]) -> String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: max(0, width - cell.count) + 2)
            }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    private static func now(_ action: SchedulePlan.Action) -> String {
        switch action {
        case .wait: "wait"
        case .remember: "wait (new)"
        case .run(let due, false): "run, due \(ScheduleLine.minute(due))"
        case .run(let due, true): "run, made up for \(ScheduleLine.minute(due))"
        case .skip(let due): "skip \(ScheduleLine.minute(due))"
        case .giveUp(let due): "give up \(ScheduleLine.minute(due))"
        }
    }
}
