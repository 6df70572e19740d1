/// `equity.svg`: the equity of strategy and buy-and-hold above, how far each is below its peak underneath.
///
/// Plain SVG 1.1 without scripts or fonts of its own; the same curve gives the same bytes. However long the run is,
/// the lines have at most four points per pixel column: the first, the lowest, the highest and the last.
package struct EquityPlot: Sendable {
    private let curve: EquityCurve
    private let title: String

    /// `title` stands above the plot; any text.
    package init(_ curve: EquityCurve, title: String) {
        self.curve = curve
        self.title = title
    }

    private static let width = 960
    private static let height = 560
    private static let strategyColor = "#1f5fa8"
    private static let marketColor = "#8a8a8a"

    /// The whole file.
    package var svg: String {
        let equity = PlotPanel(
            left: 64, top: 64, width: 872, height: 300,
            values: (curve.strategy.equity + curve.buyAndHold.equity).bounds, pointCount: curve.closes.count)
        let drawdown = PlotPanel(
            left: 64, top: 396, width: 872, height: 120,
            values: (curve.strategy.drawdowns + curve.buyAndHold.drawdowns).map { -$0 }.bounds.including(0),
            pointCount: curve.closes.count)
        var parts = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.width)" height="\(Self.height)" \
            viewBox="0 0 \(Self.width) \(Self.height)" font-family="sans-serif" font-size="12" fill="#333333">
            """,
            "<title>\(Self.escaped(title))</title>",
            "<rect width=\"\(Self.width)\" height=\"\(Self.height)\" fill=\"#ffffff\"/>",
            "<text x=\"64\" y=\"24\" font-size=\"16\">\(Self.escaped(title))</text>",
        ]
        parts += legend
        parts += equity.grid(label: "equity (start = 1)") { PlotNumber.text($0, digits: 4, trimmed: true) }
        parts += equity.dates(curve.closeTimes, labelled: false)
        parts.append(equity.line(curve.buyAndHold.equity, color: Self.marketColor))
        parts.append(equity.line(curve.strategy.equity, color: Self.strategyColor))
        parts += drawdown.grid(label: "drawdown") { PlotNumber.text($0 * 100, digits: 2, trimmed: true) + " %" }
        parts += drawdown.dates(curve.closeTimes, labelled: true)
        parts.append(drawdown.line(curve.buyAndHold.drawdowns.map { -$0 }, color: Self.marketColor))
        let below = curve.strategy.drawdowns.map { -$0 }
        parts.append(drawdown.area(below, color: Self.strategyColor))
        parts.append(drawdown.line(below, color: Self.strategyColor))
        parts.append("</svg>")
        return parts.joined(separator: "\n") + "\n"
    }

    private var legend: [String] {
        let strategy = ("strategy", curve.strategy, Self.strategyColor)
        let market = ("buy and hold", curve.buyAndHold, Self.marketColor)
        return [(64, strategy), (420, market)].flatMap { left, entry in
            let (name, line, color) = entry
            let end = line.equity.last.map { PlotNumber.text(($0 - 1) * 100, digits: 2, signed: true) } ?? "?"
            let deepest = PlotNumber.text(line.drawdowns.reduce(0, max) * 100, digits: 2)
            return [
                "<line x1=\"\(left)\" y1=\"38\" x2=\"\(left + 24)\" y2=\"38\" stroke=\"\(color)\" stroke-width=\"2\"/>",
                "<text x=\"\(left + 30)\" y=\"42\">\(name): \(end) %, max drawdown \(deepest) %</text>",
            ]
        }
    }

    /// As XML text: what is no character of XML 1.0 is left out.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": break
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension [Double] {
    /// The least and the greatest; 0 to 0 for none.
    fileprivate var bounds: ClosedRange<Double> {
        guard let first else { return 0...0 }
        return reduce(first...first) { $0.including($1) }
    }
}

extension ClosedRange<Double> {
    fileprivate func including(_ value: Double) -> Self { Swift.min(lowerBound, value)...Swift.max(upperBound, value) }
}
