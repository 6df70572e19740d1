import Glibc
import HearthCore

/// Generates the hourly series of a hotel's minibars, with labelled anomalies: the same parameters give the same
/// readings.
///
/// Guests come and go with the weekday and the season, drink mostly in the evening, and between 10 and 15 o'clock
/// staff fill the minibars up again. Into that, ``MinibarCalendar`` puts incidents; each shows in the readings the way
/// such a thing shows in life, and most of them only in how the columns move together.
package struct MinibarGenerator: Sendable {
    package var parameters: MinibarParameters

    /// Hours of the day in which minibars are filled.
    static let refillHours = 10..<15
    /// Items in a full minibar.
    private static let itemsPerRoom = 8
    /// Items an occupied room consumes in each hour of a day; 2.4 in all.
    private static let demandByHour: [Double] = [
        0.105, 0.060, 0.030, 0.012, 0.006, 0.006, 0.012, 0.030, 0.045, 0.045, 0.045, 0.060,
        0.090, 0.090, 0.075, 0.075, 0.090, 0.120, 0.165, 0.210, 0.255, 0.285, 0.270, 0.219,
    ]

    package init(_ parameters: MinibarParameters = MinibarParameters()) {
        self.parameters = parameters
    }

    /// One reading per hour.
    ///
    /// Throws ``TrainingError`` for a size outside its range.
    package func readings() throws(TrainingError) -> [MinibarReading] {
        try parameters.check()
        var planning = Xoshiro256(seed: parameters.seed, stream: 1)
        let calendar = MinibarCalendar(days: parameters.days, random: &planning)
        var hotel = Hotel(rooms: parameters.rooms, random: Xoshiro256(seed: parameters.seed, stream: 2))
        var readings: [MinibarReading] = []
        readings.reserveCapacity(parameters.days * 24)
        var next = 0
        for hour in 0..<parameters.days * 24 {
            while next < calendar.incidents.count, calendar.incidents[next].hours.upperBound <= hour { next += 1 }
            let incident = calendar.incidents.dropFirst(next).first { $0.hours.contains(hour) }
            let isHoliday = calendar.holidays.contains(hour / 24)
            let state = hotel.advance(to: hour, isHoliday: isHoliday, incident: incident)
            readings.append(
                MinibarReading(
                    time: Timestamp(microseconds: parameters.start.microseconds + Int64(hour) * 3_600_000_000),
                    stockLevel: state.stock, consumption: state.consumption, refillHundredths: state.refillHundredths,
                    kind: incident?.kind ?? (isHoliday ? .holidayPeak : .normal)))
        }
        return readings
    }

    /// The truth behind the readings, hour by hour.
    private struct Hotel {
        struct Booked {
            var stock: Int
            var consumption: Int
            var refillHundredths: Int
        }

        let rooms: Int
        var random: Xoshiro256
        private var stock: Int
        private var refillHundredths = 450
        /// Items missing when the last round began.
        private var roundMissing = 0
        private var mood = 0.0
        private var occupancy = 0.6
        private var last = Booked(stock: 0, consumption: 0, refillHundredths: 450)

        init(rooms: Int, random: Xoshiro256) {
            self.rooms = rooms
            self.random = random
            stock = rooms * MinibarGenerator.itemsPerRoom * 9 / 10
        }

        private var capacity: Int { rooms * MinibarGenerator.itemsPerRoom }

        mutating func advance(to hour: Int, isHoliday: Bool, incident: MinibarCalendar.Incident?) -> Booked {
            let hourOfDay = hour % 24
            if hourOfDay == 0 { beginDay(hour / 24, isHoliday: isHoliday) }
            if MinibarGenerator.refillHours.contains(hourOfDay), incident?.kind != .missedRefill {
                refill(at: hourOfDay)
            }
            let demand = Double(rooms) * occupancy * MinibarGenerator.demandByHour[hourOfDay] * (isHoliday ? 1.35 : 1)
            let consumption = min(stock, poisson(demand))
            stock -= consumption
            var booked = Booked(stock: stock, consumption: consumption, refillHundredths: refillHundredths)
            if let incident { apply(incident, at: hour, to: &booked) }
            last = booked
            return booked
        }

        private mutating func beginDay(_ day: Int, isHoliday: Bool) {
            mood = 0.8 * mood + 0.03 * normal()
            let season = 0.16 * sin(2 * Double.pi * Double(day - 110) / 365)
            let week = [-0.06, -0.04, 0, 0.02, 0.12, 0.14, -0.02][day % 7]
            occupancy = isHoliday ? 0.97 : min(0.98, max(0.1, 0.62 + season + week + mood))
        }

        /// One hour of the round: what was missing when it began is brought in equal parts.
        private mutating func refill(at hourOfDay: Int) {
            let missing = capacity - stock
            if hourOfDay == MinibarGenerator.refillHours.lowerBound { roundMissing = missing }
            let minutes = 3 + 0.8 * Double(roundMissing) / Double(rooms) + 0.15 * normal()
            refillHundredths = max(50, Int((minutes * 100).rounded()))
            let share = 1 / Double(MinibarGenerator.refillHours.upperBound - hourOfDay)
            stock += Int((Double(missing) * share).rounded(.up))
        }

        private mutating func apply(_ incident: MinibarCalendar.Incident, at hour: Int, to booked: inout Booked) {
            switch incident.kind {
            case .theft:
                lose(0.12 + 0.18 * incident.strength, &booked)
            case .leak:
                lose(0.008 + 0.008 * incident.strength, &booked)
            case .stuckCounter:
                booked.stock = last.stock
                booked.consumption = last.consumption
            case .typo:
                if incident.strength < 0.5, booked.consumption > 0 {
                    booked.consumption *= 10
                } else {
                    booked.refillHundredths *= 10
                }
            case .missedRefill, .normal, .holidayPeak:
                break
            }
        }

        /// Takes a share of the capacity out of the stock without booking it.
        private mutating func lose(_ share: Double, _ booked: inout Booked) {
            stock -= min(stock, Int((Double(capacity) * share).rounded(.up)))
            booked.stock = stock
        }

        /// Box and Muller's normal deviate.
        private mutating func normal() -> Double {
            sqrt(-2 * log(1 - random.unit())) * cos(2 * Double.pi * random.unit())
        }

        /// Knuth's Poisson deviate, by parts for a large mean.
        private mutating func poisson(_ mean: Double) -> Int {
            var count = 0
            var rest = mean
            while rest > 0 {
                let part = min(rest, 30)
                rest -= part
                let limit = exp(-part)
                var product = random.unit()
                while product > limit {
                    count += 1
                    product *= random.unit()
                }
            }
            return count
        }
    }
}
