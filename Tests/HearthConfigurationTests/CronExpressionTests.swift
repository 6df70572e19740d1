import Foundation
import HearthConfiguration
import HearthCore
import Testing

struct CronExpressionTests {
    static func time(_ text: String) throws -> Timestamp {
        try #require(FieldTime.timestamp(Array(text.utf8)[...]))
    }

    @Test(arguments: [
        ("* * * * *", "2025-01-01T00:00:00", "2025-01-01T00:01:00"),
        ("* * * * *", "2025-01-01T00:00:59.999999", "2025-01-01T00:01:00"),
        ("0 3 * * *", "2025-01-01T03:00:00", "2025-01-02T03:00:00"),
        ("0 3 * * 1", "2025-01-01", "2025-01-06T03:00:00"),
        ("0 3 * * mon", "2025-01-06T02:59:59", "2025-01-06T03:00:00"),
        ("0 3 * * 7", "2025-01-01", "2025-01-05T03:00:00"),
        ("30 4 1,15 * 5", "2025-01-02", "2025-01-03T04:30:00"),
        ("30 4 1,15 * 5", "2025-01-10T05:00", "2025-01-15T04:30:00"),
        ("30 4 1,15 * *", "2025-01-02", "2025-01-15T04:30:00"),
        ("0 0 */2 * mon", "2025-01-01", "2025-01-13T00:00:00"),
        ("0 0 29 2 *", "2025-01-01", "2028-02-29T00:00:00"),
        ("0 0 29 2 *", "2097-01-01", "2104-02-29T00:00:00"),
        ("59 23 31 12 *", "2025-12-31T23:59", "2026-12-31T23:59:00"),
        ("5/20 0 * * *", "2025-01-01T00:06", "2025-01-01T00:25:00"),
        ("0 0 1 jan-mar/2 *", "2025-01-15", "2025-03-01T00:00:00"),
    ]) func `the next time of an expression`(expression: String, after: String, next: String) throws {
        let cron = try CronExpression(expression)
        #expect(cron.next(after: try Self.time(after)) == (try Self.time(next)))
    }

    @Test(arguments: [
        ("", "0 fields found in '', expected 5"),
        ("0 3 * *", "4 fields found in '0 3 * *', expected 5"),
        ("60 3 * * *", "the minute is '60': '60' is none of its values"),
        ("0 24 * * *", "the hour is '24': '24' is none of its values"),
        ("0 0 0 * *", "the day of month is '0': '0' is none of its values"),
        ("0 0 * 13 *", "the month is '13': '13' is none of its values"),
        ("0 0 * * 8", "the day of week is '8': '8' is none of its values"),
        ("0 0 * * xyz", "the day of week is 'xyz': 'xyz' is none of its values"),
        ("*/0 0 * * *", "the minute is '*/0': the step '0' is no number above 0"),
        ("5-1 0 * * *", "the minute is '5-1': the range '5-1' ends before it begins"),
        ("1,,2 0 * * *", "the minute is '1,,2': '' is none of its values"),
        ("-1 0 * * *", "the minute is '-1': '' is none of its values"),
        ("99999999999999999999 0 * * *", "the minute is '99999999999999999999'"),
        ("0 0 30 2 *", "'0 0 30 2 *' names a day that no year has"),
    ]) func `an expression that is none is refused by field`(expression: String, message: String) {
        do throws(CronError) {
            _ = try CronExpression(expression)
            Issue.record("\(expression) was read")
        } catch {
            #expect(error.message.hasPrefix(message), "\(error.message)")
            #expect(!error.hint.isEmpty)
        }
    }

    /// Minute by minute with Foundation's calendar and fields kept as sets: slow, and written differently.
    @Test func `next and names equal a search minute by minute`() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        var generator = SplitMix64(seed: 20_251_121)
        for _ in 0..<60 {
            let plain = PlainCron(using: &generator)
            let cron = try CronExpression(plain.text)
            // Around the ends of months and leap years.
            let start = Int64.random(in: 0...2_000_000, using: &generator) * 1440 + 1_380
            let time = Timestamp(microseconds: start * 60_000_000 + 17)
            let expected = (1...(3 * 1440)).first { plain.names(minute: start + Int64($0), calendar) }
            let found = try #require(cron.next(after: time))
            if let expected {
                #expect(found.microseconds == (start + Int64(expected)) * 60_000_000, "\(plain.text) \(time)")
            } else {
                #expect(found.microseconds > (start + 3 * 1440) * 60_000_000, "\(plain.text) \(time)")
                #expect(plain.names(minute: found.microseconds / 60_000_000, calendar), "\(plain.text) \(found)")
            }
            #expect(cron.names(found))
            #expect(found == cron.next(after: Timestamp(microseconds: found.microseconds - 1)))
        }
    }

    @Test func `days before 1970 are counted as well`() throws {
        #expect(
            try CronExpression("0 0 * * thu").next(after: Timestamp(microseconds: -86_400_000_000 * 3))
                == Timestamp(microseconds: 0))
    }
}

/// The oracle: an expression as sets of numbers.
private struct PlainCron {
    var minutes: Set<Int>?
    var hours: Set<Int>?
    var days: Set<Int>?
    var months: Set<Int>?
    var weekdays: Set<Int>?

    init(using generator: inout some RandomNumberGenerator) {
        func some(_ range: ClosedRange<Int>, _ g: inout some RandomNumberGenerator) -> Set<Int>? {
            guard Bool.random(using: &g) else { return nil }
            return Set((0..<3).map { _ in Int.random(in: range, using: &g) })
        }
        minutes = some(0...59, &generator)
        hours = some(0...23, &generator)
        days = some(1...28, &generator)
        months = some(1...12, &generator)
        weekdays = some(0...7, &generator)
    }

    var text: String {
        [minutes, hours, days, months, weekdays].map { set in
            set.map { $0.sorted().map(String.init).joined(separator: ",") } ?? "*"
        }.joined(separator: " ")
    }

    func names(minute: Int64, _ calendar: Calendar) -> Bool {
        let parts = calendar.dateComponents(
            [.minute, .hour, .day, .month, .weekday], from: Date(timeIntervalSince1970: Double(minute) * 60))
        guard let m = parts.minute, let h = parts.hour, let d = parts.day, let month = parts.month,
            let weekday = parts.weekday
        else { return false }
        guard minutes?.contains(m) ?? true, hours?.contains(h) ?? true, months?.contains(month) ?? true else {
            return false
        }
        let byWeekday = weekdays.map { $0.contains(weekday - 1) || (weekday == 1 && $0.contains(7)) }
        switch (days, byWeekday) {
        case (nil, nil): return true
        case (let days?, nil): return days.contains(d)
        case (nil, let byWeekday?): return byWeekday
        case (let days?, let byWeekday?): return days.contains(d) || byWeekday
        }
    }
}
