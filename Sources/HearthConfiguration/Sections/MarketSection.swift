/// `market:` what is traded and where its bars come from.
package struct MarketSection: Sendable, Equatable {
    /// As the registry writes it, such as `BTC/USDT`.
    package var symbol: String?
    /// The length of a bar, such as `15m`; the form is checked here, the range by whoever trades.
    package var timeframe: String?
    /// Where bars come from, such as `stdin` or `tail:bars.csv`.
    package var feed: String?

    package init() {}

    static let settings: [Setting<SystemConfiguration>] = [
        Setting(
            optional: "market.symbol", \.market.symbol, .line("a symbol", charactersMax: 64),
            variable: "HEARTH_MARKET_SYMBOL", "What is traded, as the registry writes it, such as BTC/USDT."),
        Setting(
            optional: "market.timeframe", \.market.timeframe, .timeframe,
            variable: "HEARTH_MARKET_TIMEFRAME", "How long a bar lasts."),
        Setting(
            optional: "market.feed", \.market.feed,
            .line("stdin, file:PATH, tail:PATH or socket:PATH"),
            variable: "HEARTH_MARKET_FEED",
            "Where bars come from: stdin (NDJSON), file:PATH, tail:PATH (a growing file) or socket:PATH."),
    ]
}
