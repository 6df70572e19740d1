/// `training.label:` what is learned (R143).
package struct LabelSettings: Sendable, Equatable {
    /// How a bar gets its label.
    package enum Kind: String, Sendable, CaseIterable {
        /// By the return over a fixed number of bars.
        case fixedHorizon = "fixed_horizon"
        /// By which of three barriers the price meets first.
        case tripleBarrier = "triple_barrier"
    }

    package var kind = Kind.tripleBarrier
    package var horizonBars = 12
    /// Fixed horizon: returns of at most this size, as a share of the price, are no label.
    package var deadZone = 0.0
    /// Triple barrier: bars that volatility is measured over, and the barriers' distances in units of it.
    package var volatilityBars = 50
    package var takeProfit = 1.0
    package var stopLoss = 1.0

    package init() {}

    static let settings: [Setting<SystemConfiguration>] = [
        Setting(
            "training.label.kind", \.training.label.kind, .choice, variable: "HEARTH_TRAINING_LABEL_KIND",
            "How a bar gets its label: by the return at the horizon, or by the barrier that is touched first."),
        Setting(
            "training.label.horizon_bars", \.training.label.horizonBars, .integer(1...10_000),
            variable: "HEARTH_TRAINING_LABEL_HORIZON_BARS", "Bars that the label looks ahead."),
        Setting(
            "training.label.dead_zone", \.training.label.deadZone, .number(0...1),
            variable: "HEARTH_TRAINING_LABEL_DEAD_ZONE",
            "fixed_horizon: a smaller return, as a share of the price, is no label."),
        Setting(
            "training.label.volatility_bars", \.training.label.volatilityBars, .integer(2...10_000),
            variable: "HEARTH_TRAINING_LABEL_VOLATILITY_BARS", "triple_barrier: bars that volatility is over."),
        Setting(
            "training.label.take_profit", \.training.label.takeProfit, .number(0...1000, isAbove: true),
            variable: "HEARTH_TRAINING_LABEL_TAKE_PROFIT",
            "triple_barrier: the upper barrier's distance, in units of volatility."),
        Setting(
            "training.label.stop_loss", \.training.label.stopLoss, .number(0...1000, isAbove: true),
            variable: "HEARTH_TRAINING_LABEL_STOP_LOSS",
            "triple_barrier: the lower barrier's distance, in units of volatility."),
    ]
}

/// `training.decision:` from a score to a position; it is stored with the model.
package struct DecisionSettings: Sendable, Equatable {
    /// Scores from here on are long.
    package var long = 0.55
    /// Scores up to here are short; nil for a strategy that never sells short.
    package var short: Double?

    package init() {}

    static let settings: [Setting<SystemConfiguration>] = [
        Setting(
            "training.decision.long", \.training.decision.long, .number(0...1),
            variable: "HEARTH_TRAINING_DECISION_LONG", "A probability of a rise from here on is long."),
        Setting(
            optional: "training.decision.short", \.training.decision.short, .number(0...1),
            variable: "HEARTH_TRAINING_DECISION_SHORT",
            "A probability of a rise up to here is short; without it nothing is sold short."),
    ]
}
