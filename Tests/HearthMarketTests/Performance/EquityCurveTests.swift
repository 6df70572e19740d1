import HearthCore
import Testing

@testable import HearthMarket

/// `equity.csv` and `equity.svg` (R145).
struct EquityCurveTests {
    private func curve(count: Int, seed: UInt64 = 3) throws -> EquityCurve {
        let (bars, wanted) = PerformanceSamples.walk(count: count, seed: seed)
        let costs = try TradeCosts(feeBasisPoints: 1, slippageBasisPoints: 1)
        return try EquityCurve(
            strategy: BarReturns(bars: bars, wanted: wanted, costs: costs),
            buyAndHold: BarReturns.buyAndHold(bars, costs: costs))
    }

    @Test func `the file has a line per bar, and its numbers are read back exactly`() throws {
        let curve = try curve(count: 40)
        let lines = curve.csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        #expect(lines.count == 41)
        #expect(lines[0].map(String.init) == EquityCurve.columns)
        #expect(lines.allSatisfy { $0.count == EquityCurve.columns.count })
        #expect(lines[1][0] == "1970-01-01T01:00:00.000000Z")
        #expect(lines[1][3].isEmpty)
        #expect(lines.dropFirst().map { Double($0[4]) } == curve.strategy.equity)
        #expect(lines.dropFirst().map { Double($0[7]) } == curve.buyAndHold.drawdowns)
    }

    @Test func `a long run's lines keep their depths and heights in few points`() throws {
        let curve = try curve(count: 20_000)
        let kept = PlotPanel.kept(curve.strategy.equity, columns: 800)
        #expect(kept.count <= 3200)
        #expect(kept == kept.sorted())
        #expect(kept.first == 0)
        #expect(kept.last == 19_999)
        #expect(kept.map { curve.strategy.equity[$0] }.min() == curve.strategy.equity.min())
        #expect(kept.map { curve.strategy.equity[$0] }.max() == curve.strategy.equity.max())
        #expect(EquityPlot(curve, title: "walk").svg.utf8.count < 300_000)
    }

    @Test(arguments: [2, 3, 50, 5000]) func `the picture is XML whose elements are closed`(count: Int) throws {
        let curve = try curve(count: count)
        let svg = EquityPlot(curve, title: "a <b> & \"c\"\u{0}").svg
        #expect(svg == EquityPlot(curve, title: "a <b> & \"c\"\u{0}").svg)
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
        #expect(svg.hasSuffix("</svg>\n"))
        #expect(svg.contains("<title>a &lt;b&gt; &amp; &quot;c&quot;</title>"))
        #expect(!svg.contains("nan") && !svg.contains("inf"))
        for line in svg.split(separator: "\n").dropFirst().dropLast() {
            #expect(line.hasSuffix("/>") || line.hasSuffix("</text>") || line.hasSuffix("</title>"), "\(line)")
        }
    }

    @Test func `a run in which nothing moves has a picture too`() throws {
        let bars = PerformanceSamples.bars(Array(repeating: (100, 100), count: 40))
        let run = try BarReturns(bars: bars, wanted: Array(repeating: .flat, count: 40), costs: .free)
        let svg = EquityPlot(try EquityCurve(strategy: run, buyAndHold: run), title: "still").svg
        #expect(!svg.contains("nan") && !svg.contains("inf"))
    }

    @Test func `runs over other bars are refused`() throws {
        let one = PerformanceSamples.walk(count: 40, seed: 1).bars
        #expect(throws: MarketError.self) {
            try EquityCurve(
                strategy: BarReturns.buyAndHold(one, costs: .free),
                buyAndHold: BarReturns.buyAndHold(one.dropLast(), costs: .free))
        }
    }

    @Test(
        arguments: [
            (0.0, 2, false, "0.00"), (-0.001, 2, false, "0.00"), (1.5, 2, true, "1.5"), (-12.345, 1, false, "-12.3"),
            (3, 2, true, "3"), (0.05, 2, true, "0.05"), (1e20, 2, false, "1e+20"), (7, 0, false, "7"),
        ])
    func `numbers have the decimals that are asked for`(value: Double, digits: Int, trimmed: Bool, text: String) {
        #expect(PlotNumber.text(value, digits: digits, trimmed: trimmed) == text)
    }

    @Test func `ticks are round numbers around the values`() {
        #expect(PlotPanel.ticks(over: 0.93...1.27, about: 5) == [0.9, 1.0, 1.1, 1.2000000000000002, 1.3])
        #expect(PlotPanel.ticks(over: 1...1, about: 5).count >= 2)
        #expect(PlotPanel.ticks(over: 0...0, about: 5).count >= 2)
    }
}
