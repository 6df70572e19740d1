package import HearthCore

/// What happens in an hour of a generated minibar series.
package enum MinibarKind: String, Sendable, CaseIterable {
    case normal
    /// A public holiday or fair: full house and more consumption. Unusual, but no anomaly.
    case holidayPeak = "holiday_peak"
    /// Stock disappears within an hour or two with no consumption booked.
    case theft
    /// The daily refill does not take place: stock goes on falling until the next one.
    case missedRefill = "missed_refill"
    /// Stock and consumption repeat one reading.
    case stuckCounter = "stuck_counter"
    /// One reading is ten times what it should be.
    case typo
    /// Stock seeps away for a day or more with no consumption booked.
    case leak

    package var isAnomaly: Bool {
        switch self {
        case .normal, .holidayPeak: false
        case .theft, .missedRefill, .stuckCounter, .typo, .leak: true
        }
    }
}

/// One hour of a hotel's minibars, as its system books it.
///
/// The CSV names are those of the specification (R16).
package struct MinibarReading: Sendable, Equatable {
    /// The beginning of the hour.
    package var time: Timestamp
    /// `stok_seviye`: items in all minibars at the end of the hour.
    package var stockLevel: Int
    /// `tuketim_miktar`: items booked as consumed in the hour.
    package var consumption: Int
    /// `dolum_sure`: minutes per room that the last refill round took, in hundredths.
    package var refillHundredths: Int
    package var kind: MinibarKind

    package init(time: Timestamp, stockLevel: Int, consumption: Int, refillHundredths: Int, kind: MinibarKind) {
        self.time = time
        self.stockLevel = stockLevel
        self.consumption = consumption
        self.refillHundredths = refillHundredths
        self.kind = kind
    }

    /// The readings as a CSV file: header, then one line per hour.
    package static func csv(of readings: [MinibarReading]) -> String {
        readings.reduce(into: "time,stok_seviye,tuketim_miktar,dolum_sure,label,kind\n") { text, reading in
            text += reading.csvLine + "\n"
        }
    }

    /// A line of the CSV file, without its end.
    package var csvLine: String {
        let hundredths = refillHundredths % 100
        let minutes = "\(refillHundredths / 100).\(hundredths < 10 ? "0" : "")\(hundredths)"
        let label = kind.isAnomaly ? 1 : 0
        return "\(time.iso8601.prefix(19))Z,\(stockLevel),\(consumption),\(minutes),\(label),\(kind.rawValue)"
    }
}
