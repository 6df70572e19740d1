import FoundationEssentials
import HearthCore
import HearthMarket
import Testing

/// On the series that `deploy/fetch-data` leaves in the cache; skipped where it has not run.
struct RealBarsTests {
    private static let folder: String = {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache"
        return "\(cache)/hearth/data"
    }()

    private static func isThere(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(folder)/\(name)")
    }

    @Test(.enabled(if: isThere("EURUSD-1h.csv"), "deploy/fetch-data has not run"))
    func `a year of hours has no bad bar and no gap but its weekends`() throws {
        let (bars, report) = try BarFile.read("\(Self.folder)/EURUSD-1h.csv", isStrict: true)
        #expect(bars.count == 5000)
        #expect(report.timeframe?.description == "1h")
        #expect(report.gaps.count == 0)
        #expect(report.weekendGaps.count == 42)
        #expect(bars[0].closeTime.iso8601 == "2017-04-19T10:00:00.000000Z")
        #expect(bars[4999].close == 1.22904)
    }

    @Test(
        .enabled(if: isThere("EURUSD-1h.csv") && isThere("GOOG-1d.csv"), "deploy/fetch-data has not run"),
        arguments: ["EURUSD-1h.csv", "GOOG-1d.csv"])
    func `features of real bars do not look ahead, and do not depend on where they begin`(name: String) throws {
        let bars = try BarFile.read("\(Self.folder)/\(name)").bars
        let schema = FeaturePreset.basic.schema
        let counts = stride(from: 500, to: bars.count, by: 450)
        let leak = try LookAheadCheck.firstLeak(bars: bars, barCounts: counts) { bars in
            let matrix = try FeatureMatrix(schema, bars: bars)
            return bars.indices.map { matrix.row(ofBar: $0).map { Array($0) } ?? [] }
        }
        #expect(leak == nil)
        let whole = try FeatureMatrix(schema, bars: bars)
        #expect(whole.values.allSatisfy { $0.isFinite })
        for end in counts {
            let recent = try FeatureMatrix(schema, bars: Array(bars[(end - whole.firstBarIndex)...end]))
            #expect(recent.rowCount == 1)
            #expect(recent.values == whole.row(ofBar: end).map { Array($0) })
        }
    }

    @Test(.enabled(if: isThere("EURUSD-1h.csv"), "deploy/fetch-data has not run"))
    func `barriers of real bars are touched on both sides`() throws {
        let bars = try BarFile.read("\(Self.folder)/EURUSD-1h.csv").bars
        let labels = try LabelConfiguration.tripleBarrier(horizon: 24, upper: 3, lower: 3, volatilityWindow: 50)
            .labels(bars)
        for direction in Label.Direction.allCases {
            #expect(labels.count { $0?.direction == direction } > 400)
        }
        let folds = try WalkForward(foldCount: 4, testBarCount: 600, embargo: 24, training: .expanding)
            .folds(labels, firstRow: 112)
        #expect(folds.last?.testRange == 4400..<5000)
    }
}
