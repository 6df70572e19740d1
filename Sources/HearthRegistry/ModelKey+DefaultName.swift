package import HearthCore

extension ModelKey {
    /// The name of a registered model that has this key and was given no name by a person: `{model_type}.{metric_type}`
    /// or `{model_type}.{symbol}.{timeframe}`.
    ///
    /// Characters that a name cannot hold become `-`, so `BTC/USDT` gives `gradient_boosting.BTC-USDT.15m`. Two keys
    /// may therefore give one name; the registry refuses the second, and a person names it. The way back, from name to
    /// key, does not exist: the key is stored in columns of its own (C11).
    package func defaultName() throws(NameError) -> ModelName {
        let parts = [modelType] + [metricType, symbol, timeframe].compactMap { $0 }.filter { !$0.isEmpty }
        return try ModelName(parts.map(Self.slug).joined(separator: "."))
    }

    private static func slug(_ text: String) -> String {
        String(decoding: text.unicodeScalars.map { isNameScalar($0) ? UInt8($0.value) : 0x2D }, as: UTF8.self)
    }

    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9", "A"..."Z", "a"..."z", ".", "_", "-": true
        default: false
        }
    }
}
