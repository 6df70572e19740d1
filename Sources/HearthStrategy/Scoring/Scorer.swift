/// Asks a model for the score of one row; one thread at a time.
///
/// Two do: ``ServableScorer`` in this process, ``SocketScorer`` through a hearthd.
package protocol Scorer: AnyObject {
    /// The model that decides from now on.
    ///
    /// Throws ``ScoringFailure`` when there is none that can trade.
    func model(within timeout: Duration) throws(ScoringFailure) -> StrategyModel

    /// The score of `row`, a row of `model`'s features.
    ///
    /// - Parameter exactly: `model` has to answer; otherwise the one that is in production by now may take over.
    /// - Throws: ``ScoringFailure`` when nobody answered in time.
    func score(
        _ row: [Double], by model: StrategyModel, exactly: Bool, within timeout: Duration
    ) throws(ScoringFailure) -> ScoringOutcome
}

/// What asking for a score came to.
package enum ScoringOutcome: Sendable {
    /// The model that was asked has answered.
    case scored(ScoredRow)
    /// Another model is in production now: it is to decide this bar, from its own features.
    case switched(StrategyModel)
}

/// An answer.
package struct ScoredRow: Sendable, Equatable {
    /// The output and column that the model's decision rule names.
    package var score: Double
    /// Of the production pointer when the answer was given; 0 for a model that was asked for by its id.
    package var generation: UInt64
    /// Where the model came from: `file` or `database`.
    package var source: String

    package init(score: Double, generation: UInt64, source: String) {
        self.score = score
        self.generation = generation
        self.source = source
    }
}

/// Why a bar has no score: the kill switch that trips, and a sentence for a person.
package struct ScoringFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package var reason: EngineReason
    package var message: String

    package init(_ reason: EngineReason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    /// The reason and the sentence.
    package var description: String { "\(reason.rawValue): \(message)" }
}
