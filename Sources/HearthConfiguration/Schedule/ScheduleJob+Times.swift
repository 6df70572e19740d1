package import HearthCore

extension ScheduleJob {
    /// The first time after `time` that the job is due; nil when it has no expression or that has no future.
    package func next(after time: Timestamp) -> Timestamp? {
        guard let cron else { return nil }
        var next = cron.next(after: time)
        // A named week comes within `everyWeeks` weeks of any; an expression may name no day of it, for years.
        for _ in 0..<Self.weekCountMax {
            guard let found = next, !isNamedWeek(found) else { return next }
            next = cron.next(after: Timestamp(microseconds: Self.endOfWeek(found) - 1))
        }
        return nil
    }

    /// The latest time after `base` and up to `now` that the job is due; nil for none.
    package func last(after base: Timestamp, upTo now: Timestamp) -> Timestamp? {
        guard base < now, let first = next(after: base), first <= now else { return nil }
        // Halve the time that is left until nothing lies in the later part: some 60 steps, however long nothing ran.
        var (low, high) = (first, now)
        while low < high {
            let middle = Timestamp(
                microseconds: low.microseconds + (high.microseconds - low.microseconds) / 2)
            if let later = next(after: middle), later <= high {
                low = later
            } else if middle > low {
                high = middle
            } else {
                return low
            }
        }
        return low
    }

    /// Ten years of weeks.
    private static let weekCountMax = 522
    private static let week: Int64 = 7 * 86_400 * 1_000_000
    /// 1970-01-01 was a Thursday: Monday is four days later.
    private static let firstMonday: Int64 = 4 * 86_400 * 1_000_000

    private static func weekIndex(_ time: Timestamp) -> Int64 {
        let (quotient, remainder) = (time.microseconds - firstMonday).quotientAndRemainder(dividingBy: week)
        return remainder < 0 ? quotient - 1 : quotient
    }

    private static func endOfWeek(_ time: Timestamp) -> Int64 { (weekIndex(time) + 1) * week + firstMonday }

    private func isNamedWeek(_ time: Timestamp) -> Bool {
        everyWeeks <= 1 || Self.weekIndex(time) % Int64(everyWeeks) == 0
    }
}
