import HearthArtifacts
import HearthCore
import Testing

@testable import HearthMarket

struct ModelCardTests {
    private func card() throws -> ModelCard {
        let schema = FeatureSchema(
            preset: "test", definitions: [FeatureDefinition(name: "rsi_14", kind: "rsi", parameters: ["period": 14])])
        return ModelCard(
            symbol: "BTC-USDT", timeframe: try Timeframe("15m"), schema: schema,
            decision: try DecisionRule(output: "predict_proba", column: 1, long: 0.55, short: nil), label: .null,
            firstTrained: Timestamp(microseconds: 1), lastTrained: Timestamp(microseconds: 2), ranges: [0...100])
    }

    @Test func `a card comes back out of the registry's parameters`() throws {
        let text = try CompactJSON.text(try card().parameters())
        guard case .object(let members)? = JSONValue(text: text) else { throw TestFailure() }
        #expect(try ModelCard(parameters: members) == card())
    }

    @Test(arguments: ["feature_schema", "decision", "feature_ranges", "feature_schema_hash", "symbol", "timeframe"])
    func `a card that lacks something is refused by its name`(key: String) throws {
        var members = try card().parameters()
        members[key] = nil
        let error = #expect(throws: MarketError.self) { try ModelCard(parameters: members) }
        #expect(error?.message.contains("'\(key)'") == true)
    }

    @Test func `a card whose features were changed is refused`() throws {
        var changed = try card()
        changed.schema.definitions[0].parameters["period"] = 15
        var members = try card().parameters()
        members["feature_schema"] = changed.schema.json
        let error = #expect(throws: MarketError.self) { try ModelCard(parameters: members) }
        #expect(error?.message.contains("states the feature schema") == true)
    }

    @Test(arguments: ["", "m", "0m", "15", "15x", "-1m", "999999999w", "1.5h"])
    func `a timeframe is a number and a unit`(text: String) {
        #expect(throws: MarketError.self) { try Timeframe(text) }
    }

    @Test func `a score is long, short or flat, and no number is flat`() throws {
        let rule = try DecisionRule(output: "predict_proba", column: 1, long: 0.6, short: 0.4)
        #expect(rule.position(for: 0.6) == .long)
        #expect(rule.position(for: 0.5) == .flat)
        #expect(rule.position(for: 0.4) == .short)
        #expect(rule.position(for: .nan) == .flat)
        #expect(throws: MarketError.self) {
            try DecisionRule(output: "predict_proba", column: 1, long: 0.4, short: 0.4)
        }
    }

    private struct TestFailure: Error {}
}
