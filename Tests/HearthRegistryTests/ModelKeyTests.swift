import HearthCore
import HearthRegistry
import Testing

@Suite struct ModelKeyTests {
    @Test(arguments: [
        (ModelKey(modelType: "isolation_forest", metricType: "stok_seviye"), "isolation_forest.stok_seviye"),
        (
            ModelKey(modelType: "gradient_boosting", symbol: "BTC/USDT", timeframe: "15m"),
            "gradient_boosting.BTC-USDT.15m"
        ),
        (ModelKey(modelType: "zscore", metricType: "doluluk oranı"), "zscore.doluluk-oran-"),
        (ModelKey(modelType: "zscore"), "zscore"),
        (ModelKey(modelType: "zscore", metricType: "", symbol: "X"), "zscore.X"),
        (ModelKey(modelType: "z", metricType: "a", symbol: "B", timeframe: "1h"), "z.a.B.1h"),
        (ModelKey(modelType: "z", symbol: "../x"), "z...-x"),
    ])
    func `C11 a name is made of the key, slugged`(_ key: ModelKey, _ name: String) throws {
        #expect(try key.defaultName().text == name)
    }

    @Test(arguments: ["", "/", "şey", ".x", String(repeating: "a", count: 129)])
    func `a model type that gives no name is refused`(_ modelType: String) {
        #expect(throws: NameError.self) { try ModelKey(modelType: modelType, metricType: "x").defaultName() }
    }
}
