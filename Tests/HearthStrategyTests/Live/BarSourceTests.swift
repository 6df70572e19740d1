import HearthMarket
import HearthStrategy
import Testing

struct BarSourceTests {
    @Test(arguments: [
        ("stdin", BarSource.standardInput), ("-", .standardInput), ("file:a.csv", .file("a.csv")),
        ("tail:/b:c.csv", .tail("/b:c.csv")), ("socket:/run/x.sock", .socket("/run/x.sock")),
    ]) func `a feed is named by its kind and path`(text: String, source: BarSource) throws {
        #expect(try BarSource(text) == source)
        #expect(try BarSource(source.description) == source)
    }

    @Test(arguments: ["", "file", "file:", "tail:", "ftp:x", "stdin:x"])
    func `anything else is refused with what is expected`(text: String) {
        #expect {
            _ = try BarSource(text)
        } throws: {
            ($0 as? StrategyError)?.description
                == "the feed is '\(text)', expected stdin, file:PATH, tail:PATH or socket:PATH"
        }
    }

    @Test func `auto is the model's name, anything else a model_id (R155, R156, R157)`() throws {
        let timeframe = try Timeframe("15m")
        #expect(
            try ProductionModel("auto", modelType: "random_forest", symbol: "BTC/USDT", timeframe: timeframe)
                == .auto(name: "random_forest.BTC-USDT.15m"))
        #expect(
            try ProductionModel("some_id", modelType: "random_forest", symbol: "BTC/USDT", timeframe: timeframe)
                == .pinned(modelID: "some_id"))
        #expect(throws: StrategyError.self) {
            _ = try ProductionModel("auto", modelType: "", symbol: "BTC/USDT", timeframe: timeframe)
        }
    }
}
