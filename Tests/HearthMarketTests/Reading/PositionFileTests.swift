import Foundation
import HearthCore
import Testing

@testable import HearthMarket

struct PositionFileTests {
    private func read(_ text: String, barCount: Int = 3) throws -> [Position] {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("positions-\(UUID()).csv").path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        do throws(MarketError) {
            return try PositionFile.read(path, for: PerformanceSamples.walk(count: barCount, seed: 1).bars)
        } catch {
            var error = error
            error.path = error.path.isEmpty ? "" : "p.csv"
            throw error
        }
    }

    @Test func `numbers and words, times of several forms, other columns and other times are read`() throws {
        let text = """
            note,position,close_time\r
            "a, b",-1,3600\r
            x,long,1970-01-01T02:00:00Z\r

            y,0.0,10800.0\r
            z,1,1999-01-01
            """
        #expect(try read(text) == [.short, .long, .flat])
    }

    @Test(
        arguments: [
            ("", "p.csv:1: has no header with the columns close_time and position"),
            ("time,position\n", "p.csv:1: has no header with the columns close_time and position"),
            ("close_time,position\n3600\n", "p.csv:2: has 1 fields, the header has 2"),
            ("close_time,position\nsoon,1\n", "p.csv:2: 'soon' in close_time is no time"),
            ("close_time,position\n3600,2\n", "p.csv:2: '2' is no position"),
            ("close_time,position\n3600,0.5\n", "p.csv:2: '0.5' is no position"),
            ("close_time,position\n3600,nan\n", "p.csv:2: 'nan' is no position"),
            ("close_time,position\n3600,\n", "p.csv:2: '' is no position"),
            ("close_time,position\n3600,1\n3600,1\n", "p.csv:3: the time 1970-01-01T01:00:00.000000Z occurs twice"),
            (
                "close_time,position\n3600,1\n10800,1\n",
                "p.csv: has no position for the bar that closes at 1970-01-01T02:00:00.000000Z, the 2. of 3"
            ),
            ("close_time,position\n\(String(repeating: "x", count: 20_000))\n", "p.csv:2: is longer than 16384 bytes"),
        ])
    func `what cannot be read is named`(text: String, message: String) {
        let error = #expect(throws: MarketError.self) { try read(text) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    @Test func `a file that is not there is named`() {
        let error = #expect(throws: MarketError.self) {
            try PositionFile.read("/nonexistent/p.csv", for: PerformanceSamples.walk(count: 3, seed: 1).bars)
        }
        #expect(error?.code == .unreadable)
    }
}
