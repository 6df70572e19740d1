/// What a column of a table, or a member of a JSON object, means for a bar.
enum BarColumn: Int, CaseIterable {
    case openTime, open, high, low, close, volume, closeTime

    /// The column of that name, in any case; nil when it means nothing for a bar.
    ///
    /// `T` alone is the close time and `t` the open time, as in Binance's messages. The name of the first column may be
    /// empty, as pandas writes an index: see ``BarLayout``.
    init?(name: some StringProtocol) {
        if name == "T" {
            self = .closeTime
            return
        }
        switch Self.normal(name) {
        case "time", "timestamp", "date", "datetime", "opentime", "t", "ts": self = .openTime
        case "open", "o": self = .open
        case "high", "h": self = .high
        case "low", "l": self = .low
        case "close", "c": self = .close
        case "volume", "v", "vol": self = .volume
        case "closetime": self = .closeTime
        default: return nil
        }
    }

    /// What it is called in messages.
    var name: String {
        switch self {
        case .openTime: "time"
        case .open: "open"
        case .high: "high"
        case .low: "low"
        case .close: "close"
        case .volume: "volume"
        case .closeTime: "close_time"
        }
    }

    /// Whether a bar cannot do without it.
    var isRequired: Bool { self != .volume && self != .closeTime }

    /// Small letters and digits alone: `<Open Time>` is `opentime`.
    private static func normal(_ name: some StringProtocol) -> String {
        String(name.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) })
    }
}
