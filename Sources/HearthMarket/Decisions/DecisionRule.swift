package import HearthArtifacts

/// From a model's score to the position that is wanted until the next bar closes.
///
/// `score >= long` is long, `score <= short` is short, anything between is flat; a score that is no number is flat.
package struct DecisionRule: Sendable, Equatable {
    /// The output of the model that is the score, such as `predict_proba`.
    package var output: String
    /// The column of that output, from 0: for `predict_proba` the class.
    package var column: Int
    package var long: Double
    /// Nil for a strategy that never sells short.
    package var short: Double?

    /// Throws ``MarketError`` when the thresholds are no numbers or overlap.
    package init(output: String, column: Int, long: Double, short: Double?) throws(MarketError) {
        guard long.isFinite, short?.isFinite ?? true else {
            throw MarketError(.badParameter, "the thresholds of a decision must be numbers")
        }
        if let short, short >= long {
            throw MarketError(
                .badParameter, "the threshold for short is \(short), which is not below the one for long, \(long)",
                hint: "give a lower one, or none for a strategy that never sells short")
        }
        guard (0..<4096).contains(column) else {
            throw MarketError(.badParameter, "the score's column is \(column), expected 0 or a few")
        }
        self.output = output
        self.column = column
        self.long = long
        self.short = short
    }

    /// The position wanted for `score`.
    package func position(for score: Double) -> Position {
        if score >= long { return .long }
        if let short, score <= short { return .short }
        return .flat
    }

    /// The rule as a model's parameters hold it.
    package var json: JSONValue {
        .object([
            "output": .string(output), "column": .integer(Int64(column)), "long": .number(long),
            "short": short.map(JSONValue.number) ?? .null,
        ])
    }

    /// Reads what ``json`` wrote.
    ///
    /// Throws ``MarketError`` for anything else.
    package init(json: JSONValue) throws(MarketError) {
        guard case .object(let members) = json, case .string(let output)? = members["output"],
            case .integer(let column)? = members["column"], let long = members["long"]?.double
        else {
            throw MarketError(
                .badCard, "the model's decision rule has no output, column or threshold",
                hint: "only models that hearth-trainer trained on bars carry one; train it again")
        }
        try self.init(
            output: output, column: Int(clamping: column), long: long, short: members["short"]?.double)
    }
}

extension JSONValue {
    /// A number of either kind; nil for everything else.
    package var double: Double? {
        switch self {
        case .number(let number): number
        case .integer(let number): Double(number)
        case .null, .bool, .string, .array, .object: nil
        }
    }
}
