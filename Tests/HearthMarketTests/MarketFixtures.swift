import Glibc
import HearthCore
import HearthMarket
import HearthTestSupport

/// Bars and files for tests.
enum MarketFixtures {
    static func bars(_ count: Int, seed: UInt64 = 7, timeframe: String = "1h") throws -> [Bar] {
        var parameters = BarGenerator.Parameters(timeframe: try Timeframe(timeframe))
        parameters.count = count
        parameters.seed = seed
        return try BarGenerator(parameters).bars().map(\.bar)
    }

    /// Bars with these closes, an hour apart, whose other prices are the close.
    static func bars(closes: [Double]) -> [Bar] {
        closes.enumerated().map { index, close in
            bar(hour: index, open: close, high: close, low: close, close: close)
        }
    }

    static func bar(
        hour: Int, open: Double, high: Double, low: Double, close: Double, volume: Double = 1
    ) -> Bar {
        let hourLength: Int64 = 3_600_000_000
        let start: Int64 = 1_700_006_400_000_000
        return Bar(
            openTime: Timestamp(microseconds: start + Int64(hour) * hourLength),
            closeTime: Timestamp(microseconds: start + Int64(hour + 1) * hourLength), open: open, high: high, low: low,
            close: close, volume: volume)
    }

    /// Gives `body` the path of a file with `text`, which is gone afterwards.
    static func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
        let folder = try TemporaryFolder()
        let path = folder.file("bars.csv")
        let descriptor = try FileDescriptor.open(path, flags: O_WRONLY | O_CREAT | O_CLOEXEC, mode: 0o600)
        try unsafe Array(text.utf8).withUnsafeBytes { bytes in
            try unsafe descriptor.write(bytes, subject: path)
        }
        return try withExtendedLifetime(folder) { try body(path) }
    }
}
