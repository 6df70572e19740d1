package import HearthCore

/// When a job is due: the five fields of crontab(5), in UTC.
///
/// `minute hour day-of-month month day-of-week`, each `*`, a number, a range `a-b`, either with a step `/n`, or a list
/// of those by commas; months and days also by their first three letters; 0 and 7 are both Sunday. As in cron, where
/// both days are restricted (do not begin with `*`) one of them is enough.
package struct CronExpression: Sendable, Hashable, CustomStringConvertible {
    /// As it was written, with single blanks.
    package let description: String
    /// Bit n is set when n is one of the field's values.
    private let minutes: UInt64
    private let hours: UInt64
    private let days: UInt64
    private let months: UInt64
    /// Sunday is 0.
    private let weekdays: UInt64
    private let needsBothDays: Bool

    /// Reads an expression; throws ``CronError`` that names the field.
    package init(_ text: String) throws(CronError) {
        let fields = text.split { $0 == " " || $0 == "\t" }.map(String.init)
        guard fields.count == CronField.allCases.count else {
            throw CronError(
                message: "\(fields.count) fields found in '\(text.prefix(60))', expected 5",
                hint: "minute hour day-of-month month day-of-week, such as \"0 3 * * 1\" for Mondays at 03:00 UTC")
        }
        minutes = try CronField.minute.bits(of: fields[0])
        hours = try CronField.hour.bits(of: fields[1])
        days = try CronField.dayOfMonth.bits(of: fields[2])
        months = try CronField.month.bits(of: fields[3])
        let weekdays = try CronField.dayOfWeek.bits(of: fields[4])
        // 7 is Sunday as well.
        self.weekdays = (weekdays | weekdays >> 7) & 0x7F
        needsBothDays = fields[2].hasPrefix("*") || fields[4].hasPrefix("*")
        description = fields.joined(separator: " ")
        guard next(after: Timestamp(microseconds: 0)) != nil else {
            throw CronError(
                message: "'\(description)' names a day that no year has", hint: "such as 30 February; take another day")
        }
    }

    /// The first minute after `time` that the expression names; nil when there is none in the next 40 years.
    ///
    /// Looks at days first, so it takes some thousand steps at most (29 February on a Monday: 28 years).
    package func next(after time: Timestamp) -> Timestamp? {
        let minute = Self.floorDivide(time.microseconds, 60_000_000) + 1
        let firstDay = Self.floorDivide(minute, 1440)
        for day in firstDay..<(firstDay + Self.dayCountMax) where names(day: day) {
            let earliest = day == firstDay ? Int(minute - day * 1440) : 0
            guard let minuteOfDay = firstMinute(from: earliest) else { continue }
            let (result, overflow) = (day * 1440 + Int64(minuteOfDay)).multipliedReportingOverflow(by: 60_000_000)
            return overflow ? nil : Timestamp(microseconds: result)
        }
        return nil
    }

    /// Whether `time`, to the minute, is named.
    package func names(_ time: Timestamp) -> Bool {
        let minute = Self.floorDivide(time.microseconds, 60_000_000)
        let day = Self.floorDivide(minute, 1440)
        let minuteOfDay = Int(minute - day * 1440)
        return names(day: day) && hours.holds(minuteOfDay / 60) && minutes.holds(minuteOfDay % 60)
    }

    /// 40 years: no combination of a date and a weekday is rarer (2096 to 2104 has no 29 February).
    private static let dayCountMax: Int64 = 40 * 366

    /// Whether the day so many days after 1970-01-01 is named.
    private func names(day: Int64) -> Bool {
        let date = CivilDate(daysSince1970: day)
        guard months.holds(date.month) else { return false }
        // 1970-01-01 was a Thursday.
        let weekday = Int(day - Self.floorDivide(day + 4, 7) * 7 + 4)
        let (byDate, byWeekday) = (days.holds(date.day), weekdays.holds(weekday))
        return needsBothDays ? byDate && byWeekday : byDate || byWeekday
    }

    /// The first minute of a day from `earliest` on whose hour and minute are named.
    private func firstMinute(from earliest: Int) -> Int? {
        for hour in (earliest / 60)..<24 where hours.holds(hour) {
            let first = hour == earliest / 60 ? earliest % 60 : 0
            if let minute = (first..<60).first(where: minutes.holds) { return hour * 60 + minute }
        }
        return nil
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

extension UInt64 {
    /// Whether bit `value` is set.
    fileprivate func holds(_ value: Int) -> Bool { self >> UInt64(clamping: value) & 1 == 1 }
}
