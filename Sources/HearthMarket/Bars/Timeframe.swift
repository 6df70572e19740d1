/// How long a bar lasts: `15m`, `1h`, `1d`, as the registry writes it (C34).
package struct Timeframe: Sendable, Hashable, CustomStringConvertible {
    /// Such as `15m`.
    package let description: String
    /// Always more than 0.
    package let microseconds: Int64

    /// Reads a number of seconds, minutes, hours, days or weeks: `^\d+[smhdw]$`.
    ///
    /// Throws ``MarketError`` for anything else, and for 0 and more than 53 weeks.
    package init(_ text: String) throws(MarketError) {
        let bytes = Array(text.utf8)
        let digits = bytes.dropLast()
        guard let last = bytes.last, let seconds = Self.seconds(of: last), !digits.isEmpty,
            digits.allSatisfy({ (0x30...0x39).contains($0) }), digits.count <= 8,
            let count = Int64(String(decoding: digits, as: UTF8.self)), count > 0,
            count * seconds <= Self.secondsMax
        else {
            throw MarketError(
                .badParameter, "the timeframe is '\(text.prefix(40))', expected a number with s, m, h, d or w",
                hint: "such as 15m, 1h or 1d")
        }
        description = text
        microseconds = count * seconds * 1_000_000
    }

    /// A year: longer bars are a mistake.
    private static let secondsMax: Int64 = 53 * 7 * 86_400

    private static func seconds(of unit: UInt8) -> Int64? {
        switch Unicode.Scalar(unit) {
        case "s": 1
        case "m": 60
        case "h": 3600
        case "d": 86_400
        case "w": 7 * 86_400
        default: nil
        }
    }
}
