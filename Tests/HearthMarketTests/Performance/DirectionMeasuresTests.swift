import HearthCore
import Testing

@testable import HearthMarket

struct DirectionMeasuresTests {
    /// Closes that rise, fall and rise: after one bar the label is up, down, up, and none for the last two.
    private let bars = PerformanceSamples.bars([(100, 100), (100, 110), (110, 99), (99, 105), (105, 105)])
    private let label = LabelConfiguration.fixedHorizon(horizon: 1, deadZone: .relative(0))

    @Test func `scored bars with a label are measured, all others are passed over`() throws {
        let measures = try #require(
            try DirectionMeasures.measure(
                scores: [0.9, 0.8, nil, .nan, 0.1], measured: 0..<5, bars: bars, label: label))
        #expect(measures.rowCount == 2)
        #expect(measures.classes[1].support == 1)
        #expect(measures.classes[1].precision == 0.5)
        #expect(measures.accuracy == 0.5)
    }

    @Test func `the label of a measured bar may lie after the measured ones`() throws {
        let measures = try #require(
            try DirectionMeasures.measure(scores: [0.9], measured: 2..<3, bars: bars, label: label))
        #expect(measures.accuracy == 1)
    }

    @Test func `nothing is known without a bar that has both, and scores that are no probabilities are refused`() throws
    {
        #expect(try DirectionMeasures.measure(scores: [0.5], measured: 4..<5, bars: bars, label: label) == nil)
        #expect(throws: MarketError.self) {
            try DirectionMeasures.measure(scores: [1.5], measured: 0..<1, bars: bars, label: label)
        }
    }
}
