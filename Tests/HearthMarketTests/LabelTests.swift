import HearthArtifacts
import HearthMarket
import Testing

struct LabelTests {
    /// Closes that alternate by 1 %, so that the volatility is about 0.01, then `next`.
    private func bars(_ next: [(open: Double, high: Double, low: Double, close: Double)]) -> [Bar] {
        let calm = (0..<12).map { index in
            let price = index % 2 == 0 ? 100.0 : 101.0
            return MarketFixtures.bar(hour: index, open: price, high: price, low: price, close: price)
        }
        let later = next.enumerated().map { index, bar in
            MarketFixtures.bar(
                hour: 12 + index, open: bar.open, high: bar.high, low: bar.low, close: bar.close)
        }
        return calm + later
    }

    private func barrierLabel(
        _ next: [(open: Double, high: Double, low: Double, close: Double)]
    ) throws -> Label? {
        try LabelConfiguration.tripleBarrier(horizon: 3, upper: 2, lower: 2, volatilityWindow: 10).labels(bars(next))[
            11]
    }

    private let calm = (open: 100.0, high: 100.5, low: 99.5, close: 100.0)

    @Test func `a fixed horizon compares the close at its end with the open after the bar`() throws {
        let configuration = LabelConfiguration.fixedHorizon(horizon: 2, deadZone: .relative(0.015))
        let closes = MarketFixtures.bars(closes: [100, 100, 102, 100, 101, 98, 99, 97])
        let labels = try configuration.labels(closes)
        #expect(labels.map { $0?.direction } == [.up, .down, .neutral, .down, .neutral, .down, nil, nil])
        #expect(labels[0] == Label(direction: .up, touchIndex: 2, outcome: 102.0 / 100 - 1))
        #expect(labels[3] == Label(direction: .down, touchIndex: 5, outcome: 98.0 / 101 - 1))
    }

    @Test func `a dead zone in volatilities grows with the market's movement`() throws {
        let configuration = LabelConfiguration.fixedHorizon(
            horizon: 1, deadZone: .volatility(multiple: 1.5, window: 10))
        let labels = try configuration.labels(bars([(100, 101, 100, 101), (101, 103, 101, 103), calm]))
        #expect(labels.prefix(10).allSatisfy { $0 == nil })
        #expect(labels[11]?.direction == .neutral)
        #expect(labels[12]?.direction == .up)
    }

    @Test func `the first barrier that is touched decides, at its price`() throws {
        let up = try barrierLabel([calm, (100, 103, 100, 101), (101, 101, 90, 95)])
        #expect(up?.direction == .up)
        #expect(up?.touchIndex == 13)
        #expect(abs((up?.outcome ?? 0) - 0.021) < 0.001)
        let down = try barrierLabel([(100, 101, 97, 100), (100, 110, 100, 110), calm])
        #expect(down?.direction == .down)
        #expect(down?.touchIndex == 12)
    }

    @Test func `a bar that touches both barriers counts as the adverse one`() throws {
        let label = try barrierLabel([calm, (100, 110, 90, 105), calm])
        #expect(label?.direction == .down)
        #expect(label?.touchIndex == 13)
    }

    @Test func `a bar that opens beyond a barrier touched that one first, at its open`() throws {
        let label = try barrierLabel([calm, (106, 107, 90, 95), calm])
        #expect(label == Label(direction: .up, touchIndex: 13, outcome: 106.0 / 100 - 1))
        let fall = try barrierLabel([calm, (94, 110, 93, 105), calm])
        #expect(fall == Label(direction: .down, touchIndex: 13, outcome: 94.0 / 100 - 1))
    }

    @Test func `without a touch the label is neutral, at the last close`() throws {
        let label = try barrierLabel([calm, calm, (100, 101, 99, 100.5)])
        #expect(label == Label(direction: .neutral, touchIndex: 14, outcome: 100.5 / 100 - 1))
    }

    @Test func `the last bars have no label, not even one whose barrier was touched`() throws {
        #expect(try barrierLabel([(100, 120, 100, 120), calm]) == nil)
        #expect(try LabelConfiguration.fixedHorizon(horizon: 5, deadZone: .relative(0)).labels([]).isEmpty)
    }

    @Test func `a market that does not move has no barriers`() throws {
        let still = MarketFixtures.bars(closes: [Double](repeating: 50, count: 40))
        let labels = try LabelConfiguration.tripleBarrier(horizon: 3, upper: 1, lower: 1, volatilityWindow: 10)
            .labels(still)
        #expect(labels.allSatisfy { $0 == nil })
    }

    @Test(arguments: [
        LabelConfiguration.fixedHorizon(horizon: 5, deadZone: .relative(0.001)),
        .fixedHorizon(horizon: 5, deadZone: .volatility(multiple: 0.5, window: 20)),
        .tripleBarrier(horizon: 10, upper: 2, lower: 1.5, volatilityWindow: 20),
    ])
    func `a label depends on no bar after its touch, and comes back out of JSON (R133)`(
        configuration: LabelConfiguration
    ) throws {
        let bars = try MarketFixtures.bars(300)
        let labels = try configuration.labels(bars)
        #expect(labels.compactMap { $0 }.count > 200)
        for (index, label) in labels.enumerated() {
            guard let label else { continue }
            #expect(index < label.touchIndex && label.touchIndex <= index + configuration.horizon)
            // Enough bars follow for a label to be given; all after the touch are other ones.
            var changed = bars
            for later in label.touchIndex + 1..<bars.count {
                changed[later].open *= 3
                changed[later].high *= 5
                changed[later].low /= 5
            }
            if index % 10 == 0 { #expect(try configuration.labels(changed)[index] == label) }
        }
        let text = try CompactJSON.text(["label_config": configuration.json])
        guard case .object(let members)? = JSONValue(text: text), let json = members["label_config"] else {
            Issue.record("no JSON")
            return
        }
        #expect(try LabelConfiguration(json: json) == configuration)
    }

    @Test(arguments: [
        "null", "{}", #"{"kind":"triple_barrier","entry":"next_open","horizon":3,"upper":2,"lower":2}"#,
        #"{"kind":"triple_barrier","entry":"close","horizon":3,"upper":2,"lower":2,"volatility_window":9}"#,
        #"{"kind":"triple_barrier","entry":"next_open","horizon":0,"upper":2,"lower":2,"volatility_window":9}"#,
        #"{"kind":"triple_barrier","entry":"next_open","horizon":3,"upper":0,"lower":2,"volatility_window":9}"#,
        #"{"kind":"fixed_horizon","entry":"next_open","horizon":3,"dead_zone":1,"unit":"return"}"#,
        #"{"kind":"fixed_horizon","entry":"next_open","horizon":3,"dead_zone":0.1,"unit":"pounds"}"#,
        #"{"kind":"horoscope","entry":"next_open","horizon":3}"#,
    ])
    func `a configuration that cannot be used is refused`(text: String) throws {
        let json = try #require(JSONValue(text: text))
        #expect(throws: MarketError.self) { try LabelConfiguration(json: json) }
    }
}
