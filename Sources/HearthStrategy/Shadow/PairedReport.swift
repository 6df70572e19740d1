import HearthMarket

/// What a second model would have done beside the one that decides: kept from bar to bar in a few numbers.
package struct PairedReport: Sendable, Equatable {
    /// Bars that both models answered.
    package private(set) var barCount = 0
    /// Those of them on which both wanted the same position.
    package private(set) var agreementCount = 0
    /// The equity of both paper accounts at the last bar, as multiples of what they began with.
    package private(set) var equity = 1.0
    package private(set) var shadowEquity = 1.0

    // Welford's sums of both scores: means, squares and products about the means.
    private var means = (score: 0.0, shadow: 0.0)
    private var squares = (score: 0.0, shadow: 0.0)
    private var product = 0.0

    package init() {}

    /// Takes the records of one bar.
    package mutating func add(_ record: SignalRecord, shadow: SignalRecord) {
        equity = record.equity
        shadowEquity = shadow.equity
        guard let score = record.score, let shadowScore = shadow.score else { return }
        barCount += 1
        if record.decision == shadow.decision { agreementCount += 1 }
        let before = (score: score - means.score, shadow: shadowScore - means.shadow)
        means.score += before.score / Double(barCount)
        means.shadow += before.shadow / Double(barCount)
        squares.score += before.score * (score - means.score)
        squares.shadow += before.shadow * (shadowScore - means.shadow)
        product += before.score * (shadowScore - means.shadow)
    }

    /// The share of bars on which both wanted the same; nil without bars.
    package var agreementShare: Double? {
        barCount == 0 ? nil : Double(agreementCount) / Double(barCount)
    }

    /// Pearson's correlation of the scores; nil with fewer than two bars, or when one of them never changes.
    package var scoreCorrelation: Double? {
        let scale = (squares.score * squares.shadow).squareRoot()
        return barCount > 1 && scale > 0 ? product / scale : nil
    }

    /// The second model's hypothetical return less the first one's.
    package var returnDifference: Double { shadowEquity - equity }

    package static func == (left: PairedReport, right: PairedReport) -> Bool {
        left.barCount == right.barCount && left.agreementCount == right.agreementCount
            && left.equity == right.equity && left.shadowEquity == right.shadowEquity && left.means == right.means
            && left.squares == right.squares && left.product == right.product
    }
}
