import HearthCore

/// One rectangle of a plot: where its values and points lie, its grid and its lines, as SVG elements.
struct PlotPanel {
    private let left: Double
    private let top: Double
    private let width: Double
    private let height: Double
    /// From the lower edge to the upper one; never empty.
    private let values: ClosedRange<Double>
    private let pointCount: Int
    private let ticks: [Double]

    /// - Parameters:
    ///   - values: the least and the greatest value; the panel reaches from tick to tick around them.
    ///   - pointCount: the points of every line, which are evenly spaced: nights and week-ends take no room.
    init(left: Double, top: Double, width: Double, height: Double, values: ClosedRange<Double>, pointCount: Int) {
        self.left = left
        self.top = top
        self.width = width
        self.height = height
        self.pointCount = pointCount
        ticks = Self.ticks(over: values, about: height / 45)
        let lowest = ticks.first ?? values.lowerBound
        let highest = ticks.last ?? values.upperBound
        self.values = lowest...max(highest, lowest.nextUp)
    }

    /// Round numbers (1, 2 or 5 times a power of ten apart) that reach around `values`; at least two.
    static func ticks(over values: ClosedRange<Double>, about count: Double) -> [Double] {
        var span = values.upperBound - values.lowerBound
        let magnitude = max(abs(values.lowerBound), abs(values.upperBound))
        span = max(span, magnitude * 1e-6, 1e-9)
        guard span.isFinite else { return [values.lowerBound, values.upperBound] }
        let rough = span / max(2, count)
        var power = 1.0
        while power > rough { power /= 10 }
        while power * 10 <= rough { power *= 10 }
        let step = power * (rough / power <= 1 ? 1 : rough / power <= 2 ? 2 : rough / power <= 5 ? 5 : 10)
        let first = (values.lowerBound / step).rounded(.down)
        let last = max(first + 1, (values.upperBound / step).rounded(.up))
        return stride(from: first, through: last, by: 1).map { $0 * step }
    }

    private func x(_ index: Int) -> Double {
        pointCount < 2 ? left : left + width * Double(index) / Double(pointCount - 1)
    }

    private func y(_ value: Double) -> Double {
        // Each is divided for itself: the difference of the bounds may be beyond every number.
        let span = values.upperBound / 2 - values.lowerBound / 2
        return top + height * (1 - (value / 2 - values.lowerBound / 2) / span)
    }

    /// Horizontal lines with their values, the frame, and what the values are.
    func grid(label: String, text: (Double) -> String) -> [String] {
        var parts = ["<text x=\"\(Self.number(left))\" y=\"\(Self.number(top - 6))\" font-size=\"11\">\(label)</text>"]
        for tick in ticks {
            let height = Self.number(y(tick))
            parts.append(
                "<line x1=\"\(Self.number(left))\" y1=\"\(height)\" x2=\"\(Self.number(left + width))\""
                    + " y2=\"\(height)\" stroke=\"#dddddd\"/>")
            parts.append(
                "<text x=\"\(Self.number(left - 6))\" y=\"\(Self.number(y(tick) + 4))\" text-anchor=\"end\""
                    + " font-size=\"11\">\(text(tick))</text>")
        }
        parts.append(
            "<rect x=\"\(Self.number(left))\" y=\"\(Self.number(top))\" width=\"\(Self.number(width))\""
                + " height=\"\(Self.number(height))\" fill=\"none\" stroke=\"#999999\"/>")
        return parts
    }

    /// Vertical lines at up to five points, with their days or, in a short run, minutes (UTC).
    func dates(_ times: [Timestamp], labelled: Bool) -> [String] {
        guard let first = times.first, let last = times.last, times.count >= 2 else { return [] }
        let isShort = last.microseconds / 86_400_000_000 - first.microseconds / 86_400_000_000 < 7
        let stops = min(5, times.count)
        return (0..<stops).flatMap { stop in
            let index = (times.count - 1) * stop / (stops - 1)
            let across = Self.number(x(index))
            let line =
                "<line x1=\"\(across)\" y1=\"\(Self.number(top))\" x2=\"\(across)\" y2=\"\(Self.number(top + height))\""
                + " stroke=\"#eeeeee\"/>"
            guard labelled else { return [line] }
            let text = times[index].iso8601
            let day = isShort ? "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))" : String(text.prefix(10))
            let anchor = stop == 0 ? "start" : stop == stops - 1 ? "end" : "middle"
            return [
                line,
                "<text x=\"\(across)\" y=\"\(Self.number(top + height + 18))\" text-anchor=\"\(anchor)\""
                    + " font-size=\"11\">\(day)</text>",
            ]
        }
    }

    /// One line through `line`, whose count is the panel's.
    func line(_ line: [Double], color: String) -> String {
        "<polyline fill=\"none\" stroke=\"\(color)\" stroke-width=\"1.5\" points=\"\(points(line))\"/>"
    }

    /// What lies between the line and 0, lightly filled.
    func area(_ line: [Double], color: String) -> String {
        let zero = Self.number(y(0))
        return "<polygon fill=\"\(color)\" fill-opacity=\"0.15\" stroke=\"none\" points=\"\(Self.number(left)),\(zero) "
            + "\(points(line)) \(Self.number(left + width)),\(zero)\"/>"
    }

    private func points(_ line: [Double]) -> String {
        Self.kept(line, columns: Int(width)).map { "\(Self.number(x($0))),\(Self.number(y(line[$0])))" }
            .joined(separator: " ")
    }

    /// The indices of a line's points that show: of each pixel column the first, least, greatest and last.
    static func kept(_ line: [Double], columns: Int) -> [Int] {
        guard line.count > columns * 4 else { return Array(line.indices) }
        return (0..<columns).flatMap { column -> [Int] in
            let range = line.count * column / columns..<line.count * (column + 1) / columns
            var (lowest, highest) = (range.lowerBound, range.lowerBound)
            for index in range {
                if line[index] < line[lowest] { lowest = index }
                if line[index] > line[highest] { highest = index }
            }
            return Set([range.lowerBound, lowest, highest, range.upperBound - 1]).sorted()
        }
    }

    private static func number(_ value: Double) -> String { PlotNumber.text(value, digits: 1, trimmed: true) }
}
