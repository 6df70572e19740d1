package import HearthCore

/// The trades of one interval of one symbol.
///
/// A bar is known from its close time on, never before: whoever decides on it decides at or after ``closeTime``.
package struct Bar: Sendable, Equatable {
    /// When the interval begins.
    package var openTime: Timestamp
    /// When the interval ends, which is when the bar is complete.
    package var closeTime: Timestamp
    /// The first, highest, lowest and last price, in the quote currency.
    package var open: Double
    package var high: Double
    package var low: Double
    package var close: Double
    /// What was traded, in units of the base currency; 0 where the source has none.
    package var volume: Double

    package init(
        openTime: Timestamp, closeTime: Timestamp, open: Double, high: Double, low: Double, close: Double,
        volume: Double
    ) {
        self.openTime = openTime
        self.closeTime = closeTime
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
    }
}
