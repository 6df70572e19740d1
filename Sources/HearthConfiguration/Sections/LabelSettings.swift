/// `training.label:` what is learned (R143).
package struct LabelSettings: Sendable, Equatable {
    /// How a bar gets its label.
    package enum Kind: String, Sendable, CaseIterable {
        /// By the return over a fixed number of bars.
        case fixedHorizon = "fixed_horizon"
        /// By which of three barriers the price meets first.
        case tripleBarrier = "triple_barrier"
    }

    /// What a bar counts as after which the price went neither way.
    package enum Neutral: String, Sendable, CaseIterable {
        /// As not up.
        case negative
        /// As nothing: it is neither learned from nor measured on.
        case leftOut = "left_out"
    }

    package var kind = Kind.fixedHorizon
    package var horizonBars = 4
    /// Fixed horizon: a return of at most this size, as a share of the price, is neutral.
    package var deadZone = 0.0
    /// Triple barrier: the distances of the prices above and below, in volatilities of the last so many bars.
    package var upper = 2.0
    package var lower = 2.0
    package var volatilityWindow = 20
    package var neutral = Neutral.negative

    package init() {}

    static let settings: [Setting<SystemConfiguration>] = [
        Setting(
            "training.label.kind", \.training.label.kind, .choice, variable: "HEARTH_TRAINING_LABEL_KIND",
            "How a bar gets its label: by the return at the horizon, or by the barrier that is touched first."),
        Setting(
            "training.label.horizon_bars", \.training.label.horizonBars, .integer(1...10_000),
            variable: "HEARTH_TRAINING_LABEL_HORIZON_BARS", "Bars that the label looks ahead."),
        Setting(
            "training.label.dead_zone", \.training.label.deadZone, .number(0...0.999),
            variable: "HEARTH_TRAINING_LABEL_DEAD_ZONE",
            "fixed_horizon: a return of at most this size is neutral; 0.001 is 0.1 %."),
        Setting(
            "training.label.upper", \.training.label.upper, .number(0...1000, isAbove: true),
            variable: "HEARTH_TRAINING_LABEL_UPPER",
            "triple_barrier: the distance of the upper price, in volatilities."),
        Setting(
            "training.label.lower", \.training.label.lower, .number(0...1000, isAbove: true),
            variable: "HEARTH_TRAINING_LABEL_LOWER",
            "triple_barrier: the distance of the lower price, in volatilities."),
        Setting(
            "training.label.volatility_window", \.training.label.volatilityWindow, .integer(2...10_000),
            variable: "HEARTH_TRAINING_LABEL_VOLATILITY_WINDOW",
            "triple_barrier: bars that the volatility is computed from."),
        Setting(
            "training.label.neutral", \.training.label.neutral, .choice, variable: "HEARTH_TRAINING_LABEL_NEUTRAL",
            "Bars that went neither way count as not up (negative), or are not looked at (left_out)."),
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
