package import HearthArtifacts
package import HearthCore

/// What the trainer says of a model and the live engine holds itself to: features, decision rule, trained window.
///
/// It lies among the version's `parameters` in the registry and in `meta.json`, so whoever can see the version can see
/// it; the server hands it out with `Models.Get`.
package struct ModelCard: Sendable, Equatable {
    package var symbol: String
    package var timeframe: Timeframe
    package var schema: FeatureSchema
    package var decision: DecisionRule
    /// What was learned: the label's configuration (R133), as its own type writes it.
    package var label: JSONValue
    /// The close times of the first and the last bar that was learned from.
    package var firstTrained: Timestamp
    package var lastTrained: Timestamp
    /// The least and the greatest value of each feature among the rows learned from, in the order of the columns.
    package var ranges: [ClosedRange<Double>]

    package init(
        symbol: String, timeframe: Timeframe, schema: FeatureSchema, decision: DecisionRule, label: JSONValue,
        firstTrained: Timestamp, lastTrained: Timestamp, ranges: [ClosedRange<Double>]
    ) {
        self.symbol = symbol
        self.timeframe = timeframe
        self.schema = schema
        self.decision = decision
        self.label = label
        self.firstTrained = firstTrained
        self.lastTrained = lastTrained
        self.ranges = ranges
    }

    /// The members to put among a version's `parameters`.
    ///
    /// Throws ``MarketError`` when the schema cannot be hashed.
    package func parameters() throws(MarketError) -> [String: JSONValue] {
        [
            "symbol": .string(symbol), "timeframe": .string(timeframe.description), "feature_schema": schema.json,
            "feature_schema_hash": .string(try schema.hash()), "feature_preset": .string(schema.preset),
            "decision": decision.json, "label_config": label,
            "trained_from_microseconds": .integer(firstTrained.microseconds),
            "trained_to_microseconds": .integer(lastTrained.microseconds),
            "feature_ranges": .array(
                ranges.map { .array([.number($0.lowerBound), .number($0.upperBound)]) }),
        ]
    }

    /// Reads what ``parameters()`` wrote out of a version's parameters.
    ///
    /// Throws ``MarketError`` that names what is missing or does not fit: a model without a card cannot trade.
    package init(parameters: [String: JSONValue]) throws(MarketError) {
        func text(_ key: String) throws(MarketError) -> String {
            guard case .string(let text)? = parameters[key] else { throw Self.missing(key) }
            return text
        }
        func time(_ key: String) throws(MarketError) -> Timestamp {
            guard case .integer(let microseconds)? = parameters[key] else { throw Self.missing(key) }
            return Timestamp(microseconds: microseconds)
        }
        guard let schemaJSON = parameters["feature_schema"] else { throw Self.missing("feature_schema") }
        guard let decisionJSON = parameters["decision"] else { throw Self.missing("decision") }
        guard case .array(let rangesJSON)? = parameters["feature_ranges"] else { throw Self.missing("feature_ranges") }
        let schema = try FeatureSchema(json: schemaJSON)
        let (stated, computed) = (try text("feature_schema_hash"), try schema.hash())
        guard stated == computed else {
            throw MarketError(
                .badCard,
                "the model states the feature schema \(stated.prefix(12)), its features give "
                    + "\(computed.prefix(12))", hint: "the card was changed after the training; train the model again")
        }
        var ranges: [ClosedRange<Double>] = []
        for entry in rangesJSON {
            guard case .array(let ends) = entry, ends.count == 2, let low = ends[0].double, let high = ends[1].double,
                low <= high
            else { throw Self.missing("feature_ranges") }
            ranges.append(low...high)
        }
        guard ranges.count == schema.definitions.count else {
            throw MarketError(
                .badCard, "the model has \(ranges.count) feature ranges for \(schema.definitions.count) features")
        }
        self.init(
            symbol: try text("symbol"), timeframe: try Timeframe(try text("timeframe")), schema: schema,
            decision: try DecisionRule(json: decisionJSON), label: parameters["label_config"] ?? .null,
            firstTrained: try time("trained_from_microseconds"), lastTrained: try time("trained_to_microseconds"),
            ranges: ranges)
    }

    private static func missing(_ key: String) -> MarketError {
        MarketError(
            .badCard, "the model's parameters have no usable '\(key)'",
            hint: "only models that hearth-trainer trained on bars can trade; train it again")
    }
}
