package import HearthClient
import HearthCore
import HearthMarket

/// Asks a hearthd over its socket; the warm path is one `Predict` on a connection of its own.
///
/// - A pinned model is asked for by its id.
/// - `auto` asks by name, and the reply says which version answered and for which generation of the pointer. When that
///   is another one than the engine's, its card is had from a background watch, which has usually fetched it already,
///   or else with `Models.Get`, and the engine is told to switch.
///
/// A call that fails while the server restarts is made again until the bar's deadline. An answer of a z-score is
/// refused: without a trusted model there is no position.
package final class SocketScorer: Scorer {
    private let client: HearthClient
    private let choice: ProductionModel
    private let predictor: Predictor
    private let cards: ModelCards
    /// The version that was asked for by its id last, and the predictor for it.
    private var exact: (modelID: String, predictor: Predictor)?
    private var pinned: StrategyModel?

    /// A scorer on `client`; it connects at the first call.
    package init(_ choice: ProductionModel, client: HearthClient) {
        self.client = client
        self.choice = choice
        cards = ModelCards(client: client)
        switch choice {
        case .auto(let name):
            predictor = client.predictor(for: name)
            cards.watch(name)
        case .pinned(let modelID): predictor = client.predictor(for: "", version: modelID)
        }
    }

    deinit {
        cards.stop()
    }

    package func model(within timeout: Duration) throws(ScoringFailure) -> StrategyModel {
        switch choice {
        case .auto(let name): return try cards.production(of: name, within: timeout)
        case .pinned(let modelID):
            if let pinned { return pinned }
            let model = try cards.model(modelID, within: timeout)
            pinned = model
            return model
        }
    }

    package func score(
        _ row: [Double], by model: StrategyModel, exactly: Bool, within timeout: Duration
    ) throws(ScoringFailure) -> ScoringOutcome {
        let began = MonotonicTime.now()
        var followsName = false
        if case .auto = choice, !exactly { followsName = true }
        let asked = exactly ? exactPredictor(model.modelID) : predictor
        let answer: Predictor.Answer
        do {
            answer = try asked.predict(row, timeout: timeout)
        } catch {
            let failure = ScoringFailure(error)
            guard followsName, error.code == .invalidArgument else { throw failure }
            // A new production model with other columns refuses the old one's row.
            let production = try self.model(within: timeout - began.elapsed)
            guard production.modelID != model.modelID else { throw failure }
            return .switched(production)
        }
        guard answer.modelVersion == model.modelID else {
            guard followsName else {
                throw ScoringFailure(
                    .scoringFailed, "'\(model.modelID)' was asked and '\(answer.modelVersion)' answered")
            }
            let next = try cards.model(answer.modelVersion, within: timeout - began.elapsed)
            return .switched(next.with(generation: answer.generation))
        }
        guard answer.source == .file || answer.source == .database else {
            throw ScoringFailure(.noModel, "the answer came from '\(answer.source.rawValue)', not from a model")
        }
        return .scored(
            ScoredRow(
                score: try value(of: model, asked), generation: followsName ? answer.generation : model.generation,
                source: answer.source.rawValue))
    }

    /// The value that the decision rule names.
    private func value(of model: StrategyModel, _ asked: Predictor) throws(ScoringFailure) -> Double {
        let rule = model.card.decision
        guard let output = asked.output(named: rule.output), rule.column < asked.valueCount(output) else {
            throw ScoringFailure(
                .modelUnusable,
                "the decision rule of '\(model.modelID)' names column \(rule.column) of '\(rule.output)', which it "
                    + "does not answer; train it again")
        }
        return asked.value(output, at: rule.column)
    }

    private func exactPredictor(_ modelID: String) -> Predictor {
        if case .pinned(modelID) = choice { return predictor }
        if let exact, exact.modelID == modelID { return exact.predictor }
        let fresh = client.predictor(for: "", version: modelID)
        exact = (modelID, fresh)
        return fresh
    }
}

extension ScoringFailure {
    /// What a failed call means for a bar.
    init(_ error: HearthError) {
        switch error.code {
        case .deadlineExceeded: self.init(.deadlineMissed, error.description)
        case .notFound: self.init(.noModel, error.description)
        case .ok, .cancelled, .unknown, .invalidArgument, .alreadyExists, .permissionDenied, .resourceExhausted,
            .failedPrecondition, .aborted, .outOfRange, .unimplemented, .internalError, .unavailable, .dataLoss,
            .unauthenticated:
            self.init(.scoringFailed, error.description)
        }
    }
}

extension MonotonicTime {
    /// The time since then.
    var elapsed: Duration { .nanoseconds(MonotonicTime.now() - self) }
}
