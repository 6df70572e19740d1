package import HearthArtifacts

extension PerformanceMeasures {
    /// The measures by the names that a version's `metrics` and `metrics.csv` have; what is unknown is null.
    ///
    /// `cum_return` and `sharpe` are the columns of `registry_index.csv` (R134); `sharpe` is per year.
    package var metrics: [String: JSONValue] {
        [
            "cum_return": .number(cumulativeReturn),
            "sharpe": .optional(annualSharpe),
            "sharpe_standard_error": .optional(annualSharpeStandardError),
            "sharpe_per_bar": .optional(sharpe?.perBar),
            "sharpe_per_bar_standard_error": .optional(sharpe?.standardError),
            "mean_return": .number(meanReturn),
            "return_standard_deviation": .optional(sharpe?.standardDeviation),
            "max_drawdown": .number(maxDrawdown),
            "hit_rate": .optional(hitRate),
            "turnover": .integer(Int64(turnover)),
            "turnover_per_year": .number(annualTurnover),
            "exposure": .number(exposure),
            "trades": .integer(Int64(tradeCount)),
            "costs": .number(costs),
            "returns": .integer(Int64(returnCount)),
            "bars_per_year": .number(barsPerYear),
        ]
    }
}

extension JSONValue {
    /// Null for nil.
    static func optional(_ value: Double?) -> JSONValue { value.map(JSONValue.number) ?? .null }
}
