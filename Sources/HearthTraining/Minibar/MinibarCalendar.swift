import Glibc

/// What is planned before the first hour is simulated: holidays and incidents, by hour of the series.
struct MinibarCalendar {
    struct Incident {
        var kind: MinibarKind
        /// Hours that are labelled with it.
        var hours: Range<Int>
        /// How strong it is, 0..<1 of the kind's own range.
        var strength: Double
    }

    private(set) var incidents: [Incident] = []
    /// Days of full house.
    private(set) var holidays: Set<Int> = []

    /// The first hours are free of incidents, so that a model has something ordinary to learn from.
    private static let quietHours = 7 * 24
    /// Hours between the end of one incident and the next on average.
    private static let gapHoursMean = 11.0 * 24

    init(days: Int, random: inout Xoshiro256) {
        planHolidays(days: days, random: &random)
        planIncidents(days: days, random: &random)
    }

    /// Two to four days, every seven weeks or so.
    private mutating func planHolidays(days: Int, random: inout Xoshiro256) {
        var day = 10 + random.below(20)
        while day < days {
            let length = 2 + random.below(3)
            holidays.formUnion(day..<min(days, day + length))
            day += 35 + random.below(30)
        }
    }

    /// Incidents one after the other, all kinds equally often, never two at a time.
    private mutating func planIncidents(days: Int, random: inout Xoshiro256) {
        let kinds: [MinibarKind] = [.theft, .missedRefill, .stuckCounter, .typo, .leak]
        var round: [MinibarKind] = []
        var hour = Self.quietHours
        while true {
            hour += 24 + Int(-log(1 - random.unit()) * (Self.gapHoursMean - 24))
            if round.isEmpty { round = random.permutation(of: kinds.count).map { kinds[$0] } }
            let kind = round.removeLast()
            let hours = Self.hours(of: kind, after: hour, random: &random)
            guard hours.upperBound <= days * 24 else { return }
            incidents.append(Incident(kind: kind, hours: hours, strength: random.unit()))
            hour = hours.upperBound
        }
    }

    private static func hours(of kind: MinibarKind, after hour: Int, random: inout Xoshiro256) -> Range<Int> {
        let midnight = (hour / 24 + 1) * 24
        switch kind {
        case .theft:
            return hour..<hour + 1 + random.below(2)
        case .missedRefill:
            // From the first hour in which stock should have risen to the next day's round.
            return midnight + MinibarGenerator.refillHours.lowerBound..<midnight + 24
                + MinibarGenerator.refillHours.lowerBound
        case .stuckCounter:
            return hour..<hour + 10 + random.below(21)
        case .typo:
            // In the evening, when there is something to mistype.
            let start = midnight + 18 + random.below(5)
            return start..<start + 1
        case .leak:
            return hour..<hour + 24 + random.below(37)
        case .normal, .holidayPeak:
            preconditionFailure("\(kind) is no incident")
        }
    }
}
