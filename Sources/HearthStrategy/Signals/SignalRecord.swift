package import HearthCore
package import HearthMarket

/// One decision at the close of one bar: what was seen, which model answered, what it said, what is wanted.
///
/// Everything but ``latencyMicroseconds`` follows from the bars and the models alone, so that a backtest, a replay and
/// a live run over the same bars write the same records.
package struct SignalRecord: Sendable, Equatable {
    /// The bar's number in the run, from 0.
    package var sequence: Int
    package var openTime: Timestamp
    package var closeTime: Timestamp
    package var close: Double
    /// `warming`, `live`, `degraded` or `halted`.
    package var state: String
    /// What holds the engine back, empty while it is live.
    package var reasons: [String]
    /// The model that answered (R158); nil when none did.
    package var usedModelID: String?
    package var generation: UInt64?
    /// The feature schema that the model and the row have in common, in hexadecimal.
    package var schemaHash: String?
    /// The SHA-256 of the row's values as little-endian doubles, in hexadecimal.
    package var featuresHash: String?
    package var score: Double?
    /// What the decision rule wants, kill switches included.
    package var decision: Position
    /// Who answered: `file`, `database`; nil when nobody did.
    package var source: String?
    /// What the paper account holds since the bar's open, and what it is worth at the bar's close as a multiple of what
    /// it began with; its greatest worth at any close so far.
    package var position: Position
    package var equity: Double
    package var peakEquity: Double
    /// From the bar's arrival to the decision; nil in a replay, where it would say nothing.
    package var latencyMicroseconds: Double?

    package init(
        sequence: Int, openTime: Timestamp, closeTime: Timestamp, close: Double, state: String, reasons: [String],
        usedModelID: String?, generation: UInt64?, schemaHash: String?, featuresHash: String?, score: Double?,
        decision: Position, source: String?, position: Position = .flat, equity: Double = 1, peakEquity: Double = 1,
        latencyMicroseconds: Double?
    ) {
        self.sequence = sequence
        self.openTime = openTime
        self.closeTime = closeTime
        self.close = close
        self.state = state
        self.reasons = reasons
        self.usedModelID = usedModelID
        self.generation = generation
        self.schemaHash = schemaHash
        self.featuresHash = featuresHash
        self.score = score
        self.decision = decision
        self.source = source
        self.position = position
        self.equity = equity
        self.peakEquity = peakEquity
        self.latencyMicroseconds = latencyMicroseconds
    }
}
