/// What a feature computes, with its parameters checked: the library of features.
///
/// Each is defined, with its source, in <doc:Features>. All have a finite memory, so that a value depends on the last
/// ``warmUpBarCount`` bars and on nothing before them: two pipelines that began at different bars give the same bits.
enum FeatureKind: Sendable, Equatable {
    case logReturn(lag: Int)
    case volatility(window: Int)
    case rsi(period: Int)
    case averageTrueRange(period: Int)
    case movingAverageDistance(window: Int)
    case exponentialDistance(period: Int)
    case bollingerPosition(window: Int, deviations: Double)
    case volumeZ(window: Int)
    case barRange
    case timeOfDaySine
    case timeOfDayCosine
    case dayOfWeekSine
    case dayOfWeekCosine

    /// The longest window, period or lag.
    static let windowMax = 10_000
    /// Bars that Wilder's averages remember, in periods: what lies before weighs less than e^-7.
    static let wilderMemory = 8
    /// Bars that an exponential average remembers, in periods: what lies before weighs less than e^-6.
    static let exponentialMemory = 4

    /// Reads a definition.
    ///
    /// Throws ``MarketError`` for an unknown kind, and a parameter that is missing, unknown or out of range.
    init(_ definition: FeatureDefinition) throws(MarketError) {
        var parameters = ParameterReader(definition)
        switch definition.kind {
        case "log_return": self = .logReturn(lag: try parameters.whole("lag", 1...Self.windowMax))
        case "volatility": self = .volatility(window: try parameters.whole("window", 2...Self.windowMax))
        case "rsi": self = .rsi(period: try parameters.whole("period", 2...Self.windowMax / Self.wilderMemory))
        case "atr":
            self = .averageTrueRange(period: try parameters.whole("period", 2...Self.windowMax / Self.wilderMemory))
        case "sma_distance": self = .movingAverageDistance(window: try parameters.whole("window", 2...Self.windowMax))
        case "ema_distance":
            self = .exponentialDistance(
                period: try parameters.whole("period", 2...Self.windowMax / Self.exponentialMemory))
        case "bollinger_position":
            self = .bollingerPosition(
                window: try parameters.whole("window", 2...Self.windowMax),
                deviations: try parameters.number("deviations", 0.1...100))
        case "volume_z": self = .volumeZ(window: try parameters.whole("window", 2...Self.windowMax))
        case "bar_range": self = .barRange
        case "time_of_day_sin": self = .timeOfDaySine
        case "time_of_day_cos": self = .timeOfDayCosine
        case "day_of_week_sin": self = .dayOfWeekSine
        case "day_of_week_cos": self = .dayOfWeekCosine
        default:
            throw MarketError(
                .badCard, "the feature '\(definition.name)' is of the unknown kind '\(definition.kind)'",
                hint: "use a version of Hearth that has it, or train the model again")
        }
        try parameters.finish()
    }

    /// Bars that must have come, the one that the value is for among them.
    var warmUpBarCount: Int {
        switch self {
        case .logReturn(let lag): lag + 1
        case .volatility(let window): window + 1
        case .rsi(let period), .averageTrueRange(let period): period * Self.wilderMemory + 1
        case .movingAverageDistance(let window), .bollingerPosition(let window, _), .volumeZ(let window): window
        case .exponentialDistance(let period): period * Self.exponentialMemory
        case .barRange, .timeOfDaySine, .timeOfDayCosine, .dayOfWeekSine, .dayOfWeekCosine: 1
        }
    }
}

/// Takes the parameters of one definition, each once.
private struct ParameterReader {
    private let definition: FeatureDefinition
    private var taken: Set<String> = []

    init(_ definition: FeatureDefinition) {
        self.definition = definition
    }

    mutating func whole(_ name: String, _ range: ClosedRange<Int>) throws(MarketError) -> Int {
        taken.insert(name)
        guard let value = definition.parameters[name], let whole = Int(exactly: value), range.contains(whole) else {
            throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return whole
    }

    mutating func number(_ name: String, _ range: ClosedRange<Double>) throws(MarketError) -> Double {
        taken.insert(name)
        guard let value = definition.parameters[name], range.contains(value) else {
            throw wrong(name, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func finish() throws(MarketError) {
        guard let unknown = definition.parameters.keys.filter({ !taken.contains($0) }).min() else { return }
        throw MarketError(
            .badCard, "the feature '\(definition.name)' has the unknown parameter '\(unknown)'",
            hint: "'\(definition.kind)' takes " + (taken.isEmpty ? "none" : taken.sorted().joined(separator: ", ")))
    }

    private func wrong(_ name: String, _ expected: String) -> MarketError {
        let found = definition.parameters[name].map { "\($0)" } ?? "missing"
        return MarketError(
            .badCard, "the parameter '\(name)' of the feature '\(definition.name)' is \(found), expected \(expected)")
    }
}
