import HearthMarket
import Testing

struct LookAheadCheckTests {
    private let bars: [Bar]
    private let prefixes = Array(stride(from: 7, to: 400, by: 31))

    init() throws {
        bars = try MarketFixtures.bars(400)
    }

    @Test(arguments: FeaturePreset.allCases)
    func `the library's features do not look ahead`(preset: FeaturePreset) throws {
        let leak = try LookAheadCheck.firstLeak(bars: bars, barCounts: prefixes) { bars in
            let matrix = try FeatureMatrix(preset.schema, bars: bars)
            return bars.indices.map { matrix.row(ofBar: $0).map { Array($0) } ?? [] }
        }
        #expect(leak == nil)
    }

    @Test func `a feature that sees the next close is caught`() throws {
        let leak = try LookAheadCheck.firstLeak(bars: bars, barCounts: prefixes) { bars in
            bars.indices.map { index in
                [bars[index].close, index + 1 < bars.count ? bars[index + 1].close / bars[index].close : .nan]
            }
        }
        #expect(leak?.barIndex == 6)
        #expect(leak?.column == 1)
        #expect(leak?.barCount == 7)
        #expect(leak?.onPrefix.isNaN == true)
        #expect(leak?.onWhole == bars[7].close / bars[6].close)
    }

    @Test func `a feature that is scaled by the mean of the whole series is caught`() throws {
        let leak = try LookAheadCheck.firstLeak(bars: bars, barCounts: prefixes) { bars in
            let mean = bars.map(\.close).reduce(0, +) / Double(bars.count)
            return bars.map { [$0.close / mean - 1] }
        }
        #expect(leak?.barIndex == 0)
    }

    @Test func `a label used as a feature is caught`() throws {
        let configuration = LabelConfiguration.fixedHorizon(horizon: 5, deadZone: .relative(0))
        let leak = try LookAheadCheck.firstLeak(bars: bars, barCounts: prefixes) { bars in
            try configuration.labels(bars).map { [$0.map { Double($0.direction.rawValue) } ?? -1] }
        }
        #expect(leak?.barIndex == 2)
    }

    @Test func `a feature that drops rows is an error`() {
        #expect(throws: MarketError.self) {
            try LookAheadCheck.firstLeak(bars: bars, barCounts: prefixes) { _ in [] }
        }
    }
}
