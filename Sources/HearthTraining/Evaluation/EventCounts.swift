/// How many events were found, and how many alarms were right.
///
/// An event is a run of consecutive labelled points, an alarm a run of consecutive flagged points. An event is found
/// when an alarm touches it, and an alarm is right when it touches an event, the event being widened by the tolerance.
/// A person who is called once for a fault of twenty hours counts it so, however many of the hours were flagged.
package struct EventCounts: Sendable, Equatable {
    /// Points around an event in which a flag still belongs to it.
    package struct Tolerance: Sendable, Equatable {
        package var before: Int
        package var after: Int

        package init(before: Int = 0, after: Int = 0) {
            self.before = before
            self.after = after
        }
    }

    package var eventCount: Int
    package var foundEventCount: Int
    package var alarmCount: Int
    package var rightAlarmCount: Int

    /// `flags` and `labels` are in the order of time, one per point.
    package init(flags: [Bool], labels: [Bool], tolerance: Tolerance = Tolerance()) {
        precondition(flags.count == labels.count, "there is one label per flag")
        let alarms = Self.runs(of: flags)
        let events = Self.runs(of: labels).map { run in
            max(0, run.lowerBound - tolerance.before)..<min(labels.count, run.upperBound + tolerance.after)
        }
        eventCount = events.count
        alarmCount = alarms.count
        foundEventCount = Self.touching(events, by: alarms)
        rightAlarmCount = Self.touching(alarms, by: events)
    }

    /// The share of events that were found.
    package var recall: Double? {
        eventCount == 0 ? nil : Double(foundEventCount) / Double(eventCount)
    }

    /// The share of alarms that were right.
    package var precision: Double? {
        alarmCount == 0 ? nil : Double(rightAlarmCount) / Double(alarmCount)
    }

    /// The runs of consecutive true marks.
    package static func runs(of marks: [Bool]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for index in 0...marks.count {
            let isMarked = index < marks.count && marks[index]
            switch (start, isMarked) {
            case (nil, true): start = index
            case (let begun?, false):
                runs.append(begun..<index)
                start = nil
            case (nil, false), (_?, true): break
            }
        }
        return runs
    }

    /// How many of `ranges` overlap one of `others`; both are ascending in both of their bounds.
    private static func touching(_ ranges: [Range<Int>], by others: [Range<Int>]) -> Int {
        var first = 0
        return ranges.count { range in
            while first < others.count, others[first].upperBound <= range.lowerBound { first += 1 }
            return first < others.count && others[first].lowerBound < range.upperBound
        }
    }
}
