/// `strategy:` which models decide, and what trading costs.
package struct StrategySection: Sendable, Equatable {
    /// The type in the model's name `{model_type}.{symbol}.{timeframe}`.
    package var modelType = "gradient_boosting"
    /// The name of the registered model; nil for the one made of type, symbol and timeframe.
    package var model: String?
    /// A second model, by name or model_id, that is asked as well and only logged; nil for none.
    package var shadowModel: String?
    /// Basis points of the traded notional per unit of position change, both.
    package var feeBasisPoints = 10.0
    package var slippageBasisPoints = 5.0

    package init() {}

    static let settings: [Setting<SystemConfiguration>] = [
        Setting(
            "strategy.model_type", \.strategy.modelType, .name("a model type"),
            variable: "HEARTH_STRATEGY_MODEL_TYPE",
            "The type in the model's name, which is {model_type}.{symbol}.{timeframe}."),
        Setting(
            optional: "strategy.model", \.strategy.model, .name("a model's name"),
            variable: "HEARTH_STRATEGY_MODEL", "The registered model, where its name is not made of type and market."),
        Setting(
            optional: "strategy.shadow_model", \.strategy.shadowModel,
            .name("a model's name or a model_id"),
            variable: "HEARTH_STRATEGY_SHADOW_MODEL",
            "A second model that is asked at each bar and logged; it decides nothing."),
        Setting(
            "strategy.fee_bps", \.strategy.feeBasisPoints, .number(0...1000),
            variable: "HEARTH_STRATEGY_FEE_BPS", "The fee, in basis points of what is traded."),
        Setting(
            "strategy.slippage_bps", \.strategy.slippageBasisPoints, .number(0...1000),
            variable: "HEARTH_STRATEGY_SLIPPAGE_BPS",
            "What a fill is worse than the open, in basis points of what is traded."),
    ]
}
