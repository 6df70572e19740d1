package import HearthArtifacts
package import HearthMarket

/// What one model from shuffled labels came to.
package struct ShuffledOutcome: Sendable, Equatable {
    package let seed: UInt64
    package let measures: PerformanceMeasures

    package init(seed: UInt64, measures: PerformanceMeasures) {
        self.seed = seed
        self.measures = measures
    }
}

/// A model beside models from shuffled labels, by cumulative return over the same bars.
package struct ShuffledComparison: Sendable, Equatable {
    package let model: PerformanceMeasures
    package let outcomes: [ShuffledOutcome]

    /// With more, nothing is known better.
    package static let countMax = 1000

    /// `outcomes` is not empty.
    package init(model: PerformanceMeasures, outcomes: [ShuffledOutcome]) {
        precondition(!outcomes.isEmpty, "there is something to compare with")
        self.model = model
        self.outcomes = outcomes
    }

    /// Their cumulative returns, ascending.
    package var cumulativeReturns: [Double] { outcomes.map(\.measures.cumulativeReturn).sorted() }

    /// How many did at least as well as the model.
    package var atLeastAsGoodCount: Int {
        outcomes.count { $0.measures.cumulativeReturn >= model.cumulativeReturn }
    }

    /// How probable it is to be among so few best by chance: `(k + 1) / (n + 1)` for `k` of `n` at least as good
    /// (Phipson and Smyth, "Permutation P-values Should Never Be Zero", 2010).
    package var pValue: Double { Double(atLeastAsGoodCount + 1) / Double(outcomes.count + 1) }

    /// What it says, and what it does not.
    package var verdict: String {
        let found =
            "\(atLeastAsGoodCount) of \(outcomes.count) models that learned from labels in random order earned at "
            + "least as much."
        if pValue <= 0.05 { return found + " So the labels taught this one something that these bars paid for." }
        let few = outcomes.count < 19 ? " (fewer than 19 can never show more)" : ""
        return found + " These bars do not tell it from a model that has learned nothing\(few)."
    }

    /// For a program.
    package var json: JSONValue {
        .object([
            "runs": .integer(Int64(outcomes.count)), "at_least_as_good": .integer(Int64(atLeastAsGoodCount)),
            "p_value": .number(pValue), "verdict": .string(verdict),
            "cum_return": .array(outcomes.map { .number($0.measures.cumulativeReturn) }),
            "sharpe": .array(outcomes.map { $0.measures.annualSharpe.map(JSONValue.number) ?? .null }),
            "seed": .array(outcomes.map { .integer(Int64(clamping: $0.seed)) }),
        ])
    }
}
