import HearthArtifacts
import HearthCore
import HearthMarket

extension SignalRecord {
    /// The record as a line of a signal log: JSON with its keys always in this order, a line end at the end.
    package var line: [UInt8] {
        JSONLine.object { line in
            line.member("sequence", sequence)
            line.member("open_time", openTime.iso8601)
            line.member("close_time", closeTime.iso8601)
            line.member("close", close)
            line.member("state", state)
            line.member("reasons", reasons)
            line.member("used_model_id", usedModelID)
            line.member("generation", generation)
            line.member("schema_hash", schemaHash)
            line.member("features_hash", featuresHash)
            line.member("score", score)
            line.member("decision", decision.description)
            line.member("source", source)
            line.member("position", position.description)
            line.member("equity", equity)
            line.member("peak_equity", peakEquity)
            line.member("latency_us", latencyMicroseconds)
        }
    }

    /// Reads what ``line`` wrote; nil for anything else.
    package init?(line: [UInt8]) {
        guard case .object(let members)? = JSONValue(text: String(decoding: line, as: UTF8.self)),
            case .integer(let sequence)? = members["sequence"], (0..<Self.sequenceMax).contains(sequence),
            let openTime = Self.time(members["open_time"]), let closeTime = Self.time(members["close_time"]),
            let close = members["close"]?.double, case .string(let state)? = members["state"],
            case .array(let reasons)? = members["reasons"], let decision = Self.position(members["decision"]),
            let position = Self.position(members["position"]), let equity = members["equity"]?.double,
            let peakEquity = members["peak_equity"]?.double
        else { return nil }
        self.init(
            sequence: Int(sequence), openTime: openTime, closeTime: closeTime, close: close, state: state,
            reasons: reasons.compactMap(\.text), usedModelID: members["used_model_id"]?.text,
            generation: members["generation"]?.integer.flatMap(UInt64.init(exactly:)),
            schemaHash: members["schema_hash"]?.text, featuresHash: members["features_hash"]?.text,
            score: members["score"]?.double, decision: decision, source: members["source"]?.text, position: position,
            equity: equity, peakEquity: peakEquity, latencyMicroseconds: members["latency_us"]?.double)
    }

    /// More bars than any log holds; a number above it is damage.
    private static let sequenceMax: Int64 = 1 << 53

    private static func position(_ value: JSONValue?) -> Position? {
        value?.text.flatMap { Position($0) }
    }

    private static func time(_ value: JSONValue?) -> Timestamp? {
        value?.text.flatMap { FieldTime.timestamp(ArraySlice($0.utf8)) }
    }
}

extension JSONValue {
    /// Text; nil for everything else.
    fileprivate var text: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// A whole number; nil for everything else.
    fileprivate var integer: Int64? {
        if case .integer(let number) = self { return number }
        return nil
    }
}
