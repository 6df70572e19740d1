import HearthCore
import HearthStrategy
import Testing

struct LatencyTallyTests {
    @Test func `percentiles are within a 64th of those of the sorted values`() throws {
        var random = SplitMix64(seed: 5)
        var values: [Int64] = []
        var tally = LatencyTally()
        for _ in 0..<10_000 {
            let value = Int64(exactly: (Double.random(in: 1...30, using: &random) * 100_000).rounded()) ?? 0
            values.append(value)
            tally.record(nanoseconds: value)
        }
        values.sort()
        for percent in [1.0, 50, 90, 99, 99.9, 100] {
            let index = max(0, Int((percent / 100 * 10_000).rounded(.up)) - 1)
            let exact = Double(values[index]) / 1000
            let found = try #require(tally.microseconds(percentile: percent))
            #expect(found >= exact)
            #expect(found <= exact * (1 + 1.0 / 64) + 0.001)
        }
    }

    @Test(arguments: [Int64.min, -1, 0, 1, 63, 64, 65, 127, 128, 1 << 40, .max])
    func `every latency has its place`(nanoseconds: Int64) {
        var tally = LatencyTally()
        #expect(tally.microseconds(percentile: 50) == nil)
        tally.record(nanoseconds: nanoseconds)
        #expect(tally.microseconds(percentile: 50) == Double(max(0, nanoseconds)) / 1000)
    }
}
