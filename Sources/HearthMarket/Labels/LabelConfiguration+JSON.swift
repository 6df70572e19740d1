package import HearthArtifacts

extension LabelConfiguration {
    /// The configuration as a model's parameters hold it (R133).
    package var json: JSONValue {
        var members: [String: JSONValue] = ["entry": .string(Self.entry), "horizon": .integer(Int64(horizon))]
        switch self {
        case .fixedHorizon(_, .relative(let size)):
            members["kind"] = .string("fixed_horizon")
            members["dead_zone"] = .number(size)
            members["unit"] = .string("return")
        case .fixedHorizon(_, .volatility(let multiple, let window)):
            members["kind"] = .string("fixed_horizon")
            members["dead_zone"] = .number(multiple)
            members["unit"] = .string("volatility")
            members["volatility_window"] = .integer(Int64(window))
        case .tripleBarrier(_, let upper, let lower, let window):
            members["kind"] = .string("triple_barrier")
            members["upper"] = .number(upper)
            members["lower"] = .number(lower)
            members["volatility_window"] = .integer(Int64(window))
        }
        return .object(members)
    }

    /// Reads what ``json`` wrote.
    ///
    /// Throws ``MarketError`` for anything else and for parameters out of range.
    package init(json: JSONValue) throws(MarketError) {
        guard case .object(let members) = json, case .string(let kind)? = members["kind"] else {
            throw Self.unusable("has no kind")
        }
        func number(_ key: String) throws(MarketError) -> Double {
            guard let number = members[key]?.double else { throw Self.unusable("has no number '\(key)'") }
            return number
        }
        func whole(_ key: String) throws(MarketError) -> Int {
            guard case .integer(let number)? = members[key] else { throw Self.unusable("has no whole number '\(key)'") }
            return Int(clamping: number)
        }
        guard members["entry"] == .string(Self.entry) else {
            throw Self.unusable("enters at another price than the next bar's open")
        }
        switch (kind, members["unit"]) {
        case ("fixed_horizon", .string("return")):
            self = .fixedHorizon(horizon: try whole("horizon"), deadZone: .relative(try number("dead_zone")))
        case ("fixed_horizon", .string("volatility")):
            self = .fixedHorizon(
                horizon: try whole("horizon"),
                deadZone: .volatility(multiple: try number("dead_zone"), window: try whole("volatility_window")))
        case ("triple_barrier", nil):
            self = .tripleBarrier(
                horizon: try whole("horizon"), upper: try number("upper"), lower: try number("lower"),
                volatilityWindow: try whole("volatility_window"))
        default: throw Self.unusable("has the unknown kind '\(kind.prefix(40))' or an unknown unit")
        }
        try check()
    }

    private static let entry = "next_open"

    private static func unusable(_ what: String) -> MarketError {
        MarketError(
            .badCard, "the label configuration \(what)",
            hint: "only models that hearth-trainer trained on bars carry one; train it again")
    }
}
