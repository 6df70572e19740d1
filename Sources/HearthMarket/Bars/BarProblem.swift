/// Why a line gives no bar.
package enum BarProblem: String, Sendable, CaseIterable {
    /// Longer than ``BarLimits/lineByteCountMax``.
    case overlong
    /// Too few fields, text where a number or a time belongs, or no JSON object.
    case malformed
    /// A price is missing or not a number.
    case notANumber = "not_a_number"
    /// A price is zero or less, or outside ``BarValidator/priceRange``.
    case badPrice = "bad_price"
    /// The high is not the highest of the four prices, or the low not the lowest.
    case inconsistent
    /// The volume is below zero, not a number, or above ``BarValidator/volumeMax``.
    case badVolume = "bad_volume"
    /// The bar closes before it opens, or later than its timeframe allows, or lies before 1900 or after 2199.
    case badTimes = "bad_times"
    /// It opens when the bar before it opened; the first of them is kept.
    case duplicate
    /// It opens before the bar before it.
    case outOfOrder = "out_of_order"
    /// It opens less than three quarters of a timeframe after the bar before it: bars of another timeframe.
    case overlapping
    /// It closes later than now: it is not complete, or a clock is wrong. Told only where time passes with the bars.
    case notYet = "not_yet"

    /// What it is, for a person.
    package var sentence: String {
        switch self {
        case .overlong: "line too long"
        case .malformed: "cannot be read"
        case .notANumber: "a price is missing or not a number"
        case .badPrice: "a price is zero or less, or beyond all reason"
        case .inconsistent: "high or low contradict the other prices"
        case .badVolume: "the volume is below zero, or beyond all reason"
        case .badTimes: "the times cannot be"
        case .duplicate: "opens when the bar before it opened"
        case .outOfOrder: "opens before the bar before it"
        case .overlapping: "opens before the bar before it is over"
        case .notYet: "closes in the future"
        }
    }
}
