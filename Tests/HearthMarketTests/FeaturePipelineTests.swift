import HearthMarket
import Testing

struct FeaturePipelineTests {
    private func rows(_ schema: FeatureSchema, _ bars: some Sequence<Bar>) throws -> [[Double]?] {
        var pipeline = try FeaturePipeline(schema)
        return bars.map { bar in
            pipeline.push(bar)
            return pipeline.isWarm ? pipeline.values : nil
        }
    }

    @Test(arguments: FeaturePreset.allCases)
    func `features on a prefix equal features on the whole, to the bit`(preset: FeaturePreset) throws {
        let bars = try MarketFixtures.bars(400)
        let whole = try rows(preset.schema, bars)
        for count in stride(from: 1, through: bars.count, by: 37) {
            #expect(try rows(preset.schema, bars.prefix(count)) == Array(whole.prefix(count)))
        }
    }

    @Test(arguments: FeaturePreset.allCases, [1, 2, 3] as [UInt64])
    func `a warm-up of n equals one of 4n to the bit`(preset: FeaturePreset, seed: UInt64) throws {
        let length = try FeaturePipeline(preset.schema).warmUpBarCount
        let bars = try MarketFixtures.bars(4 * length + 50, seed: seed)
        let long = try rows(preset.schema, bars)
        for end in 4 * length..<bars.count {
            let short = try rows(preset.schema, bars[(end - length + 1)...end])
            #expect(short.last == long[end])
        }
    }

    @Test(arguments: FeaturePreset.allCases)
    func `a row comes with the bar that completes the warm-up, and every value is a number`(
        preset: FeaturePreset
    ) throws {
        let length = try FeaturePipeline(preset.schema).warmUpBarCount
        let rows = try rows(preset.schema, try MarketFixtures.bars(length + 300))
        #expect(rows.firstIndex { $0 != nil } == length - 1)
        #expect(rows.dropFirst(length - 1).allSatisfy { $0?.allSatisfy(\.isFinite) == true })
    }

    @Test func `a market that does not move gives numbers too`() throws {
        let bars = MarketFixtures.bars(closes: [Double](repeating: 0.1, count: 200))
        let row = try #require(try rows(FeaturePreset.basic.schema, bars).last ?? nil)
        #expect(row.allSatisfy { $0.isFinite })
        #expect(row[FeaturePreset.basic.schema.columnNames.firstIndex(of: "rsi_14") ?? 0] == 50)
    }
}
