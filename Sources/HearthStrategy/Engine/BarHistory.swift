import HearthMarket

/// The last bars, oldest first, in bounded memory: what the features of a new model are warmed from.
struct BarHistory: Sendable {
    /// More than any feature looks back (``FeatureKind`` allows 10,000 bars); about 1.2 MB.
    static let countMax = 16_384

    private var bars: [Bar] = []
    private var first = 0

    mutating func append(_ bar: Bar) {
        if bars.count < Self.countMax {
            bars.append(bar)
        } else {
            bars[first] = bar
            first = (first + 1) % Self.countMax
        }
    }

    /// The newest `count` bars at most, oldest first.
    func suffix(_ count: Int) -> [Bar] {
        (bars[first...] + bars[..<first]).suffix(max(0, count))
    }
}
