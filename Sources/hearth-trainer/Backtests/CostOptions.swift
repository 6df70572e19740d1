import ArgumentParser
import HearthMarket

/// What trading is assumed to cost.
struct CostOptions: ParsableArguments {
    @Option(help: "The fee, in basis points (1/100 of a percent) of what is traded.")
    var feeBps = 10.0

    @Option(help: "How much worse than the open a fill is, in basis points of what is traded.")
    var slippageBps = 5.0

    func costs() throws(MarketError) -> TradeCosts {
        try TradeCosts(feeBasisPoints: feeBps, slippageBasisPoints: slippageBps)
    }

    func validate() throws {
        do throws(MarketError) { _ = try costs() } catch { throw ValidationError(error.description) }
    }
}
