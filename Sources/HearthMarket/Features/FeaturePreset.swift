/// Feature schemas by name, so that a training and a configuration can say which one in a word.
package enum FeaturePreset: String, Sendable, CaseIterable {
    /// Returns, volatility, RSI, ATR, distances to averages, Bollinger position, volume, time of day.
    case basic
    /// ``basic`` for bars of a day and longer: the day of the week in place of the time of day.
    case daily
    /// Returns over several lags and their volatility.
    case returns

    /// The preset of that name.
    ///
    /// Throws ``MarketError`` that lists the names there are.
    package init(named name: String) throws(MarketError) {
        guard let preset = Self(rawValue: name) else {
            throw MarketError(
                .badParameter, "the feature preset is '\(name.prefix(40))'",
                hint: "expected one of " + Self.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self = preset
    }

    /// The schema, of the current library version.
    package var schema: FeatureSchema {
        let definitions =
            switch self {
            case .basic: Self.returnFeatures + Self.indicators + Self.sineAndCosine("time_of_day")
            case .daily: Self.returnFeatures + Self.indicators + Self.sineAndCosine("day_of_week")
            case .returns: Self.returnFeatures + [Self.windowed("volatility", 20)]
            }
        return FeatureSchema(preset: rawValue, definitions: definitions)
    }

    private static let returnFeatures = [1, 2, 3, 5, 8, 13].map { lag in
        FeatureDefinition(name: "return_\(lag)", kind: "log_return", parameters: ["lag": Double(lag)])
    }

    private static let indicators = [
        windowed("volatility", 20),
        FeatureDefinition(name: "rsi_14", kind: "rsi", parameters: ["period": 14]),
        FeatureDefinition(name: "atr_14", kind: "atr", parameters: ["period": 14]),
        windowed("sma_distance", 10), windowed("sma_distance", 20), windowed("sma_distance", 50),
        FeatureDefinition(
            name: "bollinger_20", kind: "bollinger_position", parameters: ["window": 20, "deviations": 2]),
        windowed("volume_z", 20),
        FeatureDefinition(name: "bar_range", kind: "bar_range"),
    ]

    private static func windowed(_ kind: String, _ window: Int) -> FeatureDefinition {
        FeatureDefinition(name: "\(kind)_\(window)", kind: kind, parameters: ["window": Double(window)])
    }

    private static func sineAndCosine(_ kind: String) -> [FeatureDefinition] {
        ["sin", "cos"].map { FeatureDefinition(name: "\(kind)_\($0)", kind: "\(kind)_\($0)") }
    }
}
