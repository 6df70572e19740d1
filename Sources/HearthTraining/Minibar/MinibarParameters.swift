package import HearthCore

/// The size and the beginning of a generated minibar series.
package struct MinibarParameters: Sendable, Equatable {
    package var days: Int
    package var rooms: Int
    package var seed: UInt64
    /// Midnight of the first day, UTC.
    package var start: Timestamp

    /// - Parameter start: 2024-01-01, a Monday, unless another day is given.
    package init(
        days: Int = 365, rooms: Int = 120, seed: UInt64 = 7,
        start: Timestamp = Timestamp(microseconds: 1_704_067_200_000_000)
    ) {
        self.days = days
        self.rooms = rooms
        self.seed = seed
        self.start = start
    }

    package static let daysRange = 21...3650
    package static let roomsRange = 5...5000

    /// Throws ``TrainingError`` for a size outside its range.
    package func check() throws(TrainingError) {
        guard Self.daysRange.contains(days) else {
            throw TrainingError(
                .badParameter, "days is \(days), expected \(Self.daysRange.lowerBound) to \(Self.daysRange.upperBound)")
        }
        guard Self.roomsRange.contains(rooms) else {
            throw TrainingError(
                .badParameter,
                "rooms is \(rooms), expected \(Self.roomsRange.lowerBound) to \(Self.roomsRange.upperBound)")
        }
    }
}
