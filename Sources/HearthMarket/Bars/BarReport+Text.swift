package import HearthArtifacts
import HearthCore

extension BarReport {
    /// The report for programs.
    package var json: [String: JSONValue] {
        var byProblem: [String: JSONValue] = [:]
        for (problem, tally) in problems { byProblem[problem.rawValue] = tally.json }
        return [
            "lines": .integer(Int64(lineCount)), "bars": .integer(Int64(barCount)),
            "skipped": .integer(Int64(problemCount)),
            "timeframe": timeframe.map { .string($0.description) } ?? .null,
            "first_open_time": firstOpen.map { .string($0.iso8601) } ?? .null,
            "last_open_time": lastOpen.map { .string($0.iso8601) } ?? .null, "problems": .object(byProblem),
            "gaps": gaps.json, "missing_bars": .integer(Int64(missingBarCount)), "weekend_gaps": weekendGaps.json,
            "zero_volume_bars": .integer(Int64(zeroVolumeCount)),
        ]
    }

    /// The report for a person: what and how much, in a fixed order; only problems that occurred.
    package var lines: [(name: String, value: String)] {
        var lines = [(name: "bars", value: "\(barCount) of \(lineCount) lines")]
        if let timeframe { lines.append((name: "timeframe", value: timeframe.description)) }
        if let firstOpen, let lastOpen {
            lines.append((name: "from", value: firstOpen.iso8601))
            lines.append((name: "to", value: lastOpen.iso8601))
        }
        for problem in BarProblem.allCases {
            guard let tally = problems[problem] else { continue }
            lines.append((name: problem.rawValue, value: "\(tally.count) (\(problem.sentence)), \(tally.places)"))
        }
        if gaps.count > 0 {
            let bars = missingBarCount == 1 ? "1 bar" : "\(missingBarCount) bars"
            lines.append((name: "gaps", value: "\(gaps.count), \(bars) missing, \(gaps.places)"))
        }
        if weekendGaps.count > 0 { lines.append((name: "weekend_gaps", value: "\(weekendGaps.count)")) }
        if zeroVolumeCount > 0 {
            let note = zeroVolumeCount == barCount ? " (features of volume say nothing)" : ""
            lines.append((name: "zero_volume", value: "\(zeroVolumeCount)\(note)"))
        }
        return lines
    }
}

extension BarReport.Tally {
    fileprivate var json: JSONValue {
        .object([
            "count": .integer(Int64(count)), "first_lines": .array(firstLines.map { .integer(Int64($0)) }),
            "first_reason": .string(firstReason),
        ])
    }

    fileprivate var places: String {
        let lines = firstLines.map(String.init).joined(separator: ", ")
        return (count == 1 ? "line " : "lines ") + lines + (count > firstLines.count ? ", …" : "") + ": " + firstReason
    }
}
