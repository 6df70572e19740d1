/// What one user may take of the server, over all its connections. Off unless set: on most machines all workers of an
/// application are one user, and no number fits them all.
package struct PeerLimits: Sendable, Equatable {
    /// Calls a second in the long run, and how many may come at once after a pause.
    package struct Rate: Sendable, Equatable {
        /// At a million the nanoseconds between two calls are still exact to a tenth of a percent.
        package static let perSecondMax = 1_000_000
        package static let burstMax = 1_000_000

        package let perSecond: Int
        package let burst: Int

        /// nil when a number is not from 1 to its maximum.
        package init?(perSecond: Int, burst: Int) {
            guard (1...Self.perSecondMax).contains(perSecond), (1...Self.burstMax).contains(burst) else { return nil }
            self.perSecond = perSecond
            self.burst = burst
        }

        /// Reads `500` or `500:2000`; without a burst it is what two seconds allow. nil when the text is neither.
        package init?(text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
            guard let first = parts.first, let perSecond = first, parts.count <= 2, parts.allSatisfy({ $0 != nil }),
                (1...Self.perSecondMax).contains(perSecond)
            else { return nil }
            let burst = parts.count == 2 ? (parts[1] ?? 0) : min(perSecond * 2, Self.burstMax)
            self.init(perSecond: perSecond, burst: burst)
        }
    }

    /// nil for no limit.
    package var rate: Rate?
    /// Calls that wait for a load, a batch or the registry; nil for no limit.
    package var inFlightCallCountMax: Int?
    /// nil for no limit.
    package var connectionCountMax: Int?

    package init(rate: Rate? = nil, inFlightCallCountMax: Int? = nil, connectionCountMax: Int? = nil) {
        self.rate = rate
        self.inFlightCallCountMax = inFlightCallCountMax
        self.connectionCountMax = connectionCountMax
    }
}
